import { z } from 'zod';
import { hubTenant, type Principal, roleOfToken } from '../access/principal.js';
import { type Resource, type Role, roleFor } from '../access/role.js';
import { tokenConnector } from '../core/connector-settings.js';
import { isDirect, isRoomId, type Memory, roomIdOf } from '../core/memory.js';
import { FatalError } from '../errors.js';
import { sayUnasked } from '../store/unasked.js';
import { defineOperation, type OperationParts } from './operation.js';
import { placeOfRoom } from './place.js';
import { id, truth } from './shapes.js';
import { sayAsOperator } from './takeovers.js';

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
    orAnswer: truth
      .optional()
      .describe('in a room that people have taken over it is their answer (rooms.answer), and not refused'),
  }),
  output: z.object({ turnId: z.string(), messageId: z.string().nullable(), duplicate: z.boolean() }),
  async concerns(input, parts) {
    const place = await placeOfRoom(roomOf(input, parts.principal), parts);
    return place.agentId === input.agentId ? place : {};
  },
  unknown,
  audit: ({ agentId, roomId }) => ({ agentId, roomId }),
  async run({ agentId, text, messageId, orAnswer, ...input }, parts) {
    const { store, deliveryQueue, agents, checks, now, principal } = parts;
    const roomId = roomOf({ agentId, ...input }, principal);
    const [newest] = (await store.memories.history(roomId, { limit: 1, order: 'newest' })).items;
    if (!newest || newest.agentId !== agentId)
      throw new FatalError('not_found', unknown.message, { field: 'roomId' });
    const { scope, source } = newest;
    // Whoever says it: sent again once the room was taken over or handed back, it is not said again.
    const once = messageId === undefined ? crypto.randomUUID() : `posted:${messageId}`;
    if (await parts.heldRooms.exactly(roomId)) {
      if (orAnswer) return sayAsOperator(newest, { text, once }, parts);
      throw new FatalError(
        'conflict',
        'People have taken this room over: rooms.answer says it in its name, and so does "orAnswer": true.',
        { field: 'roomId' },
      );
    }
    await permit(newest, text, parts);
    const room = { agentId, roomId, scope, source };
    // Links are the poster's own; what is told to nobody stays so.
    const words = checks.on(agents.get(agentId), { turnId: once, taint: [] }).withoutSecrets(text);
    const said = await sayUnasked(store.turns, room, { text: words, once }, now());
    await deliveryQueue.schedule(roomId).catch(() => {});
    return said;
  },
});

/** Programs know their rooms by the names they gave them. */
function roomOf({ agentId, roomId }: { agentId: string; roomId: string }, principal: Principal): string {
  if (isRoomId(roomId)) return roomId;
  const tenant = principal.kind === 'token' ? principal.tenant : hubTenant;
  return roomIdOf(agentId, { connector: tokenConnector, tenant, channel: roomId });
}

/** The policy's word on it, under the key `hub:message`; where no rule is about it, whoever may post may. */
async function permit(
  { agentId, source, scope }: Memory,
  text: string,
  { tools, agents, principal }: OperationParts & { principal: Principal },
): Promise<void> {
  const { connector, tenant, channel } = source;
  const hints = { readOnly: false, destructive: false, idempotent: false, openWorld: false };
  const { effect, rule, reason } = tools.policyOf(agents.get(agentId)).decide({
    agentId,
    // Whoever posts is no model: what nobody has said anything of is theirs to say.
    tool: { key: 'hub:message', name: 'message', source: 'plugin:hub', hints },
    requester: { role: roleAt(principal, { agentId, connector, tenant, channel }), accounts: [] },
    place: { connector, tenant, channel },
    direct: isDirect(scope),
    tainted: false,
    parameters: { text },
  });
  if (effect === 'allow') return;
  const why = reason ? `: ${reason}` : '.';
  throw new FatalError('permission_denied', `The policy does not permit this (${rule})${why}`, {
    field: 'text',
  });
}

function roleAt(principal: Principal, place: Resource): Role {
  if (principal.kind !== 'token') return 'owner';
  // Of whoever is signed in to the console, roles differ from place to place.
  return principal.grants ? (roleFor(principal.grants, place) ?? 'guest') : roleOfToken(principal);
}
