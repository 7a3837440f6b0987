import { z } from 'zod';
import { newId } from '../core/ids.js';
import { FatalError } from '../errors.js';
import { defineOperation } from './operation.js';
import { placeOfRoom } from './place.js';
import { id } from './shapes.js';

/** Waiting messages are counted up to here. */
const mostWaiting = 100;

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
  concerns: (input) => input,
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
  input: z.strictObject({ roomId: id }),
  output: z.object({ roomId: z.string() }),
  concerns: ({ roomId }) => ({ roomId }),
  audit: ({ roomId }) => ({ roomId }),
  async run({ roomId }, { rooms }) {
    await rooms.change(roomId, { since: newId() });
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
