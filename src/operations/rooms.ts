import { z } from 'zod';
import { idAfter, newId } from '../core/ids.js';
import { Attachment, Author, MemoryStatus, roomSourceOf } from '../core/memory.js';
import { FatalError } from '../errors.js';
import { all } from '../store/paging.js';
import { defineOperation } from './operation.js';
import { placeOfRoom } from './place.js';
import { titleOf } from './room-title.js';
import { seenPage } from './seen.js';
import { askedAt, id, instant, page, texts, truth } from './shapes.js';

const OneRoom = z.strictObject({ roomId: id });

const unknown = { message: 'There is no such room.', field: 'roomId' };

/** Waiting messages are counted up to here. */
const mostWaiting = 100;

export const listRooms = defineOperation({
  name: 'rooms.list',
  about: 'conversations, the most recently active first; a page may be short although there is more',
  permission: 'rooms.read',
  reads: true,
  input: z.strictObject({
    agentId: id.optional(),
    connector: id.optional(),
    held: truth.optional().describe('only those that people have taken over'),
    ...page,
  }),
  output: z.object({
    rooms: z.array(
      z.object({
        ...texts('roomId', 'agentId', 'connector', 'tenant', 'channel'),
        thread: z.string().optional(),
        title: z.string().nullable().describe('the first words that were said there; null: there are none'),
        /** Whether only one person and the agent can read it; absent where that is not known. */
        direct: z.boolean().optional(),
        /** At most 1,000 are counted. */
        messages: z.number(),
        lastAt: instant,
        heldBy: z.string().optional().describe("who has taken it over; absent: it is its agent's"),
      }),
    ),
    nextCursor: z.string().nullable(),
  }),
  concerns: ({ agentId }) => ({ agentId }),
  partly: true,
  async run({ agentId, connector: platform, held, ...page }, sight) {
    const { items, nextCursor } = await seenPage(
      sight,
      page,
      (page) => sight.store.memories.rooms({ ...page, agentId }),
      ({ roomId, agentId, source: { connector, tenant, channel } }) => ({
        ...{ roomId, agentId, connector, tenant, channel },
      }),
      platform === undefined && !held
        ? undefined
        : async ({ roomId, source }) =>
            (platform === undefined || source.connector === platform) &&
            (!held || (await sight.heldRooms.of(roomId)) !== null),
    );
    const rooms = items.map(async ({ source, ...room }) => {
      const hold = await sight.heldRooms.of(room.roomId);
      const title = await titleOf(room.roomId, sight);
      return { ...room, ...source, title, ...(hold && { heldBy: hold.name ?? hold.by }) };
    });
    return { rooms: await Promise.all(rooms), nextCursor };
  },
});

export const roomMessages = defineOperation({
  name: 'rooms.messages',
  about: "a room's messages, from the oldest or from the newest",
  permission: 'rooms.read',
  reads: true,
  input: OneRoom.extend({ order: z.enum(['oldest', 'newest']).default('oldest'), ...page }),
  output: z.object({
    messages: z.array(
      z.object({
        id: z.string(),
        role: z.string(),
        author: Author,
        text: z.string(),
        attachments: z.array(Attachment.omit({ file: true })),
        status: MemoryStatus,
        replyTo: z.string().nullable(),
        turnId: z.string().nullable(),
        createdAt: instant,
      }),
    ),
    nextCursor: z.string().nullable(),
    room: z
      .object({
        ...texts('agentId', 'connector', 'tenant', 'channel'),
        thread: z.string().optional(),
        title: z.string().nullable(),
      })
      .nullable()
      .describe('where that is; null: nothing is left of it'),
  }),
  concerns: ({ roomId }, parts) => placeOfRoom(roomId, parts),
  unknown,
  audit: ({ roomId }) => ({ roomId }),
  async run({ roomId, ...page }, parts) {
    const { items, nextCursor } = await parts.store.memories.history(roomId, page);
    const [any] = items;
    return {
      messages: items.map(({ content, ...memory }) => ({ ...memory, ...content })),
      nextCursor,
      room: any
        ? { agentId: any.agentId, ...roomSourceOf(any.source), title: await titleOf(roomId, parts) }
        : null,
    };
  },
});

