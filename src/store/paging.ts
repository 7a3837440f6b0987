/** What the pages of all stores have in common. */
import { FatalError } from '../errors.js';

export interface Page<T> {
  items: T[];
  /** Give it back to get the next page; null at the end. */
  nextCursor: string | null;
}

/** `limit`: most items of the page. An unknown cursor throws `invalid_field`. */
export interface PageRequest {
  limit: number;
  cursor?: string;
}

/** A limit as it was meant: to databases 0 or a negative one may mean none at all. */
export function whole(limit: number, least = 0): number {
  return Math.min(Math.max(least, Math.trunc(limit) || 0), 100_000);
}

/**
 * `found` has one more than the page where there is another one, which begins behind the cursor of the last item.
 * `rest`: the cursor of what was not looked at, where `found` is all of what was.
 */
export function pageOf<F, T>(
  found: readonly F[],
  limit: number,
  read: (item: F) => T,
  cursorOf: (last: F) => string,
  rest: string | null = null,
): Page<T> {
  const items = found.slice(0, limit);
  return { items: items.map(read), nextCursor: found.length > limit ? cursorOf(items.at(-1)!) : rest };
}

/** What is on all pages. */
export async function* each<T>(
  read: (page: { limit: number; cursor?: string }) => Promise<Page<T>>,
): AsyncGenerator<T> {
  let cursor: string | undefined;
  do {
    const page = await read({ limit: 500, cursor });
    yield* page.items;
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
}

/** The same at once, for whoever must know all of it first. */
export async function all<T>(read: Parameters<typeof each<T>>[0]): Promise<T[]> {
  const found: T[] = [];
  for await (const item of each(read)) found.push(item);
  return found;
}

export function unknownCursor(giver = 'a page of this list'): FatalError {
  return new FatalError('invalid_field', `The cursor is not one that ${giver} gave.`, { field: 'cursor' });
}
