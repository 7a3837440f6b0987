import { RetryableError } from '../errors.js';

const longestMs = 60_000;

/**
 * How long to wait before the next try, in ms: doubling from `baseMs`, with the upper half of each step drawn by
 * chance so that rooms that failed together do not come back together. What the other side asked for wins when longer.
 */
export function backoffMs(attempt: number, baseMs: number, error: unknown): number {
  const step = Math.min(baseMs * 2 ** (attempt - 1), longestMs);
  const jittered = step / 2 + Math.random() * (step / 2);
  const asked = error instanceof RetryableError ? (error.retryAfterMs ?? 0) : 0;
  return Math.max(jittered, Math.min(asked, 10 * longestMs));
}
