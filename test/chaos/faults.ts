/** What is done to the cluster, and when: all of it drawn from the seed. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningMongoServer } from '../servers/mongodb/launch.js';
import type { RedisServer } from '../support/redis.js';
import { openSpans } from './attempts.js';
import type { Cluster, Incarnation } from './cluster.js';
import { now } from './journal.js';
import { Random } from './random.js';

/** Between two kills of a worker, in ms; one is left out where no other worker would be ready. */
const killEveryMs = 2_000;
/** How long a worker is frozen: longer than a room is held without renewal (10 s), with room for a slow machine. */
const frozenMs = 13_000;
/** How long an engine stays away before it is started again. */
const redisAwayMs = 500;
const databaseAwayMs = 1_000;

export type FaultKind =
  | 'worker killed'
  | 'worker frozen'
  | 'gateway killed'
  | 'database restarted'
  | 'Redis flushed'
  | 'Redis restarted';

export interface Fault {
  kind: FaultKind;
  /** As of `now`. */
  at: number;
  /** Until when it may have consequences by itself: when the engine was back, or the worker thawed. */
  until: number;
  victim: Incarnation | null;
}

export interface Victims {
  cluster: Cluster;
  redis: RedisServer;
  /** Null: one that must not be killed. */
  database: RunningMongoServer | null;
}

/** Long enough for a frozen worker to be thawed and to show what it does then. */
export const shortestSeconds = 16;

export class Faults {
  readonly done: Fault[] = [];
  readonly #victims: Victims;
  readonly #random: Random;
  readonly #seconds: number;

  constructor(victims: Victims, seconds: number, seed: number) {
    this.#victims = victims;
    this.#random = new Random(seed, 'faults');
    this.#seconds = seconds;
  }

  /** SIGKILLs so far. */
  get kills(): number {
    const survived: FaultKind[] = ['Redis flushed', 'worker frozen'];
    return this.done.filter(({ kind }) => !survived.includes(kind)).length;
  }

  /** Workers are killed as long as the time lasts and `busy` says that messages are being sent. */
  async run(busy: () => boolean): Promise<void> {
    const end = now() + this.#seconds * 1000;
    // Drawn before anything happens, so that the times hang on nothing but the seed.
    const at = (from: number, to: number) => this.#random.between(from, to) * this.#seconds * 1000;
    const once: [number, () => Promise<void>][] = [
      [at(0.04, 0.1), () => this.#freezeWorker()],
      [at(0.15, 0.25), () => this.#killGateway()],
      [at(0.3, 0.4), () => this.#restartDatabase()],
      [at(0.45, 0.55), () => this.#flushRedis()],
      [at(0.75, 0.85), () => this.#restartRedis()],
    ];
    const planned = once.map(async ([ms, fault]) => {
      await sleep(ms);
      await fault();
    });
    const { cluster } = this.#victims;
    while (now() < end || busy()) {
      await sleep(killEveryMs);
      // On a machine where starting takes longer than the pause, killing on would only show that nobody works then.
      const workers = cluster.running('worker');
      if (workers.length < 2) continue;
      const victim = this.#random.pick(workers);
      await this.#during('worker killed', victim, () => cluster.kill(victim));
    }
    await Promise.all(planned);
  }

  /** In the middle of a turn: one that has nothing to do just then is let go and another one is tried. */
  async #freezeWorker(): Promise<void> {
    const { cluster } = this.#victims;
    const end = now() + (this.#seconds * 1000) / 2;
    while (now() < end) {
      const victim = this.#random.pick(cluster.running('worker'));
      if (victim) {
        cluster.freeze(victim);
        if (openSpans(victim).length > 0) {
          await this.#during('worker frozen', victim, () => sleep(frozenMs));
          cluster.thaw(victim);
          return;
        }
        cluster.thaw(victim);
        victim.frozen.pop();
      }
      await sleep(20);
    }
  }

  async #killGateway(): Promise<void> {
    const { cluster } = this.#victims;
    const victim = this.#random.pick(cluster.running('gateway'));
    await this.#during('gateway killed', victim, () => cluster.kill(victim));
  }

  async #restartDatabase(): Promise<void> {
    const { database } = this.#victims;
    if (!database) return;
    await this.#during('database restarted', null, async () => {
      await database.kill('SIGKILL');
      await sleep(databaseAwayMs);
      await database.restart();
    });
  }

  #flushRedis(): Promise<void> {
    return this.#during('Redis flushed', null, () => this.#victims.redis.flush());
  }

  #restartRedis(): Promise<void> {
    const { redis } = this.#victims;
    return this.#during('Redis restarted', null, async () => {
      await redis.kill();
      await sleep(redisAwayMs);
      await redis.restart();
    });
  }

  async #during(kind: FaultKind, victim: Incarnation | null, work: () => Promise<void>): Promise<void> {
    const fault: Fault = { kind, at: now(), until: Number.POSITIVE_INFINITY, victim };
    this.done.push(fault);
    await work();
    fault.until = now();
  }
}