export const forgetRoom = defineOperation({
  name: 'rooms.forget',
  about: 'forget all that was said in a room, and the facts and summaries made there',
  permission: 'rooms.forget',
  input: OneRoom.extend({ count: z.boolean().default(false).describe('only say how much there is') }),
  output: z.object({ memories: z.number() }),
  concerns: ({ roomId }, parts) => placeOfRoom(roomId, parts),
  unknown,
  audit: (input) => input,
  async run({ roomId, count }, parts) {
    const { memories } = parts.store;
    const said = await all((page) => memories.history(roomId, page));
    const scopes = new Map(said.map(({ scope, agentId }) => [scope, agentId]));
    const kept = await Promise.all(
      [...scopes].map(([scope, agentId]) => all((page) => memories.inScope(agentId, scope, page))),
    );
    const found = [...said, ...kept.flat().filter((memory) => memory.roomId === roomId)];
    return {
      memories: count ? new Set(found.map(({ id }) => id)).size : await parts.forgetting.remove(found),
    };
  },
});

export const roomStatus = defineOperation({
  name: 'rooms.status',
  about: 'what a room waits for, which models answer it, and how much is remembered there',
  permission: 'rooms.status',
  reads: true,
  input: z.strictObject({ agentId: id, roomId: id, scope: id }),
  output: z.object({
    /** The chain, in its usual order; `model` is asked before the others. */
    models: z.array(z.string()),
    model: z.string().nullable(),
    /** At most 100 are counted. */
    waiting: z.number(),
    memories: z.number(),
    queue: z.object({ waiting: z.number(), running: z.number() }).nullable(),
  }),
  concerns: async ({ roomId, ...said }, parts) => ({
    roomId,
    ...said,
    ...(await placeOfRoom(roomId, parts)),
  }),
  unknown,
  audit: ({ roomId }) => ({ roomId }),
  async run({ agentId, roomId, scope }, { rooms, store, turnQueue, agents }) {
    const [state, memories, claim, queue] = await Promise.all([
      rooms.get(roomId),
      store.memories.count(agentId, [scope]),
      store.turns.claim(roomId, mostWaiting),
      turnQueue.counts().catch(() => null),
    ]);
    const models = agents.models(agents.get(agentId));
    return { models, model: state.model ?? null, waiting: claim.messages.length, memories, queue };
  },
});

export const renewRoom = defineOperation({
  name: 'rooms.renew',
  about: 'begin a new conversation in a room: what was said before leaves the prompt and stays in memory',
  permission: 'rooms.renew',
  input: OneRoom.extend({ askedAt }),
  output: z.object({ roomId: z.string() }),
  concerns: async ({ roomId }, parts) => ({ roomId, ...(await placeOfRoom(roomId, parts)) }),
  unknown,
  audit: ({ roomId }) => ({ roomId }),
  async run({ roomId, askedAt }, { rooms }) {
    const { since = '' } = await rooms.get(roomId);
    const asked = askedAt === undefined ? newId() : idAfter(askedAt);
    if (asked > since) await rooms.change(roomId, { since: asked });
    return { roomId };
  },
});

export const chooseModel = defineOperation({
  name: 'rooms.model',
  about: "choose which model of the agent's chain answers a room first; null: back to the usual order",
  permission: 'rooms.model',
  input: z.strictObject({ agentId: id, roomId: id, model: z.string().max(256).nullable() }),
  output: z.object({ model: z.string().nullable() }),
  concerns: async ({ agentId, roomId }, parts) => ({
    ...{ agentId, roomId },
    ...(await placeOfRoom(roomId, parts)),
  }),
  unknown,
  audit: ({ roomId }) => ({ roomId }),
  async run({ agentId, roomId, model }, { rooms, agents }) {
    const chain = agents.models(agents.get(agentId));
    const ref = chain.find((known) => known.toLowerCase() === model?.toLowerCase());
    if (model !== null && !ref)
      throw new FatalError('invalid_field', `There is no such model here. There are: ${chain.join(', ')}`, {
        field: 'model',
      });
    await rooms.change(roomId, { model: ref });
    return { model: ref ?? null };
  },
});
