import { type ConnectionOptions, type Job, Queue, type Telemetry, UnrecoverableError, Worker } from 'bullmq';
import { backOffMs } from '../core/back-off.js';
import { atMost } from '../core/deadline.js';
import { newId } from '../core/ids.js';
import { isAway } from '../core/while-away.js';
import { asCarrierError, FatalError, isRetryable, RetryableError } from '../errors.js';
import type { Logger } from '../logger.js';
import { Generation } from './generation.js';
import { Hold } from './hold.js';
import type { ParkedHandler, RoomQueue, Run, RunHandler } from './queue.js';

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
  /** Makes spans of jobs, so that a turn's trace begins where its message came in. */
  telemetry?: Telemetry<unknown>;
  log: Logger;
}

interface RoomJob {
  roomId: string;
}

/** Finished jobs are kept for people to look at; the truth about messages is in the store. */
const keepFailed = { count: 1000, age: 7 * 24 * 3600 };
/** A room that was left by a dying worker is taken up again however often that happens. */
const maxStalledCount = 1_000_000;
/** Rooms whose store is away are tried again as after so many tries. */
const awayTries = 3;
/** How long Redis may take to hear of the end, in ms. */
const farewellMs = 3000;
/** Of a lock's time, how much a run goes by: what it does at the very end must still arrive before the lock ends. */
const usable = 0.75;

/** Tells each run when its lock was renewed: as of the moment before that was asked for, so never later than Redis has it. */
class RenewingWorker extends Worker<RoomJob> {
  readonly holds = new Map<string, Hold>();

  override async extendJobLocks(jobIds: string[], tokens: string[], duration: number): Promise<string[]> {
    const asked = performance.now();
    const failed = await super.extendJobLocks(jobIds, tokens, duration);
    for (const id of jobIds) if (!failed.includes(id)) this.holds.get(id)?.renew(asked);
    return failed;
  }
}

/**
 * The queue of a hub on many machines. `keepLastIfActive` gives points 1 to 3 of the contract: while a room's job
 * waits, further ones fold into it; while it runs, the last one is kept and follows. A run's lock is renewed as long as
 * it lasts; what a process does that has lost it, `Hold` prevents, and what an emptied Redis would do, `Generation`.
 *
 * A room goes to whichever worker is free. BullMQ has no preference for one: a queue for each worker would break point 1,
 * since one queue does not know what runs in another, and a worker that hands jobs back pays more than it saves. What a
 * worker must read of a room that others had meanwhile is what is new in it.
 */
export class BullmqQueue implements RoomQueue {
  readonly #options: BullmqQueueOptions;
  readonly #queue: Queue<RoomJob>;
  #worker: RenewingWorker | undefined;
  #closed = false;
  #paused = false;

  constructor(options: BullmqQueueOptions) {
    this.#options = options;
    const { name, prefix, producer, attempts, telemetry, log } = options;
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

  async schedule(roomId: string, { delayMs = 0 }: { delayMs?: number } = {}): Promise<void> {
    if (this.#closed)
      throw new FatalError('shutting_down', 'The hub is stopping; the message is kept in the store.');
    try {
      if (delayMs > 0) await this.#add('later', roomId, delayMs);
      else await this.#add('run', roomId);
    } catch (cause) {
      throw new RetryableError('store_unavailable', 'Redis does not take jobs; check REDIS_URL.', { cause });
    }
  }

  process(handler: RunHandler, parked: ParkedHandler): void {
    const { name, prefix, worker, concurrency, retryBaseMs, lockMs = 10_000, telemetry, log } = this.#options;
    const processor = (job: Job<RoomJob>, _token?: string, signal?: AbortSignal) =>
      this.#process(job, signal ?? new AbortController().signal, begun, handler, parked);
    const started = new RenewingWorker(name, processor, {
      connection: worker,
      prefix,
      telemetry,
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
    this.#worker = started;
    if (this.#paused) this.pause();
    const generation = new Generation(started.backend.client, started.toKey('generation'), lockMs);
    const begun = (waiting: AbortSignal) => generation.begun(waiting);
  }

  /** Takes no work until `resume`; what runs goes on, and schedules are taken. */
  pause(): void {
    this.#paused = true;
    this.#worker?.pause(true).catch((err) => this.#options.log.debug({ err }, 'redis'));
  }

  resume(): void {
    this.#paused = false;
    if (!this.#closed) this.#worker?.resume();
  }

  async counts(): Promise<{ waiting: number; running: number; delayed: number }> {
    const {
      waiting = 0,
      active = 0,
      delayed = 0,
    } = await this.#queue.getJobCounts('waiting', 'active', 'delayed');
    return { waiting, running: active, delayed };
  }

  async close(deadlineMs = 0): Promise<void> {
    this.#closed = true;
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
  async #add(kind: 'run' | 'later' | 'again', roomId: string, delay = 0): Promise<void> {
    await this.#queue.add(
      kind === 'run' ? 'run' : 'later',
      { roomId },
      { jobId: newId(), delay, deduplication: { id: `${kind}-${roomId}`, keepLastIfActive: kind === 'run' } },
    );
  }

  async #process(
    job: Job<RoomJob>,
    cancelled: AbortSignal,
    begun: (waiting: AbortSignal) => Promise<void>,
    handler: RunHandler,
    parked: ParkedHandler,
  ): Promise<void> {
    const { roomId } = job.data;
    // A delayed schedule is a job of its own, so that it cannot hold up one that is due now.
    if (job.name === 'later') return this.schedule(roomId);
    const hold = this.#holdOf(job, cancelled);
    const attempt = job.attemptsMade + 1;
    const run: Run = { roomId, attempt, signal: hold.signal, hold: () => hold.check() };
    try {
      await begun(hold.signal);
      await handler(run);
    } catch (error) {
      // A try that a store was away for does not count. A job of its own asks for the next one.
      if (!hold.lost && isAway(error)) return await this.#again(roomId, error);
      if (hold.lost || (isRetryable(error) && attempt < this.#options.attempts)) throw error;
      await parked(run, error);
      throw new UnrecoverableError(asCarrierError(error).message);
    } finally {
      hold.end();
      this.#worker?.holds.delete(job.id!);
    }
  }

  async #again(roomId: string, error: unknown): Promise<void> {
    const { name, retryBaseMs, log } = this.#options;
    const delayMs = backOffMs(awayTries, { firstMs: retryBaseMs }, error);
    log.warn({ err: error, queue: name, roomId, delayMs }, 'a store is away; the room is tried again later');
    // Where Redis is away too, the job fails as any other, and BullMQ tries it again.
    await this.#add('again', roomId, delayMs).catch(() => {
      throw error;
    });
  }

  /** BullMQ took the lock after `processedOn`, which it noted before it asked for the job. */
  #holdOf({ id, processedOn = 0 }: Job<RoomJob>, cancelled: AbortSignal): Hold {
    const { lockMs = 10_000 } = this.#options;
    const takenMs = Math.max(0, Date.now() - processedOn);
    const hold = new Hold(lockMs * usable, performance.now() - takenMs);
    this.#worker?.holds.set(id!, hold);
    // BullMQ aborts with a text; those who run want to know the error's class.
    const lose = () =>
      hold.lose(
        this.#closed
          ? new FatalError('shutting_down', 'The hub is stopping.')
          : new RetryableError('store_unavailable', 'The hold on the room was lost; another worker goes on.'),
      );
    if (cancelled.aborted) lose();
    else cancelled.addEventListener('abort', lose, { once: true });
    return hold;
  }
}
