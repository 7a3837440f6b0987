/** Where somebody has spoken: one walk through all that is stored, whoever said it. */
import type { Account } from '../access/account.js';
import { isDirect, type Memory, scopeOf } from '../core/memory.js';
import type { Whose } from '../memory/forgetting/whose.js';
import type { MemoryStore } from '../store/memory-store.js';
import { each } from '../store/paging.js';
import { isOf, type Whom } from './whom.js';

export interface Spoken {
  /** Each scope in which they said something, and those of their direct conversations. */
  places: (Whose & { scope: string })[];
  /** What they are called there. */
  called: { names: string[]; ids: string[] };
  /** Rooms in which something of theirs waits for its answer. */
  waiting: string[];
  /** Rooms of their direct conversations. */
  direct: string[];
  /** Accounts of theirs that were met, with every tenant in which they were. */
  accounts: Account[];
}

/** @param agentId of this agent alone */
export async function spokenBy(
  memories: Pick<MemoryStore, 'ofPerson' | 'agents'>,
  whom: Whom,
  agentId?: string,
): Promise<Spoken> {
  const accounts = new Map<string, Account>();
  const places = new Map<string, Whose & { scope: string }>();
  const names = new Set<string>();
  const waiting = new Set<string>();
  const direct = new Set<string>();
  const meet = (account: Account) => accounts.set(JSON.stringify(account), account);
  const place = (where: Whose & { scope: string }) => places.set(JSON.stringify(Object.values(where)), where);
  for (const { connector, tenant, userId } of whom.accounts ?? []) meet({ connector, tenant, userId });
  for await (const memory of saidBy(memories, whom, agentId)) {
    const { connector, tenant } = memory.source;
    meet({ connector, tenant, userId: memory.author.id });
    place({
      ...{ agentId: memory.agentId, connector, tenant, userId: memory.author.id },
      scope: memory.scope,
    });
    if (memory.author.name) names.add(memory.author.name);
    if (isDirect(memory.scope)) direct.add(memory.roomId);
    if (memory.status === 'pending') waiting.add(memory.roomId);
  }
  const agents = agentId === undefined ? await memories.agents() : [agentId];
  for (const account of accounts.values())
    for (const agentId of agents)
      place({ ...{ agentId, ...account }, scope: directScopeOf(agentId, account) });
  return {
    places: [...places.values()],
    called: { names: [...names], ids: [...new Set([...accounts.values()].map(({ userId }) => userId))] },
    waiting: [...waiting],
    direct: [...direct],
    accounts: [...accounts.values()],
  };
}

/** What they said, and what was noted of it, about oldest first; what is archived after the rest. */
export async function* saidBy(
  memories: Pick<MemoryStore, 'ofPerson'>,
  whom: Whom,
  agentId?: string,
): AsyncGenerator<Memory> {
  for await (const memory of each((page) => memories.ofPerson({ agentId }, page)))
    if (isOf(memory, whom)) yield memory;
}

/** All of a direct conversation is the person's. */
export function directScopeOf(agentId: string, { connector, tenant, userId }: Account): string {
  const source = { connector, tenant, channel: '', messageId: '' };
  return scopeOf({ agentId, source, direct: true, author: { id: userId } });
}
