/** Lists show what one may see and nothing else: neither how much there is besides, nor where. */
import type { Resource } from '../access/role.js';
import type { Memory } from '../core/memory.js';
import type { Page, PageRequest } from '../store/paging.js';
import type { OperationParts } from './operation.js';
import { placeOfRoom } from './place.js';

/** Of items in one reading; and of readings and items for one page, since each may cost the store a look of its own. */
const mostRead = 50;
const mostReadings = 20;
const mostItems = 500;

/** Leaves out memories of rooms that one may not see. */
export function seenRooms({ sees, store }: Pick<Sight, 'sees' | 'store'>) {
  const places = new Map<string, Promise<Resource>>();
  return async (memories: readonly Memory[]): Promise<Memory[]> => {
    const seen = await Promise.all(
      memories.map(async ({ roomId, agentId }) => {
        const place = places.get(roomId) ?? placeOfRoom(roomId, { store });
        places.set(roomId, place);
        return sees({ ...(await place), agentId, roomId });
      }),
    );
    return memories.filter((_, at) => seen[at]);
  };
}

interface Sight extends Pick<OperationParts, 'store'> {
  sees(resource: Resource): boolean;
  seesPart(resource: Resource): boolean;
}

/**
 * A page of what one may see of rooms. It is short, or empty, although there is more, only behind a lot that is not
 * theirs. What follows it is looked for first, so that a cursor tells of more that may be seen.
 * @param roomOf what is known of an item's room; the rest is looked up where it matters.
 * @param wanted those that were asked for; absent: all.
 */
export async function seenPage<T>(
  { sees, seesPart, store }: Sight,
  { limit, cursor }: PageRequest,
  next: (page: PageRequest) => Promise<Page<T>>,
  roomOf: (item: T) => Resource & { roomId: string },
  wanted?: (item: T) => boolean | Promise<boolean>,
): Promise<Page<T>> {
  if (!wanted && sees({})) return next({ limit, cursor });
  const places = new Map<string, Promise<Resource>>();
  const items: T[] = [];
  /** Where the last item of the page was read. */
  let last: PageRequest = { limit: 0 };
  let at = cursor;
  let read = 0;
  for (let readings = 0; readings < mostReadings && read < mostItems; readings++) {
    const page = await next({ limit: mostRead, cursor: at });
    read += page.items.length;
    for (const [index, item] of page.items.entries()) {
      if (!(await isSeen(item))) continue;
      if (items.length === limit) return { items, nextCursor: (await next(last)).nextCursor };
      items.push(item);
      last = { limit: index + 1, cursor: at };
    }
    if (page.nextCursor === null) return { items, nextCursor: null };
    at = page.nextCursor;
  }
  return { items, nextCursor: items.length === limit ? (await next(last)).nextCursor : (at ?? null) };

  async function isSeen(item: T): Promise<boolean> {
    if (wanted && !(await wanted(item))) return false;
    const { roomId, ...known } = roomOf(item);
    if (sees(known) || !seesPart(known)) return sees(known);
    const place = places.get(roomId) ?? placeOfRoom(roomId, { store });
    places.set(roomId, place);
    return sees(await place);
  }
}
