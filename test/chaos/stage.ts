/** Where a run takes place: Redis, a database, people who wait for replies, and hubs to be started. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '../../src/logger.js';
import { openMongoStore } from '../../src/store/mongodb/store.js';
import { RedisServer } from '../support/redis.js';
import { SharedDatabase } from '../support/shared-database.js';
import type { Clients } from './clients.js';
import { Cluster } from './cluster.js';
import { attemptsIn, type Evidence, readRooms } from './evidence.js';
import type { Fault } from './faults.js';
import { now } from './journal.js';
import { Receiver } from './receiver.js';
import type { Verdict } from './verdict.js';

export interface Stage {
  /** Gone afterwards, unless a promise was broken. */
  folder: string;
  redis: RedisServer;
  database: SharedDatabase;
  receiver: Receiver;
  cluster: Cluster;
  /** Resolves when no message waits for a turn and no reply for its delivery; false where that takes too long. */
  quiet(patienceMs: number): Promise<boolean>;
  evidence(clients: Clients, faults: Fault[]): Promise<Evidence>;
}

/** The folder with the processes' logs and journals is kept where a promise was broken, and named in `notes`. */
export async function onStage<T extends Verdict>(
  seed: number,
  play: (stage: Stage) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'carrier-chaos-'));
  const [redis, database, receiver] = await Promise.all([
    RedisServer.start({ own: true }),
    SharedDatabase.start({ search: false }),
    Receiver.open(),
  ]);
  const engines = { REDIS_URL: redis.url, ...database.settings('chaos') };
  const cluster = new Cluster(folder, { ...engines, ...settings(folder) }, seed);
  // The database ends with its parent; Redis does not.
  const abandon = () => {
    cluster.end();
    void redis.kill();
  };
  process.once('exit', abandon);
  let verdict: T | undefined;
  try {
    verdict = await play({
      ...{ folder, redis, database, receiver, cluster },
      quiet: (patienceMs) => quiet(engines, now() + patienceMs),
      evidence: async (clients, faults) => ({
        rooms: await readRooms(clients.rooms, receiver.received, cluster.addresses.at(-1)!),
        attempts: attemptsIn(cluster.incarnations),
        incarnations: cluster.incarnations,
        faults,
      }),
    });
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

function settings(folder: string): Record<string, string> {
  const characters = join(folder, 'characters');
  mkdirSync(characters);
  const ada = { name: 'Ada', bio: 'A steady assistant.', plugins: ['chaos'], memory: { recall: 0 } };
  writeFileSync(join(characters, 'assistant.json'), JSON.stringify(ada));
  return {
    CARRIER_CHARACTERS_DIR: characters,
    CARRIER_EMBEDDER: 'none',
    CARRIER_LOG_LEVEL: 'info',
    CARRIER_CALLBACK_ALLOW_PRIVATE: 'true',
    CARRIER_CALLBACK_SECRET: 'a secret of the chaos run',
  };
}

async function quiet(
  { MONGODB_URL: url = '', CARRIER_MONGODB_DATABASE: database }: Record<string, string>,
  deadline: number,
): Promise<boolean> {
  const store = await openMongoStore({ url, ...(database && { database }), log: createLogger('silent') });
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
