/** Pages of what one may see, in between of what one may not. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { seenPage } from '../../src/operations/seen.js';
import type { Page, PageRequest } from '../../src/store/paging.js';
import type { Store } from '../../src/store/store.js';

interface Item {
  id: number;
  mine: boolean;
}

/** As the stores: positions are cursors, and a page may be shorter than was asked for. */
function reader(items: Item[], most: number) {
  let reads = 0;
  const read = async ({ limit, cursor = '0' }: PageRequest): Promise<Page<Item>> => {
    reads++;
    const next = Number(cursor) + Math.min(limit, most);
    return {
      items: items.slice(Number(cursor), next),
      nextCursor: next < items.length ? String(next) : null,
    };
  };
  return { read, reads: () => reads };
}

const store = {} as Store;
const page = (request: PageRequest, read: (page: PageRequest) => Promise<Page<Item>>) =>
  seenPage(
    { store, sees: ({ tenant }) => tenant === 'mine', seesPart: ({ tenant }) => tenant === 'mine' },
    request,
    read,
    ({ id, mine }) => ({ roomId: `room_${id}`, tenant: mine ? 'mine' : 'theirs' }),
  );

it('[governed.7] are full to the end, in order, each item once, and the last one says so', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.boolean(), { maxLength: 300 }),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 20, max: 100 }),
      async (whose, limit, most) => {
        const items = whose.map((mine, id) => ({ id, mine }));
        const { read } = reader(items, most);
        const own = items.filter(({ mine }) => mine);
        const pages: Item[][] = [];
        let cursor: string | undefined;
        do {
          const found = await page({ limit, ...(cursor !== undefined && { cursor }) }, read);
          pages.push(found.items);
          // Where the next page begins is behind one's own item, so it tells of nobody else's.
          if (found.nextCursor !== null) expect(Number(found.nextCursor)).toBe(found.items.at(-1)!.id + 1);
          cursor = found.nextCursor ?? undefined;
        } while (cursor !== undefined);
        expect(pages.flat()).toEqual(own);
        expect(pages.length).toBe(Math.max(1, Math.ceil(own.length / limit)));
      },
    ),
  );
});

it('come to what is one’s own behind thousands that are not, with a bounded number of reads each', async () => {
  const items = Array.from({ length: 10_000 }, (_, id) => ({ id, mine: id > 9990 }));
  const { read, reads } = reader(items, 100);
  const found: Item[] = [];
  let [cursor, pages]: [string | undefined, number] = [undefined, 0];
  do {
    const before = reads();
    const next: Page<Item> = await page({ limit: 5, ...(cursor !== undefined && { cursor }) }, read);
    expect(reads() - before).toBeLessThan(25);
    found.push(...next.items);
    cursor = next.nextCursor ?? undefined;
    pages++;
  } while (cursor !== undefined && pages < 30);
  expect(found).toEqual(items.slice(9991));
});
