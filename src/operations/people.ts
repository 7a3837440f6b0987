import { z } from 'zod';
import { type Memory, scopeOf } from '../core/memory.js';
import type { Expiry } from '../store/expiry.js';
import type { History } from '../store/history.js';
import { all } from '../store/paging.js';
import { forget } from './forgetting.js';
import { defineOperation } from './operation.js';
import { id } from './shapes.js';

const Forgetting = z
  .strictObject({
    connector: id,
    tenant: id.default('default'),
    userId: id,
    /** Absent: what all agents remember. */
    agentId: id.optional(),
    /** One conversation; absent: every room. */
    scope: id.optional(),
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
  concerns: ({ count: _, ...whom }) => whom,
  audit: (whom) => whom,
  async run(whom, { store: { memories } }) {
    const ids = await (whom.scope === undefined ? ownedAnywhere(whom, memories) : ownedIn(whom, memories));
    return { memories: whom.count ? ids.length : await forget(ids, memories) };
  },
});

/** Collected first: replies are known by what they answer. Also what waits for its answer, which is then not answered. */
async function ownedAnywhere(whom: Forgetting, memories: History & Expiry): Promise<string[]> {
  const agents = whom.agentId === undefined ? await memories.agents() : [whom.agentId];
  const found = await Promise.all([
    all((page) => memories.ofPerson(whom, page)),
    ...agents.map((agentId) =>
      all((page) => memories.inScope(agentId, directScope({ ...whom, agentId }), page)),
    ),
  ]);
  return [...new Set(found.flat().map(({ id }) => id))];
}

/** What waits for its answer stays. */
async function ownedIn(whom: Forgetting, memories: History & Expiry): Promise<string[]> {
  const { agentId = '', scope = '' } = whom;
  const whole = scope === directScope(whom);
  const owned = new Set<string>();
  for (const memory of await all((page) => memories.inScope(agentId, scope, page))) {
    if (memory.status === 'pending') continue;
    if (whole || isOf(memory, whom, owned)) owned.add(memory.id);
  }
  return [...owned];
}

/** Of a direct conversation: all of it is the person's. */
function directScope({ agentId = '', connector, tenant, userId }: Forgetting): string {
  const source = { connector, tenant, channel: '', messageId: '' };
  return scopeOf({ agentId, source, direct: true, author: { id: userId } });
}

function isOf(memory: Memory, { userId }: Forgetting, owned: ReadonlySet<string>): boolean {
  const { role, author, content } = memory;
  if (role === 'assistant') return content.replyTo !== null && owned.has(content.replyTo);
  return author.id === userId;
}
