/** Conversations of whoever asks, over the API and in the console. */
import { z } from 'zod';
import { authorise, hubTenant, type Principal } from '../access/principal.js';
import { userOfRoom } from '../connector/kit/token-access.js';
import { tokenConnector } from '../core/connector-settings.js';
import { isConsoleUser, isSession, ownerUser } from '../core/console-user.js';
import { FatalError } from '../errors.js';
import { defineOperation } from './operation.js';
import { titleOf } from './room-title.js';
import { seenPage } from './seen.js';
import { id, instant, page, texts } from './shapes.js';

export const ownRooms = defineOperation({
  name: 'rooms.own',
  about:
    'direct conversations of a user of the API with an agent, the most recently active first; a page may be short',
  permission: 'messages.read',
  reads: true,
  input: z.strictObject({
    agentId: id,
    userId: z
      .string()
      .min(1)
      .max(256)
      .optional()
      .describe(
        'as the API calls the user; absent: the one whom the token, or whoever is signed in, speaks as',
      ),
    ...page,
  }),
  example: { agentId: 'assistant', userId: 'alice' },
  output: z.object({
    rooms: z.array(
      z.object({
        ...texts('roomId', 'agentId', 'channel'),
        title: z.string().nullable().describe('the first words that were said there; null: there are none'),
        messages: z.number(),
        lastAt: instant,
      }),
    ),
    nextCursor: z.string().nullable(),
  }),
  concerns({ agentId, userId }, { principal }) {
    const user = userId ?? speaksAs(principal);
    const tenant = tenantOf(principal);
    const here = { agentId, connector: tokenConnector, tenant, ...(user !== undefined && { userId: user }) };
    const isTheirs = user === speaksAs(principal) || !isConsoleUser(user ?? '') || tenant !== hubTenant;
    // What people say in the console is theirs, and that of those who may read all rooms.
    if (!isTheirs && !authorise(principal, 'rooms.read', here))
      throw new FatalError('permission_denied', 'These rooms are somebody else’s.', { field: 'userId' });
    return here;
  },
  audit: ({ agentId, userId }) => ({ agentId, userId }),
  async run({ agentId, userId, ...asked }, sight) {
    const { store, agents, principal } = sight;
    agents.get(agentId);
    const user = userId ?? speaksAs(principal);
    if (user === undefined)
      throw new FatalError('invalid_field', 'userId: is missing; this token speaks as no user.', {
        field: 'userId',
      });
    const tenant = tenantOf(principal);
    // Who asks was judged as this user's.
    const { items, nextCursor } = await seenPage(
      { store, sees: () => true, seesPart: () => true },
      asked,
      (page) => store.memories.rooms({ ...page, agentId }),
      ({ roomId }) => ({ roomId }),
      ({ source: { connector, tenant: of, channel } }) =>
        connector === tokenConnector && of === tenant && userOfRoom(channel) === user,
    );
    const rooms = items.map(async ({ roomId, agentId, source: { channel }, messages, lastAt }) => {
      return { roomId, agentId, channel, messages, lastAt, title: await titleOf(roomId, sight) };
    });
    return { rooms: await Promise.all(rooms), nextCursor };
  },
});

function tenantOf(principal: Principal): string {
  return principal.kind === 'token' ? principal.tenant : hubTenant;
}

/** Undefined: a program, which speaks as whom it names. */
function speaksAs(principal: Principal): string | undefined {
  if (principal.kind !== 'token') return undefined;
  return principal.user ?? principal.self ?? (isSession(principal.id) ? ownerUser : undefined);
}
