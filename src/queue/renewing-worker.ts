import { type Job, Worker } from 'bullmq';
import type { Share } from '../core/share.js';
import { FatalError, RetryableError } from '../errors.js';
import { Hold } from './hold.js';

export interface RoomJob {
  roomId: string;
  /** Absent: nobody knows; older hubs said nothing. */
  share?: Share;
}

/** Of a lock's time, how much a run goes by: what it does at the very end must still arrive before the lock ends. */
const usable = 0.75;

/** Tells each run when its lock was renewed: as of the moment before that was asked for, so never later than Redis has it. */
export class RenewingWorker extends Worker<RoomJob> {
  readonly #holds = new Map<string, Hold>();

  override async extendJobLocks(jobIds: string[], tokens: string[], duration: number): Promise<string[]> {
    const asked = performance.now();
    const failed = await super.extendJobLocks(jobIds, tokens, duration);
    for (const id of jobIds) if (!failed.includes(id)) this.#holds.get(id)?.renew(asked);
    return failed;
  }

  /** Until `letGo`. BullMQ took the lock after `processedOn`, which it noted before it asked for the job. */
  holdOf({ id, processedOn = 0 }: Job<RoomJob>, cancelled: AbortSignal): Hold {
    const takenMs = Math.max(0, Date.now() - processedOn);
    const hold = new Hold(this.opts.lockDuration! * usable, performance.now() - takenMs);
    this.#holds.set(id!, hold);
    // BullMQ aborts with a text; those who run want to know the error's class.
    const lose = () =>
      hold.lose(
        this.closing
          ? new FatalError('shutting_down', 'The hub is stopping.')
          : new RetryableError('store_unavailable', 'The hold on the room was lost; another worker goes on.'),
      );
    if (cancelled.aborted) lose();
    else cancelled.addEventListener('abort', lose, { once: true });
    return hold;
  }

  letGo({ id }: Job<RoomJob>, hold: Hold): void {
    hold.end();
    this.#holds.delete(id!);
  }
}
