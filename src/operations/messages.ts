import { z } from 'zod';
import { isDirect } from '../core/memory.js';
import { FatalError } from '../errors.js';
import { sayUnasked } from '../store/unasked.js';
import { defineOperation } from './operation.js';
import { placeOfRoom } from './place.js';
import { id } from './shapes.js';

const unknown = { message: 'There is no such room of this agent.', field: 'roomId' };

export const postMessage = defineOperation({
  name: 'messages.post',
  about: 'have an agent say something in a room that it was in before, unasked',
  permission: 'messages.post',
  input: z.strictObject({
    agentId: id,
    roomId: id,
    text: z.string().trim().min(1).max(40_000),
    messageId: z
      .string()
      .min(1)
      .max(256)
      .optional()
      .describe('of the sender: sent again with the same one, it is said once'),
  }),
  output: z.object({ turnId: z.string(), messageId: z.string().nullable(), duplicate: z.boolean() }),
  async concerns({ agentId, roomId }, parts) {
    const place = await placeOfRoom(roomId, parts);
    return place.agentId === agentId ? place : {};
  },
  unknown,
  audit: ({ agentId, roomId }) => ({ agentId, roomId }),
  async run({ agentId, roomId, text, messageId }, parts) {
    const { store, deliveryQueue, posting, principal } = parts;
    const [newest] = (await store.memories.history(roomId, { limit: 1, order: 'newest' })).items;
    if (!newest || newest.agentId !== agentId)
      throw new FatalError('not_found', unknown.message, { field: 'roomId' });
    const { scope, source } = newest;
    await posting.check({ agentId, source, direct: isDirect(scope), text, principal });
    const once = messageId === undefined ? crypto.randomUUID() : `posted:${messageId}`;
    const said = await sayUnasked(
      store.turns,
      { agentId, roomId, scope, source },
      { text, once },
      posting.now(),
    );
    await deliveryQueue.schedule(roomId).catch(() => {});
    return said;
  },
});
