/** Whose memories are to be forgotten, and where: one person's, of one agent, in one scope or in all. */
import { isDirect, type Memory, scopeOf } from '../../core/memory.js';
import type { History } from '../../store/history.js';
import { all } from '../../store/paging.js';

export interface Whose {
  agentId: string;
  connector: string;
  tenant: string;
  /** As in `author.id`. */
  userId: string;
  /** Absent: wherever the agent knows them from. */
  scope?: string | undefined;
}

/** All of a direct conversation is the person's. */
function directScopeOf({ agentId, connector, tenant, userId }: Whose): string {
  const source = { connector, tenant, channel: '', messageId: '' };
  return scopeOf({ agentId, source, direct: true, author: { id: userId } });
}

/** The person's own words, and what was kept of them; the same id elsewhere is somebody else. */
export function isOwn({ role, kind, author, source }: Memory, whose: Whose): boolean {
  const { userId, connector, tenant } = whose;
  if (role !== 'user' && kind !== 'trigger') return false;
  return author.id === userId && source.connector === connector && source.tenant === tenant;
}

/** Of whom this is. */
export function whoseIs({ agentId, source, author, scope }: Memory): Whose & { scope: string } {
  const { connector, tenant } = source;
  return { agentId, connector, tenant, userId: author.id, scope };
}

/** The scopes in which the person has said something. */
export async function scopesOf(whose: Whose, memories: Pick<History, 'ofPerson'>): Promise<string[]> {
  if (whose.scope !== undefined) return [whose.scope];
  const said = await all((page) => memories.ofPerson(whose, page));
  return [...new Set([directScopeOf(whose), ...said.map(({ scope }) => scope)])];
}

/** Whether all there is the person's alone. */
export function isTheirs(scope: string, whose: Whose): boolean {
  return isDirect(scope) === true && scope === directScopeOf(whose);
}
