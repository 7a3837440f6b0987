import { createHash } from 'node:crypto';
import { v7 } from 'uuid';

/** A new UUIDv7: ids made later in this process sort later (RFC 9562, section 6.2). */
export function newId(): string {
  return v7();
}

/**
 * An id that every process derives alike from the same parts. Parts are length-prefixed before hashing, so
 * `('ab', 'c')` and `('a', 'bc')` differ. Never all digits: BullMQ refuses such job ids.
 */
export function derivedId(prefix: string, ...parts: string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}:${part}`);
  return `${prefix}_${hash.digest('hex').slice(0, 32)}`;
}
