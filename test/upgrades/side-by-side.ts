/** A rolling upgrade: hubs of commit b8ee1ad and of today on one Redis and one MongoDB, under load, each killed once. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openSpans } from '../chaos/attempts.js';
import { Clients } from '../chaos/clients.js';
import type { Cluster } from '../chaos/cluster.js';
import type { Fault } from '../chaos/faults.js';
import { now } from '../chaos/journal.js';
import { onStage } from '../chaos/stage.js';
import { judge, type Verdict } from '../chaos/verdict.js';
import { until } from '../support/until.js';
import { unpackOldHub } from './old-hub.js';

const seed = 9;

export interface UpgradeVerdict extends Verdict {
  /** Turns that each version's worker began. */
  turns: { old: number; new: number };
}

export function runSideBySide(messages: number, rooms: number): Promise<UpgradeVerdict> {
  return onStage(seed, async (stage) => {
    const { folder, cluster, receiver } = stage;
    mkdirSync(join(folder, 'old'));
    const program = unpackOldHub(join(folder, 'old'));
    // As in an upgrade: the old ones are there first, and the database is theirs.
    await cluster.start([
      { hub: 'old-gateway', role: 'gateway', program },
      { hub: 'old-worker', role: 'worker', program },
    ]);
    await cluster.start([
      { hub: 'new-gateway', role: 'gateway' },
      { hub: 'new-worker', role: 'worker' },
    ]);
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
    await stage.quiet(30_000);
    const evidence = await stage.evidence(clients, faults);
    const turnsOf = (hub: string) => evidence.attempts.filter(({ by }) => by.hub === hub).length;
    const turns = { old: turnsOf('old-worker'), new: turnsOf('new-worker') };
    return { ...judge(evidence, faults.length), turns };
  });
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
