import { type ConnectionOptions, type Job, Queue, Worker } from 'bullmq';
import { atMost } from '../core/deadline.js';
import type { Logger } from '../logger.js';
import type { Maintenance, Work } from './maintenance.js';

export interface BullmqMaintenanceOptions {
  /** Put before every key in Redis, so that several hubs can share one. */
  prefix: string;
  /** Fails fast: renewing a schedule is tried again soon anyway. */
  producer: ConnectionOptions;
  /** Waits for Redis for ever. */
  worker: ConnectionOptions;
  /** A process that has not renewed its hold on a run for this long has lost it, in ms. Default 10,000. */
  lockMs?: number;
  log: Logger;
}

/** Schedules are put in place again this often, in ms: an emptied Redis has lost them. */
const longestRenewalMs = 30_000;
const shortestRenewalMs = 500;
/** How long Redis may take to hear of the end, in ms; then the lines are cut. */
const farewellMs = 2_000;
/** Runs that failed are kept for people to look at. */
const keepFailed = { count: 20, age: 24 * 3600 };
/** A run that was left by a dying process is taken up again however often that happens. */
const maxStalledCount = 1_000_000;

interface Scheduled {
  queue: Queue;
  worker: Worker;
  timer: NodeJS.Timeout | undefined;
}

/**
 * The maintenance of a hub on many machines: one BullMQ job scheduler for each work, in a queue of its own whose global
 * concurrency is one, so that whichever process is free does the next run, and only one does. The schedule is in Redis
 * alone, so every process renews it: that moves no run, and brings it back where it was lost.
 */
export class BullmqMaintenance implements Maintenance {
  readonly #options: BullmqMaintenanceOptions;
  readonly #scheduled: Scheduled[] = [];
  readonly #running = new Set<Promise<void>>();
  /** Of all runs: also those that a worker had fetched before it heard of the end begin with it behind them. */
  readonly #end = new AbortController();
  #closing: Promise<void> | undefined;

  constructor(options: BullmqMaintenanceOptions) {
    this.#options = options;
  }

  every(name: string, intervalMs: number, work: Work): void {
    const { prefix, producer, worker: connection, lockMs = 10_000, log } = this.#options;
    const queueName = `maintenance-${name}`;
    const queue = new Queue(queueName, { connection: producer, prefix });
    queue.on('error', (err) => log.debug({ err, queue: queueName }, 'redis'));
    const processor = async (_job: Job, _token?: string, signal?: AbortSignal) => {
      const run = this.#run(name, work, AbortSignal.any([this.#end.signal, ...(signal ? [signal] : [])]));
      this.#running.add(run);
      await run.finally(() => this.#running.delete(run));
    };
    const worker = new Worker(queueName, processor, {
      connection,
      prefix,
      lockDuration: lockMs,
      stalledInterval: lockMs / 2,
      maxStalledCount,
    });
    worker.on('error', (err) => log.debug({ err, queue: queueName }, 'redis'));
    // Whoever cannot renew may have lost the run to another process.
    worker.on('lockRenewalFailed', (ids) => {
      for (const id of ids) worker.cancelJob(id, 'the hold on the run was lost');
    });
    const scheduled: Scheduled = { queue, worker, timer: undefined };
    this.#scheduled.push(scheduled);
    void this.#renew(scheduled, name, intervalMs);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#end.abort(new Error('The hub is stopping.'));
    await Promise.all(
      this.#scheduled.map(async ({ queue, worker, timer }) => {
        clearTimeout(timer);
        // Other processes have the runs that come due while those under way end.
        await worker.pause(true);
        await Promise.allSettled(this.#running);
        await farewell(worker, queue);
      }),
    );
  }

  /** Global concurrency first: it is lost where the schedule is. */
  async #renew(scheduled: Scheduled, name: string, every: number): Promise<void> {
    const { queue } = scheduled;
    try {
      await queue.setGlobalConcurrency(1);
      const opts = { removeOnComplete: true, removeOnFail: keepFailed };
      await queue.upsertJobScheduler(name, { every }, { name, opts });
    } catch (err) {
      if (!this.#end.signal.aborted)
        this.#options.log.debug({ err, work: name }, 'the schedule could not be renewed');
    }
    if (this.#end.signal.aborted) return;
    const pause = Math.min(Math.max(every, shortestRenewalMs), longestRenewalMs);
    scheduled.timer = setTimeout(() => void this.#renew(scheduled, name, every), pause).unref();
  }

  async #run(name: string, work: Work, signal: AbortSignal): Promise<void> {
    try {
      await work(signal);
    } catch (err) {
      if (!signal.aborted) this.#options.log.error({ err, work: name }, 'maintenance failed; trying again');
      throw err;
    }
  }
}

/** BullMQ waits for a Redis that is away, for ever, and to be cut off as well: so it is not waited for. */
async function farewell(worker: Worker, queue: Queue): Promise<void> {
  const over = () => true;
  const closed = worker
    .close()
    .then(() => queue.close())
    .then(over, over);
  if (await atMost(farewellMs, closed)) return;
  for (const end of [worker, queue]) void end.disconnect().catch(() => {});
}
