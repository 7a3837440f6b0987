import { hash, randomUUID } from 'node:crypto';

let lastMs = 0;
/** `lastMs` as an id begins. */
let lastTime = '';
let counter = 0;

/**
 * A new UUIDv7: ids made later in this process sort later, also within a millisecond and when the clock is set back
 * (RFC 9562, section 6.2, method 1: a 12-bit counter in `rand_a`, carried into the time when it is full).
 */
export function newId(): string {
  const now = Date.now();
  if (now > lastMs || ++counter > 0xfff) {
    lastMs = Math.max(now, lastMs + 1);
    lastTime = beginningOf(lastMs);
    counter = 0;
  }
  // A random UUIDv4 has the variant bits where v7 has them, and costs a tenth of asking for random bytes.
  return `${lastTime}-7${counter.toString(16).padStart(3, '0')}${randomUUID().slice(18)}`;
}

/** Greater than every id made at this time (Unix ms) or before, and smaller than those made later. */
export function idAfter(ms: number): string {
  return beginningOf(ms + 1);
}

function beginningOf(ms: number): string {
  const time = ms.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}`;
}

/**
 * An id that every process derives alike from the same parts. Parts are length-prefixed before hashing, so
 * `('ab', 'c')` and `('a', 'bc')` differ. Never all digits: BullMQ refuses such job ids.
 */
export function derivedId(prefix: string, ...parts: string[]): string {
  const text = parts.map((part) => `${part.length}:${part}`).join('');
  return `${prefix}_${hash('sha256', text).slice(0, 32)}`;
}
