/** What is known of somebody, to hold notes and records against: whole names, never a part of one. */
import type { PlatformWide } from '../access/account.js';
import { placesId } from '../memory/facts/places.js';
import type { MemoryStore } from '../store/memory-store.js';
import type { Known } from './holdings.js';
import { directScopeOf, type Spoken } from './spoken.js';
import { whomOf } from './whom.js';

export async function knownOf(
  { accounts, direct }: Pick<Spoken, 'accounts' | 'direct'>,
  memories: Pick<MemoryStore, 'agents' | 'get'>,
  platformWide: PlatformWide,
): Promise<Known> {
  const agents = await memories.agents();
  const each = <T>(of: (agentId: string, account: (typeof accounts)[number]) => T) =>
    new Set(agents.flatMap((agentId) => accounts.map((account) => of(agentId, account))));
  return {
    whom: whomOf(accounts, platformWide),
    scopes: each(directScopeOf),
    rooms: new Set(direct),
    derived: each(placesId),
    isNamed: (text, connector) =>
      accounts.some(
        ({ userId, tenant, ...account }) =>
          (connector === undefined || connector === account.connector) &&
          (text === `person ${userId}` || text === `${account.connector}/${tenant}/${userId}`),
      ),
    memory: (id) => memories.get(id),
  };
}
