/** One run: a cluster is started, people talk to it, things are broken, and what is left is judged. */
import { Clients, gapMs } from './clients.js';
import { members } from './cluster.js';
import { Faults, shortestSeconds } from './faults.js';
import { now } from './journal.js';
import { onStage } from './stage.js';
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

/** On the server of `MONGODB_URL`, which is not restarted then, or on a protocol server. */
export function runChaos(options: ChaosOptions): Promise<Verdict> {
  const { messages, rooms, seed, patienceMs = 90_000, say = () => {} } = options;
  const seconds = Math.max(options.seconds ?? (2 * messages * gapMs) / rooms / 1000, shortestSeconds);
  return onStage(seed, async (stage) => {
    const { cluster, redis, database, receiver } = stage;
    await cluster.start([...members('gateway', gateways), ...members('worker', workers)]);
    say(`${gateways} gateways and ${workers} workers are ready; ${messages} messages go to ${rooms} rooms`);
    const { addresses } = cluster;
    const clients = new Clients({ messages, rooms, seed, callbackUrl: receiver.url, addresses });
    const faults = new Faults({ cluster, redis, database: database.server }, seconds, seed);
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
    const settled = await stage.quiet(patienceMs);
    say(`${settled ? 'nothing is left to do' : 'still not everything is done'} after ${elapsed(started)} s`);
    return judge(await stage.evidence(clients, faults.done), faults.kills);
  });
}

function elapsed(since: number): string {
  return ((now() - since) / 1000).toFixed(1);
}
