/** One run: a cluster is started, people talk to it, things are broken, and what is left is judged. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '../../src/logger.js';
import { openMongoStore } from '../../src/store/mongodb/store.js';
import { startMongoServer } from '../servers/mongodb/launch.js';
import { RedisServer } from '../support/redis.js';
import { Clients, gapMs } from './clients.js';
import { Cluster, members } from './cluster.js';
import { attemptsIn, readRooms } from './evidence.js';
import { Faults, shortestSeconds } from './faults.js';
import { now } from './journal.js';
import { Receiver } from './receiver.js';
import { judge, type Verdict } from './verdict.js';

const gateways = 2;
const workers = 4;

/** After which clients give up on what nobody acknowledges, in ms. */
const longestMs = 900_000;

export interface ChaosOptions {
  messages: number;
  rooms: number;
  /** How long things are broken; at least 16, and as long as messages are sent. Default: twice the time it takes to send them. */
  seconds?: number;
  seed: number;
  /** How long what is left may take once nothing is broken any more, in ms. */
  patienceMs?: number;
  /** Told how it goes. */
  say?: (line: string) => void;
}

/** The folder with the processes' logs and journals is kept where a promise was broken, and named in `notes`. */
export async function runChaos(options: ChaosOptions): Promise<Verdict> {
  const { messages, rooms, seed, patienceMs = 90_000, say = () => {} } = options;
  const seconds = Math.max(options.seconds ?? (2 * messages * gapMs) / rooms / 1000, shortestSeconds);
  const folder = mkdtempSync(join(tmpdir(), 'carrier-chaos-'));
  const [redis, database, receiver] = await Promise.all([
    RedisServer.start({ own: true }),
    startMongoServer({ replicaSet: 'rs0', search: false }),
    Receiver.open(),
  ]);
  const cluster = new Cluster(folder, settings(folder, redis.url, database.url), seed);
  // The database ends with its parent; Redis does not.
  const abandon = () => {
    cluster.end();
    void redis.kill();
  };
  process.once('exit', abandon);
  let verdict: Verdict | undefined;
  try {
    await cluster.start([...members('gateway', gateways), ...members('worker', workers)]);
    say(`${gateways} gateways and ${workers} workers are ready; ${messages} messages go to ${rooms} rooms`);
    const { addresses } = cluster;
    const clients = new Clients({ messages, rooms, seed, callbackUrl: receiver.url, addresses });
    const faults = new Faults({ cluster, redis, database }, seconds, seed);
    const started = now();
    let sending = true;
    const talk = clients.run(AbortSignal.timeout(longestMs)).finally(() => {
      sending = false;
      say(
        `everything is acknowledged after ${elapsed(started)} s, ${receiver.answered.size} have their answers`,
      );
    });
    const chaos = faults.run(() => sending);
    await Promise.all([talk, chaos]);
    say(
      `nothing is broken any more after ${elapsed(started)} s, ${receiver.answered.size} have their answers`,
    );
    const settled = await quiet(database.url, now() + patienceMs);
    say(`${settled ? 'nothing is left to do' : 'still not everything is done'} after ${elapsed(started)} s`);
    const evidence = {
      rooms: await readRooms(clients.rooms, receiver.received, addresses[0]!),
      attempts: attemptsIn(cluster.incarnations),
      incarnations: cluster.incarnations,
      faults: faults.done,
    };
    verdict = judge(evidence, faults.kills);
    if (verdict.broken.length > 0) verdict.notes.push(`what the processes wrote is in ${folder}`);
    return verdict;
  } finally {
    process.off('exit', abandon);
    await cluster.ended();
    receiver.close();
    await Promise.all([redis.stop(), database.stop()]);
    if (verdict?.broken.length === 0) rmSync(folder, { recursive: true, force: true });
  }
}

export function settings(folder: string, redisUrl: string, mongodbUrl: string): Record<string, string> {
  const characters = join(folder, 'characters');
  mkdirSync(characters);
  const ada = { name: 'Ada', bio: 'A steady assistant.', plugins: ['chaos'], memory: { recall: 0 } };
  writeFileSync(join(characters, 'assistant.json'), JSON.stringify(ada));
  return {
    REDIS_URL: redisUrl,
    MONGODB_URL: mongodbUrl,
    CARRIER_CHARACTERS_DIR: characters,
    CARRIER_EMBEDDER: 'none',
    CARRIER_LOG_LEVEL: 'info',
    CARRIER_CALLBACK_ALLOW_PRIVATE: 'true',
    CARRIER_CALLBACK_SECRET: 'a secret of the chaos run',
  };
}

/** Waits until no message waits for a turn and no reply for its delivery; false when it takes too long. */
export async function quiet(url: string, deadline: number): Promise<boolean> {
  const store = await openMongoStore({ url, database: 'carrier', log: createLogger('silent') });
  try {
    while (now() < deadline) {
      const soon = Date.now() + 60_000;
      const [turns, replies] = await Promise.all([
        store.turns.waiting(soon, 1),
        store.outbox.waiting(soon, 1),
      ]);
      if (turns.length + replies.length === 0) return true;
      await sleep(250);
    }
    return false;
  } finally {
    await store.close();
  }
}

function elapsed(since: number): string {
  return ((now() - since) / 1000).toFixed(1);
}
