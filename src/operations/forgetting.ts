import type { Memory } from '../core/memory.js';
import type { MemoryStore, Page } from '../store/memory-store.js';

const batch = 500;

/** All pages. What forgets collects first: replies are known by what they answer. */
export async function all(
  read: (page: { limit: number; cursor?: string }) => Promise<Page<Memory>>,
): Promise<Memory[]> {
  const found: Memory[] = [];
  let cursor: string | undefined;
  do {
    const page = await read({ limit: batch, cursor });
    found.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  return found;
}

/** The newest first, so that what is cut off can be begun again. Returns how many went. */
export async function forget(ids: string[], memories: MemoryStore): Promise<number> {
  const newest = [...ids].sort().reverse();
  let gone = 0;
  for (let at = 0; at < newest.length; at += batch)
    gone += await memories.forget(newest.slice(at, at + batch));
  return gone;
}
