import { RetryableError } from '../errors.js';

const longestAskedMs = 600_000;

/** A service that errs, or means ill, must not stop us for good. */
const longestReadMs = 86_400_000;

/** The pauses between tries, in ms. */
export interface Pauses {
  /** After the first try. */
  firstMs: number;
  /** They double up to this; default 60,000. */
  longestMs?: number;
}

/**
 * How long to wait before the next try, in ms: doubling from `firstMs`, with the upper half of each step drawn by
 * chance so that those that failed together do not come back together. What the other side asked for wins when longer,
 * up to ten minutes.
 * @param tries those that have failed; 1 or more.
 */
export function backOffMs(tries: number, { firstMs, longestMs = 60_000 }: Pauses, error?: unknown): number {
  const step = Math.min(firstMs * 2 ** (tries - 1), longestMs);
  const jittered = step / 2 + Math.random() * (step / 2);
  const asked = error instanceof RetryableError ? (error.retryAfterMs ?? 0) : 0;
  return Math.max(jittered, Math.min(asked, longestAskedMs));
}

/**
 * What a service says of when to come back, in ms from now, a day at most; undefined where it says nothing that can
 * be read.
 * @param value a number, or the text of a header: a number, or an HTTP date (RFC 9110, section 10.2.3).
 * @param unit of a number; `Retry-After` has seconds.
 */
export function retryAfterMs(
  value: string | number | null | undefined,
  unit: 's' | 'ms' = 's',
): number | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  const number = Number(value);
  const ms = Number.isNaN(number)
    ? Date.parse(String(value)) - Date.now()
    : number * (unit === 's' ? 1000 : 1);
  return Number.isFinite(ms) ? Math.min(Math.max(0, ms), longestReadMs) : undefined;
}
