/** Cursors of pages: the number of the last row, or of the last one looked at, and in front of it what must not be mixed up. */
import type { Page } from '../paging.js';
import { pageOf, unknownCursor } from '../paging.js';
import type { Step } from './listings.js';

type Numbered = [seq: number, ...rest: unknown[]];

/** Above every row. */
export const endOfAll = Number.MAX_SAFE_INTEGER;

export function pageOfRows<F extends Numbered, T>(
  found: readonly F[],
  limit: number,
  read: (item: F) => T,
  { prefix = '', rest = null }: { prefix?: string; rest?: string | null } = {},
): Page<T> {
  return pageOf(found, limit, read, ([seq]) => `${prefix}${seq}`, rest);
}

/** The page of one step of `listings.ts`. */
export function pageOfStep<F extends Numbered, T>(
  json: string,
  limit: number,
  read: (item: F) => T,
): Page<T> {
  const { found, reached, more } = JSON.parse(json) as Step<F>;
  return pageOfRows(found, limit, read, { rest: more ? String(reached) : null });
}

/** The number in a cursor; `first` without one. Throws `invalid_field` for one of another making. */
export function readNumber(cursor: string | undefined, first: number, prefix = ''): number {
  if (cursor === undefined) return first;
  const number = cursor.startsWith(prefix) ? cursor.slice(prefix.length) : '';
  if (!/^\d{1,15}$/.test(number)) throw unknownCursor();
  return Number(number);
}
