import { z } from 'zod';
import { agentUnknown } from '../core/character.js';
import { Author, type Memory, MemoryKind, sharedScopeOf } from '../core/memory.js';
import { FatalError } from '../errors.js';
import { isDenied } from '../memory/facts/known.js';
import { discreet } from '../memory/secrets.js';
import type { RoomSummary } from '../store/history.js';
import type { Page } from '../store/paging.js';
import { defineOperation, type OperationParts } from './operation.js';
import { placeOfRoom } from './place.js';
import { seenPage, seenRooms } from './seen.js';
import { id, instant, page, texts } from './shapes.js';

/** Searched for one page: the most recently active ones, then those before them. */
const mostRooms = 50;

const Searching = z
  .strictObject({
    agentId: id,
    roomId: id.optional().describe('absent: all rooms, 50 for each page, the most recently active first'),
    query: z
      .string()
      .trim()
      .min(1)
      .max(1000)
      .optional()
      .describe('words or meaning; absent: all of the room'),
    kind: MemoryKind.optional(),
    ...page,
  })
  .refine(({ roomId, query }) => roomId !== undefined || query !== undefined, 'query: or roomId is needed');

export const searchMemories = defineOperation({
  name: 'memories.search',
  about: "what an agent remembers, of a room or that has a query's words: messages, facts and summaries",
  permission: 'memories.read',
  reads: true,
  input: Searching,
  example: { agentId: 'assistant', query: 'the blue heron' },
  output: z.object({
    memories: z.array(
      z.object({
        ...texts('id', 'kind', 'role', 'agentId', 'roomId', 'connector', 'tenant', 'channel', 'text'),
        author: Author,
        createdAt: instant,
        /** Comparable within one answer; null: nothing was searched for. */
        score: z.number().nullable(),
      }),
    ),
    nextCursor: z
      .string()
      .nullable()
      .describe(
        'null: that is all. For a query over all rooms a page may be short, or empty, and more may follow',
      ),
  }),
  concerns: async ({ agentId, roomId }, parts) =>
    roomId === undefined ? { agentId } : { ...(await placeOfRoom(roomId, parts)), roomId },
  partly: true,
  unknown: {
    of: ({ agentId, roomId }) =>
      roomId === undefined
        ? agentUnknown(agentId)
        : new FatalError('not_found', 'There is no such room.', { field: 'roomId' }),
  },
  // Words of a query are in no row.
  audit: ({ agentId, roomId }) => ({ agentId, roomId }),
  async run({ agentId, roomId, query, kind, ...page }, parts) {
    const { memories } = parts.store;
    const maySee = seenRooms(parts);
    if (query === undefined) {
      const [scope] = await scopesOfRooms([{ roomId: roomId! }], parts);
      if (scope === undefined) return { memories: [], nextCursor: null };
      const { items, nextCursor } = await memories.inScope(agentId, scope, page);
      const wanted = (await maySee(items)).filter((memory) => kind === undefined || memory.kind === kind);
      return { memories: wanted.map((memory) => shownOf(memory, null)), nextCursor };
    }
    const { items: rooms, nextCursor } =
      roomId === undefined
        ? await roomsOf(agentId, page.cursor, parts)
        : { items: [{ roomId }], nextCursor: null };
    const scopes = await scopesOfRooms(rooms, parts);
    if (scopes.length === 0) return { memories: [], nextCursor };
    const kinds = kind && [kind];
    const found = await memories.search({ agentId, scopes, text: query, kinds, limit: page.limit });
    const scores = new Map(found.map(({ memory, score }) => [memory.id, score]));
    const shown = (await maySee(found.map(({ memory }) => memory))).filter((memory) => !isDenied(memory));
    return { memories: shown.map((memory) => shownOf(memory, scores.get(memory.id)!)), nextCursor };
  },
});

type Sight = OperationParts & Parameters<typeof seenPage>[0];
type Room = Pick<RoomSummary, 'roomId' | 'direct'>;

function roomsOf(agentId: string, cursor: string | undefined, sight: Sight): Promise<Page<Room>> {
  return seenPage(
    sight,
    { limit: mostRooms, cursor },
    (page) => sight.store.memories.rooms({ ...page, agentId }),
    ({ roomId, agentId, source: { connector, tenant, channel } }) => ({
      ...{ roomId, agentId, connector, tenant, channel },
    }),
  );
}

/** Who may recall what is said in a direct room, its messages say. */
async function scopesOfRooms(rooms: Room[], { store }: Pick<OperationParts, 'store'>): Promise<string[]> {
  const scopes = rooms.map(async ({ roomId, direct }) => {
    if (direct === false) return sharedScopeOf(roomId);
    const [any] = (await store.memories.history(roomId, { limit: 1, order: 'newest' })).items;
    return any?.scope;
  });
  return [...new Set(await Promise.all(scopes))].filter((scope) => scope !== undefined);
}

function placeOf({ agentId, roomId, source: { connector, tenant, channel } }: Memory) {
  return { agentId, roomId, connector, tenant, channel };
}

function shownOf(memory: Memory, score: number | null) {
  const { id, kind, role, author, createdAt } = memory;
  return {
    id,
    kind,
    role,
    author,
    createdAt,
    score,
    ...placeOf(memory),
    text: discreet(memory).content.text,
  };
}
