import type { Agent } from '../core/character.js';
import type { Memory } from '../core/memory.js';
import type { Requester } from '../core/requester.js';
import type { People } from './people.js';
import { grantsThrough } from './principal.js';
import { roleFor } from './role.js';
import type { Standing } from './standing.js';

/**
 * Groups of a platform count as it said with the message: who takes turns may not reach it. What else they hold, and
 * which accounts are theirs, counts as of now.
 */
export async function requesterOf(
  { agentId, author, source, asker }: Pick<Memory, 'agentId' | 'author' | 'source' | 'asker'>,
  agent: Agent,
  access: { people: Pick<People, 'accountsOf'>; standing: Pick<Standing, 'of'> },
): Promise<Requester> {
  const { connector, tenant, channel } = source;
  const account = { connector, tenant, userId: author.id };
  const [accounts, { grants: own }] = await Promise.all([
    access.people.accountsOf(account),
    access.standing.of({ account, agents: [agent], groups: asker?.groups ?? [] }),
  ]);
  const grants = asker?.token ? grantsThrough(asker.token, own) : own;
  const role = roleFor(grants, { agentId, connector, tenant, channel, userId: author.id });
  return { role: role ?? 'guest', accounts };
}
