import { z } from 'zod';
import { hubTenant, type Principal, roleHere, roleOfToken } from '../access/principal.js';
import type { Role } from '../access/role.js';
import { userOfRoom } from '../connector/kit/token-access.js';
import { tokenConnector } from '../core/connector-settings.js';
import { MemoryKind, roomIdOf, scopeOf, sharedScopeOf } from '../core/memory.js';
import { isDenied } from '../memory/facts/known.js';
import { defineOperation } from './operation.js';
import { id, instant } from './shapes.js';

const Asked = z.strictObject({
  agentId: id,
  /** One of both; a room that a user's id names is that user's direct one. */
  userId: z.string().min(1).max(256).optional().describe('whose memories, as the API calls the user'),
  room: z
    .string()
    .min(1)
    .max(288)
    .optional()
    .describe('of a room of the API, by the name that callers give it'),
  text: z.string().trim().min(1).max(1000).describe('words of what is looked for'),
  limit: z.coerce.number().int().min(1).max(50).default(10),
});
type Asked = z.output<typeof Asked>;

const One = Asked.refine(({ userId, room }) => (userId === undefined) !== (room === undefined), {
  message: 'write one of userId and room',
  path: ['userId'],
});

export const recallMemories = defineOperation({
  name: 'memories.recall',
  about: 'search what an agent knows of a user, or of a room, of the API: what it recalls when they talk',
  permission: 'messages.read',
  reads: true,
  input: One,
  example: { agentId: 'assistant', userId: 'alice', text: 'the blue heron' },
  output: z.object({
    memories: z.array(
      z.object({
        id: z.string(),
        kind: MemoryKind,
        role: z.enum(['user', 'assistant', 'system']),
        author: z.string(),
        text: z.string(),
        createdAt: instant,
        score: z.number(),
      }),
    ),
  }),
  concerns: ({ agentId, ...whose }, { principal }) => ({
    ...{ agentId, connector: tokenConnector, tenant: tenantOf(principal), userId: userIn(whose) },
    ...(whose.room !== undefined && { channel: whose.room }),
  }),
  // Their words are in no row.
  audit: ({ agentId, userId, room }) => ({ agentId, userId, room }),
  async run({ agentId, text, limit, ...whose }, { agents, store, knowledge, principal }) {
    agents.get(agentId);
    const source = { connector: tokenConnector, tenant: tenantOf(principal), channel: whose.room ?? '' };
    const user = userIn(whose);
    const scope =
      user === undefined
        ? sharedScopeOf(roomIdOf(agentId, source))
        : scopeOf({ agentId, source, author: { id: user }, direct: true });
    // Whoever asks reads the answer, so their role decides of documents.
    const documents = await knowledge.scopesFor(
      agentId,
      [{ scope, source: { ...source, messageId: '' } }],
      async () => roleOf(principal),
    );
    const found = await store.memories.search({ agentId, scopes: [scope, ...documents], text, limit });
    return {
      memories: found
        .filter(({ memory }) => !isDenied(memory))
        .map(({ memory, score }) => {
          const { id, kind, role, author, content, createdAt } = memory;
          return { id, kind, role, author: author.name ?? author.id, text: content.text, createdAt, score };
        }),
    };
  },
});

function userIn({ userId, room }: Pick<Asked, 'userId' | 'room'>): string | undefined {
  return userId ?? (room === undefined ? undefined : userOfRoom(room));
}

function tenantOf(principal: Principal): string {
  return principal.kind === 'token' ? principal.tenant : hubTenant;
}

function roleOf(principal: Principal): Role {
  if (principal.kind === 'token') return roleOfToken(principal);
  return principal.kind === 'person' ? roleHere(principal) : 'owner';
}
