import { z } from 'zod';
import { type Memory, scopeOf } from '../core/memory.js';
import type { Expiry } from '../store/expiry.js';
import type { History } from '../store/history.js';
import { all } from '../store/paging.js';
import { defineOperation } from './operation.js';
import { askedAt, id } from './shapes.js';

const Forgetting = z
  .strictObject({
    connector: id,
    tenant: id.default('default'),
    userId: id,
    /** Absent: what all agents remember. */
    agentId: id.optional(),
    /** One conversation; absent: every room. */
    scope: id.optional(),
    askedAt,
    /** Only says how much there is. */
    count: z.boolean().default(false),
  })
  .refine(({ scope, agentId }) => scope === undefined || agentId !== undefined, 'scope: needs its agentId');
type Forgetting = z.output<typeof Forgetting>;

export const forgetPerson = defineOperation({
  name: 'people.forget',
  about: 'forget what a person said, the replies to it, and the facts kept from it',
  permission: 'people.forget',
  input: Forgetting,
  output: z.object({ memories: z.number() }),
  concerns: ({ count: _, askedAt: __, ...whom }) => whom,
  audit: (whom) => whom,
  async run(whom, parts) {
    const { memories } = parts.store;
    const all = await (whom.scope === undefined ? ownedAnywhere(whom, memories) : ownedIn(whom, memories));
    const found = saidBefore(whom.askedAt, all);
    return { memories: whom.count ? found.length : await parts.forgetting.remove(found) };
  },
});

/** Collected first: replies are known by what they answer. Also what waits for its answer, which is then not answered. */
async function ownedAnywhere(whom: Forgetting, memories: History & Expiry): Promise<Memory[]> {
  const agents = whom.agentId === undefined ? await memories.agents() : [whom.agentId];
  const found = await Promise.all([
    all((page) => memories.ofPerson(whom, page)),
    ...agents.map((agentId) =>
      all((page) => memories.inScope(agentId, directScope({ ...whom, agentId }), page)),
    ),
  ]);
  return [...new Map(found.flat().map((memory) => [memory.id, memory])).values()];
}

/** What waits for its answer stays. */
async function ownedIn(whom: Forgetting, memories: History & Expiry): Promise<Memory[]> {
  const { agentId = '', scope = '' } = whom;
  const whole = scope === directScope(whom);
  const owned = new Map<string, Memory>();
  for (const memory of await all((page) => memories.inScope(agentId, scope, page))) {
    if (memory.status === 'pending') continue;
    if (whole || isOf(memory, whom, owned)) owned.set(memory.id, memory);
  }
  return [...owned.values()];
}

/** With the replies to that, whenever they came. */
function saidBefore(askedAt: number | undefined, found: Memory[]): Memory[] {
  if (askedAt === undefined) return found;
  const before = new Set(found.filter(({ createdAt }) => createdAt <= askedAt).map(({ id }) => id));
  return found.filter(({ id, content }) => before.has(id) || before.has(content.replyTo ?? ''));
}

/** Of a direct conversation: all of it is the person's. */
function directScope({ agentId = '', connector, tenant, userId }: Forgetting): string {
  const source = { connector, tenant, channel: '', messageId: '' };
  return scopeOf({ agentId, source, direct: true, author: { id: userId } });
}

/** The scope is as it was asked for: the same id elsewhere is somebody else. */
function isOf(memory: Memory, whom: Forgetting, owned: ReadonlyMap<string, Memory>): boolean {
  const { role, author, content, source } = memory;
  if (role === 'assistant') return content.replyTo !== null && owned.has(content.replyTo);
  const { userId, connector, tenant } = whom;
  return author.id === userId && source.connector === connector && source.tenant === tenant;
}
