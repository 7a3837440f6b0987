/**
 * Which scopes a turn sees: those of what it answers. Where the agent is to know persons (`memory.person`), a direct room
 * sees the direct scopes of all linked accounts of whoever writes there, too. Nothing of a direct room is seen in a shared
 * one: it has another scope, and no setting adds it there.
 */
import type { Account } from '../access/account.js';
import type { Agent } from '../core/character.js';
import { isDirect, type Memory, scopeOf } from '../core/memory.js';
import type { Requester } from '../core/requester.js';

export interface Scopes {
  /** What was said may be recalled of these. */
  readonly recalled: string[];
  /** Facts may be told of these. */
  readonly facts: string[];
  /** Facts of these accounts alone may be told of groups, as those know their places. */
  readonly person: readonly Account[];
}

/** @param requester asked only where it matters. */
export async function scopesOf(
  { id: agentId, character }: Agent,
  messages: readonly Memory[],
  requester: () => Promise<Requester>,
): Promise<Scopes> {
  const own = [...new Set(messages.map(({ scope }) => scope))];
  const isAlone = own.length === 1 && isDirect(own[0]!) === true;
  if (!character.memory.person || !isAlone) return { recalled: own, facts: own, person: [] };
  const { accounts } = await requester();
  const direct = accounts.map((account) => directScope(agentId, account));
  const all = [...new Set([...own, ...direct])];
  return { recalled: all, facts: all, person: accounts };
}

function directScope(agentId: string, { connector, tenant, userId }: Account): string {
  const source = { connector, tenant, channel: '' };
  return scopeOf({ agentId, source, direct: true, author: { id: userId } });
}
