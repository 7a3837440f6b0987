import {
  type ConnectionOptions,
  DelayedError,
  type Job,
  Queue,
  type Telemetry,
  UnrecoverableError,
} from 'bullmq';
import { backOffMs } from '../core/back-off.js';
import { atMost } from '../core/deadline.js';
import { newId } from '../core/ids.js';
import type { Share } from '../core/share.js';
import { isAway } from '../core/while-away.js';
import { asCarrierError, FatalError, isRetryable, RetryableError } from '../errors.js';
import type { Logger } from '../logger.js';
import { Door } from './door.js';
import { Generation } from './generation.js';
import type { Hold } from './hold.js';
import { Lately } from './lately.js';
import { Newcomers } from './newcomers.js';
import type { ParkedHandler, RoomQueue, Run, RunHandler, ScheduleOptions } from './queue.js';
import { RenewingWorker, type RoomJob } from './renewing-worker.js';
import { ownShare, Slots } from './slots.js';

export interface BullmqQueueOptions {
  /** `turns` or `deliveries`; the queue's name in Redis. */
  name: string;
  /** Put before every key in Redis, so that several hubs can share one. */
  prefix: string;
  /** Fails fast: a producer must tell its caller, who has the message safe in the store. */
  producer: ConnectionOptions;
  /** Waits for Redis for ever: a worker has nothing else to do. */
  worker: ConnectionOptions;
  /** Most runs at once in this process. */
  concurrency: number;
  /** Tries before a room is parked. */
  attempts: number;
  /** Wait before the second try, in ms. */
  retryBaseMs: number;
  /** A worker that has not renewed its hold on a room for this long has lost it, in ms. Default 10,000. */
  lockMs?: number;
  /** Of the program; a worker's name in Redis, by which `carrier doctor` knows older ones. */
  version?: string;
  /** Makes spans of jobs, so that a turn's trace begins where its message came in. */
  telemetry?: Telemetry<unknown>;
  log: Logger;
}

interface Processing {
  worker: RenewingWorker;
  begun(waiting: AbortSignal): Promise<void>;
  door: Door;
  handler: RunHandler;
  parked: ParkedHandler;
}

/** Finished jobs are kept for people to look at; the truth about messages is in the store. */
const keepFailed = { count: 1000, age: 7 * 24 * 3600 };
/** A room that was left by a dying worker is taken up again however often that happens. */
const maxStalledCount = 1_000_000;
/** Rooms whose store is away are tried again as after so many tries. */
const awayTries = 3;
/** How long Redis may take to hear of the end, in ms. */
const farewellMs = 3000;
/** A room that went back comes again after this, in ms; the second time after twice as long, and so on. */
const backMs = 100;
const longestBackMs = 400;
/** So often, in ms, one of the rooms that wait behind others' is taken as if it were somebody's only one. */
const ageMs = 200;

/**
 * The queue of a hub on many machines. `keepLastIfActive` gives points 1 to 3 of the contract: while a room's job
 * waits, further ones fold into it; while it runs, the last one is kept and follows. A run's lock is renewed as long as
 * it lasts; what a process does that has lost it, `Hold` prevents, and what an emptied Redis would do, `Generation`.
 *
 * Shares, in two places. Whoever schedules says which of a person's rooms it is (`Lately`), and that is its job's
 * priority: the only room of somebody has none, and these are taken first, in the order they come. A worker lets in what
 * may have a slot (`Door`); the rest waits there, and is put back, which is no try, once somebody new waits behind it
 * (`Newcomers`).
 *
 * A room goes to whichever worker is free. BullMQ has no preference for one: a queue for each worker would break point 1,
 * since one queue does not know what runs in another, and a worker that hands jobs back pays more than it saves. What a
 * worker must read of a room that others had meanwhile is what is new in it.
 */
export class BullmqQueue implements RoomQueue {
  readonly #options: BullmqQueueOptions;
  readonly #queue: Queue<RoomJob>;
  readonly #slots: Slots;
  readonly #lately = new Lately();
  #worker: RenewingWorker | undefined;
  #door: Door | undefined;
  /** When a room was last taken as if it were somebody's only one, by the clock that is never put back. */
  #agedAt = Number.NEGATIVE_INFINITY;
  #closed = false;
  #paused = false;

