/** A rolling upgrade: hubs of commit b8ee1ad and of today on one Redis and one MongoDB, under load, each killed once. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openSpans } from '../chaos/attempts.js';
import { Clients } from '../chaos/clients.js';
import { Cluster, type Member } from '../chaos/cluster.js';
import { attemptsIn, readRooms } from '../chaos/evidence.js';
import type { Fault } from '../chaos/faults.js';
import { now } from '../chaos/journal.js';
import { Receiver } from '../chaos/receiver.js';
import { quiet, settings } from '../chaos/run.js';
import { judge, type Verdict } from '../chaos/verdict.js';
import { startMongoServer } from '../servers/mongodb/launch.js';
import { RedisServer } from '../support/redis.js';
import { until } from '../support/until.js';
import { unpackOldHub } from './old-hub.js';

const seed = 9;

export interface UpgradeVerdict extends Verdict {
  /** Turns that each version's worker began. */
  turns: { old: number; new: number };
}

/** The folder with the processes' logs and journals is kept where a promise was broken, and named in `notes`. */
export async function runSideBySide(messages: number, rooms: number): Promise<UpgradeVerdict> {
  const folder = mkdtempSync(join(tmpdir(), 'carrier-upgrade-'));
  mkdirSync(join(folder, 'old'));
  const program = unpackOldHub(join(folder, 'old'));
  const old: Member[] = [
    { hub: 'old-gateway', role: 'gateway', program },
    { hub: 'old-worker', role: 'worker', program },
  ];
  const joining: Member[] = [
    { hub: 'new-gateway', role: 'gateway' },
    { hub: 'new-worker', role: 'worker' },
  ];
  const [redis, database, receiver] = await Promise.all([
    RedisServer.start({ own: true }),
    startMongoServer({ replicaSet: 'rs0', search: false }),
    Receiver.open(),
  ]);
  const cluster = new Cluster(folder, settings(folder, redis.url, database.url), seed);
  const abandon = () => {
    cluster.end();
    void redis.kill();
  };
  process.once('exit', abandon);
  let verdict: UpgradeVerdict | undefined;
  try {
    // As in an upgrade: the old ones are there first, and the database is theirs.
    await cluster.start(old);
    await cluster.start(joining);
    const { addresses } = cluster;
    const clients = new Clients({ messages, rooms, seed, callbackUrl: receiver.url, addresses });
    const talk = clients.run(AbortSignal.timeout(50_000));
    const faults: Fault[] = [];
    for (const [share, hub] of [
      [0.2, 'old-worker'],
      [0.5, 'new-worker'],
    ] as const) {
      await until(() => receiver.answered.size >= share * messages, 40_000);
      faults.push(await killWorker(cluster, hub));
    }
    await talk;
    await quiet(database.url, now() + 30_000);
    const evidence = {
      rooms: await readRooms(clients.rooms, receiver.received, addresses[1]!),
      attempts: attemptsIn(cluster.incarnations),
      incarnations: cluster.incarnations,
      faults,
    };
    const turnsOf = (hub: string) => evidence.attempts.filter(({ by }) => by.hub === hub).length;
    const turns = { old: turnsOf('old-worker'), new: turnsOf('new-worker') };
    verdict = { ...judge(evidence, faults.length), turns };
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

/** In the middle of a turn; resolves when its successor is ready. */
async function killWorker(cluster: Cluster, hub: string): Promise<Fault> {
  const running = () => cluster.running('worker').find((worker) => worker.hub === hub);
  await until(() => running() !== undefined && openSpans(running()!).length > 0);
  const fault: Fault = { kind: 'worker killed', at: now(), until: now(), victim: running()! };
  await cluster.kill(running()!);
  await until(() => running() !== undefined);
  await sleep(100);
  return fault;
}
