import { setTimeout as timer } from 'node:timers/promises';
import { backOffMs, type Pauses } from '../../core/back-off.js';
import { FatalError } from '../../errors.js';

/** Resolves after so many ms, or as soon as the signal aborts. Never rejects: ask the signal. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  await timer(ms, undefined, { signal }).catch(() => {});
}

/** How long something is tried. Where nothing is said, for ever. */
export interface Tries extends Partial<Pauses> {
  signal?: AbortSignal;
  /** Tries altogether. */
  most?: number;
  /** No try begins after this; Unix ms. */
  until?: number;
  /** Told before each pause. */
  waiting?(error: unknown, pauseMs: number): void;
}

/**
 * Runs a job again and again until it succeeds. The pauses grow from `firstMs` (250) to `longestMs` (10,000), with
 * some chance in them; where a `RetryableError` names a longer one (`retryAfterMs`), that one is kept.
 * @throws what the job threw last, once there is no try left, and any `FatalError` at once; the signal's reason when
 * it aborts. A try under way is not broken off: pass the job the signal.
 */
export async function untilDone<T>(job: () => T | Promise<T>, tries: Tries = {}): Promise<T> {
  const { signal, most = Number.POSITIVE_INFINITY, until = Number.POSITIVE_INFINITY, waiting } = tries;
  const { firstMs = 250, longestMs = 10_000 } = tries;
  for (let tried = 1; ; tried += 1) {
    signal?.throwIfAborted();
    try {
      return await job();
    } catch (error) {
      if (error instanceof FatalError) throw error;
      signal?.throwIfAborted();
      const pauseMs = backOffMs(tried, { firstMs, longestMs }, error);
      if (tried >= most || Date.now() + pauseMs > until) throw error;
      waiting?.(error, pauseMs);
      await pause(pauseMs, signal);
    }
  }
}
