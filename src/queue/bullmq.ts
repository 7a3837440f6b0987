import { type ConnectionOptions, type Job, Queue, type Telemetry, UnrecoverableError, Worker } from 'bullmq';
import { asCarrierError, FatalError, isRetryable, RetryableError } from '../errors.js';
import type { Logger } from '../logger.js';
import { backoffMs } from './backoff.js';
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

/**
 * The queue of a hub on many machines. `keepLastIfActive` gives points 1 to 3 of the contract: while a room's job
 * waits, further ones fold into it; while it runs, the last one is kept and follows.
 */
export class BullmqQueue implements RoomQueue {
  readonly #options: BullmqQueueOptions;
  readonly #queue: Queue<RoomJob>;
  #worker: Worker<RoomJob> | undefined;
  #closed = false;

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
      else await this.#add('run', roomId, 0);
    } catch (cause) {
      throw new RetryableError('store_unavailable', 'Redis does not take jobs; check REDIS_URL.', { cause });
    }
  }

  process(handler: RunHandler, parked: ParkedHandler): void {
    const { name, prefix, worker, concurrency, retryBaseMs, lockMs = 10_000, telemetry, log } = this.#options;
    const processor = (job: Job<RoomJob>, _token?: string, signal?: AbortSignal) =>
      this.#process(job, signal ?? new AbortController().signal, handler, parked);
    this.#worker = new Worker<RoomJob>(name, processor, {
      connection: worker,
      prefix,
      telemetry,
      concurrency,
      lockDuration: lockMs,
      stalledInterval: lockMs / 2,
      maxStalledCount,
      settings: { backoffStrategy: (attempt, _type, error) => backoffMs(attempt, retryBaseMs, error) },
    });
    this.#worker.on('error', (err) => log.warn({ err, queue: name }, 'redis'));
    // Whoever cannot renew may have lost the room to another worker: stop, since that one goes on.
    this.#worker.on('lockRenewalFailed', (ids) => {
      for (const id of ids) this.#worker?.cancelJob(id, 'the hold on the room was lost');
    });
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
    if (worker) {
      const abort = setTimeout(() => worker.cancelAllJobs('The hub is stopping.'), deadlineMs);
      await worker.close();
      clearTimeout(abort);
    }
    await this.#queue.close();
  }

  /** Ids carry a prefix, since BullMQ refuses digits only; room ids are hashes and need no escaping. */
  async #add(kind: 'run' | 'later', roomId: string, delay: number): Promise<void> {
    await this.#queue.add(
      kind,
      { roomId },
      { delay, deduplication: { id: `${kind}-${roomId}`, keepLastIfActive: kind === 'run' } },
    );
  }

  async #process(
    job: Job<RoomJob>,
    signal: AbortSignal,
    handler: RunHandler,
    parked: ParkedHandler,
  ): Promise<void> {
    const { roomId } = job.data;
    // A delayed schedule is a job of its own, so that it cannot hold up one that is due now.
    if (job.name === 'later') return this.schedule(roomId);
    const attempt = job.attemptsMade + 1;
    const run: Run = { roomId, attempt, signal: this.#withReason(signal) };
    try {
      await handler(run);
    } catch (error) {
      if (signal.aborted || (isRetryable(error) && attempt < this.#options.attempts)) throw error;
      await parked(run, error);
      throw new UnrecoverableError(asCarrierError(error).message);
    }
  }
  /** BullMQ aborts with a text; those who run want to know the error's class. */
  #withReason(signal: AbortSignal): AbortSignal {
    const controller = new AbortController();
    const abort = () =>
      controller.abort(
        this.#closed
          ? new FatalError('shutting_down', 'The hub is stopping.')
          : new RetryableError('store_unavailable', 'The hold on the room was lost; another worker goes on.'),
      );
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    return controller.signal;
  }
}
