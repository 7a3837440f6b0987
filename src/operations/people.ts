import { z } from 'zod';
import { type Memory, scopeOf } from '../core/memory.js';
import { defineOperation, type OperationParts } from './operation.js';
import { id } from './shapes.js';

const batch = 500;

const Forgetting = z.strictObject({
  connector: id,
  tenant: id.default('default'),
  userId: id,
  /** Absent: what all agents remember. */
  agentId: id.optional(),
  /** One conversation; absent: every room. */
  scope: id.optional(),
  /** Only says how much there is. */
  count: z.boolean().default(false),
});
type Forgetting = z.output<typeof Forgetting>;

export const forgetPerson = defineOperation({
  name: 'people.forget',
  about: 'forget what a person said, the replies to it, and the facts kept from it',
  permission: 'people.forget',
  input: Forgetting,
  output: z.object({ memories: z.number() }),
  concerns: ({ count: _, ...whom }) => whom,
  audit: (whom) => whom,
  async run(whom, { store }) {
    const ids = await ownedIn(whom, store.memories);
    if (whom.count) return { memories: ids.length };
    let memories = 0;
    for (let at = 0; at < ids.length; at += batch)
      memories += await store.memories.forget(ids.slice(at, at + batch));
    return { memories };
  },
});

async function ownedIn(whom: Forgetting, memories: OperationParts['store']['memories']): Promise<string[]> {
  const { agentId = '', scope = '' } = whom;
  const whole = scope === directScope(whom);
  const owned = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await memories.inScope(agentId, scope, { limit: batch, cursor });
    for (const memory of page.items) {
      if (memory.status === 'pending') continue;
      if (whole || isOf(memory, whom, owned)) owned.add(memory.id);
    }
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
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