  constructor(options: BullmqQueueOptions) {
    this.#options = options;
    const { name, prefix, producer, attempts, concurrency, telemetry, log } = options;
    this.#slots = new Slots(concurrency);
    this.#queue = new Queue<RoomJob>(name, {
      connection: producer,
      prefix,
      telemetry,
      defaultJobOptions: {
        attempts,
        backoff: { type: 'custom' },
        removeOnComplete: true,
        removeOnFail: keepFailed,
      },
    });
    this.#queue.on('error', (err) => log.debug({ err, queue: name }, 'redis'));
  }

  async schedule(roomId: string, { delayMs = 0, share: given }: ScheduleOptions = {}): Promise<void> {
    if (this.#closed)
      throw new FatalError('shutting_down', 'The hub is stopping; the message is kept in the store.');
    const known = this.#lately.shareOf(roomId);
    const share = given ?? known;
    if (share) this.#lately.heard(roomId, share);
    try {
      if (delayMs > 0) await this.#add('later', { roomId, share }, delayMs);
      else await this.#add('run', { roomId, share }, 0, known);
    } catch (cause) {
      throw new RetryableError('store_unavailable', 'Redis does not take jobs; check REDIS_URL.', { cause });
    }
  }

  process(handler: RunHandler, parked: ParkedHandler): void {
    const { name, prefix, worker, concurrency, retryBaseMs, lockMs = 10_000, telemetry, log } = this.#options;
    const processor = (job: Job<RoomJob>, _token?: string, signal?: AbortSignal): Promise<void> =>
      this.#process(job, signal ?? new AbortController().signal, processing);
    const started = new RenewingWorker(name, processor, {
      connection: worker,
      ...{ name: this.#options.version, prefix, telemetry },
      concurrency,
      lockDuration: lockMs,
      // A room that a dead worker held is looked for as soon as its lock has ended, or little later.
      stalledInterval: lockMs / 5,
      maxStalledCount,
      settings: {
        backoffStrategy: (attempt, _type, error) => backOffMs(attempt, { firstMs: retryBaseMs }, error),
      },
    });
    started.on('error', (err) => log.warn({ err, queue: name }, 'redis'));
    // Whoever cannot renew may have lost the room to another worker: stop, since that one goes on.
    started.on('lockRenewalFailed', (ids) => {
      for (const id of ids) started.cancelJob(id, 'the hold on the room was lost');
    });
    const { client } = started.backend;
    const generation = new Generation(client, started.toKey('generation'), lockMs);
    const begun = (waiting: AbortSignal) => generation.begun(waiting);
    const newcomers = new Newcomers(client, (key) => started.toKey(key), this.#slots);
    const door = new Door({ slots: this.#slots, places: concurrency, lift: () => newcomers.lift() });
    const processing: Processing = { worker: started, begun, door, handler, parked };
    this.#worker = started;
    this.#door = door;
    if (this.#paused) this.pause();
  }

  /** Takes no work until `resume`; what runs goes on, and schedules are taken. */
  pause(): void {
    this.#paused = true;
    this.#door?.shut();
    this.#worker?.pause(true).catch((err) => this.#options.log.debug({ err }, 'redis'));
  }

  resume(): void {
    this.#paused = false;
    if (this.#closed) return;
    this.#door?.open();
    this.#worker?.resume();
  }

  async counts(): Promise<{ waiting: number; running: number; delayed: number }> {
    const {
      waiting = 0,
      prioritized = 0,
      active = 0,
      delayed = 0,
    } = await this.#queue.getJobCounts('waiting', 'prioritized', 'active', 'delayed');
    return { waiting: waiting + prioritized, running: active, delayed };
  }

  async close(deadlineMs = 0): Promise<void> {
    this.#closed = true;
    this.#door?.shut();
    const worker = this.#worker;
    const abort = setTimeout(() => worker?.cancelAllJobs('The hub is stopping.'), deadlineMs);
    const closed = (async () => {
      await worker?.close();
      await this.#queue.close();
    })();
    // BullMQ waits for a Redis that is away, for ever: so it is not waited for. Its lines are cut by whoever made them.
    await atMost(
      deadlineMs + farewellMs,
      closed.catch(() => {}),
    );
    clearTimeout(abort);
  }

  /**
   * A job's id is never used again, also when Redis is emptied and its own counter begins anew: a run that has not
   * noticed yet must not be taken for another one's. Room ids are hashes and need no escaping.
   */
  async #add(kind: 'run' | 'later' | 'again', job: RoomJob, delay = 0, known?: Share): Promise<void> {
    const { roomId, share } = job;
    const [jobId, priority] = [newId(), share && kind === 'run' ? this.#lately.roundOf(share) : 0];
    const added = await this.#queue.add(kind === 'run' ? 'run' : 'later', job, {
      ...{ jobId, delay, priority },
      deduplication: { id: `${kind}-${roomId}`, keepLastIfActive: kind === 'run' },
    });
    // Somebody else's waits in this room: it waits no longer than the one of them who has less.
    if (added.id === jobId || !share || !known || priority >= this.#lately.roundOf(known)) return;
    await Promise.all([added.updateData(job), added.changePriority({ priority })]).catch((err) =>
      this.#options.log.debug({ err, roomId }, 'its run was over sooner'),
    );
  }

  async #process(
    job: Job<RoomJob>,
    cancelled: AbortSignal,
    { worker, begun, door, handler, parked }: Processing,
  ): Promise<void> {
    const { roomId, share = ownShare(roomId) } = job.data;
    // A delayed schedule is a job of its own, so that it cannot hold up one that is due now.
    if (job.name === 'later') return this.schedule(roomId, { share: job.data.share });
    if (job.data.share) {
      if (!this.#lately.shareOf(roomId)) this.#lately.heard(roomId, share);
      this.#slots.know(share);
    }
    const hold = worker.holdOf(job, cancelled);
    if (!(await door.enter(share, hold.signal, timesTaken(job) > 1))) return this.#back(job, hold, worker);
    const attempt = job.attemptsMade + 1;
    const run: Run = { roomId, attempt, signal: hold.signal, hold: () => hold.check() };
    try {
      await begun(hold.signal);
      await handler(run);
    } catch (error) {
      // A try that a store was away for does not count. A job of its own asks for the next one.
      if (!hold.lost && isAway(error)) return await this.#again(job.data, error);
      if (hold.lost || (isRetryable(error) && attempt < this.#options.attempts)) throw error;
      await parked(run, error);
      throw new UnrecoverableError(asCarrierError(error).message);
    } finally {
      if (!this.#slots.isOpen) this.#age();
      door.leave(share);
      worker.letGo(job, hold);
    }
  }

  /** There is no slot for it now. @throws always: BullMQ is told so that the job goes on elsewhere, or that it is lost */
  async #back(job: Job<RoomJob>, hold: Hold, worker: RenewingWorker): Promise<never> {
    try {
      hold.check();
      const delayMs = Math.min(backMs * 2 ** (timesTaken(job) - 1), longestBackMs);
      await job.moveToDelayed(Date.now() + (this.#closed ? 0 : delayMs), job.token);
    } finally {
      worker.letGo(job, hold);
    }
    throw new DelayedError();
  }

  /** Where there are always new ones before it, a room would wait for ever. */
  #age(): void {
    if (this.#closed || performance.now() - this.#agedAt < ageMs) return;
    this.#agedAt = performance.now();
    const age = async () => {
      const [first] = await this.#queue.getPrioritized(0, 0);
      await first?.changePriority({ priority: 0 });
    };
    age().catch((err) => this.#options.log.debug({ err }, 'redis'));
  }

  async #again(job: RoomJob, error: unknown): Promise<void> {
    const { roomId } = job;
    const { name, retryBaseMs, log } = this.#options;
    const delayMs = backOffMs(awayTries, { firstMs: retryBaseMs }, error);
    log.warn({ err: error, queue: name, roomId, delayMs }, 'a store is away; the room is tried again later');
    // Where Redis is away too, the job fails as any other, and BullMQ tries it again.
    await this.#add('again', job, delayMs).catch(() => {
      throw error;
    });
  }
}

/** How often a worker took it since it was last tried. */
function timesTaken({ attemptsStarted, attemptsMade }: Job<RoomJob>): number {
  return attemptsStarted - attemptsMade;
}
