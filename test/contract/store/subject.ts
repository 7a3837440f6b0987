import type { Memory } from '../../../src/core/memory.js';
import type { Page, PageRequest } from '../../../src/store/paging.js';
import type { SearchRequest } from '../../../src/store/search.js';
import type { Store } from '../../../src/store/store.js';
import type { Tampering } from '../../store/tampering.js';

/** The store under test: another object after `reopen`, over the same data. */
export interface StoreSubject {
  readonly store: Store;
  readonly reopen: () => Promise<void>;
  /** Another process's, open over the same data; null where one process has that to itself. */
  readonly another: () => Promise<Store | null>;
  /** Of the data there is now. */
  readonly tampering: Tampering;
  /** One after the other. */
  readonly append: (...memories: Memory[]) => Promise<void>;
  /** The texts found, by default for agent `ada` in scope `s`. */
  readonly search: (request: Partial<SearchRequest>) => Promise<string[]>;
  /** Retries an expectation for as long as this engine's search may lag. */
  readonly eventually: (expectation: () => Promise<void>) => Promise<void>;
  /** The same for what has expired. */
  readonly inTime: (expectation: () => Promise<void>) => Promise<void>;
  /** What waits in room `room`. */
  readonly waitingTexts: (limit?: number) => Promise<string[]>;
  readonly cannot: Partial<Record<'stem' | 'compareVectors' | 'updateAtOnce' | 'keyOverRooms', string>>;
  readonly expiryLag: { ms: number; reason: string } | undefined;
}

/** All pages one after the other, which may be short or empty; says how many there were. */
export async function allPages<T>(
  ask: (page: PageRequest) => Promise<Page<T>>,
  limit = 2,
): Promise<{ items: T[]; pages: number }> {
  const items: T[] = [];
  let cursor: string | undefined;
  for (let pages = 1; ; pages++) {
    const page = await ask({ limit, cursor });
    if (page.items.length > limit) throw new Error(`${page.items.length} on a page of ${limit}`);
    items.push(...page.items);
    if (page.nextCursor === null) return { items, pages };
    if (pages > 100) throw new Error('the pages have no end');
    cursor = page.nextCursor;
  }
}

/** What no page ever gave. */
export const madeUpCursors = ['no such cursor', '', '-1', '1; drop table memories', 'YWZ0ZXIgeA'];
