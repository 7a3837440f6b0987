import { setTimeout as sleep } from 'node:timers/promises';
import { CarrierError } from '../errors.js';

/** Between two tries, in ms. */
const againMs = 1_000;

/** Whether the store, or what stands before it, cannot be used now: no fault of what is asked of it. */
export function isAway(error: unknown): boolean {
  return error instanceof CarrierError && error.retryable && error.code === 'store_unavailable';
}

/**
 * The outcome of a write, which is tried again for as long as its store is away: for what must not be done anew just
 * because it could not be noted. The write must be one that may be repeated.
 * @throws what the write throws otherwise; its last error once the signal is aborted.
 */
export async function whileAway<T>(signal: AbortSignal, write: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (signal.aborted || !isAway(error)) throw error;
      await sleep(againMs, undefined, { signal }).catch(() => {});
      if (signal.aborted) throw error;
    }
  }
}
