import type { Grants } from '../access/grants.js';
import type { TokenHolder } from '../access/principal.js';
import type { Asker } from '../core/memory.js';
import type { Arrival } from './gate.js';

/** What is kept with a message of what its author may do; undefined: nothing came with it. */
export async function askerOf(
  { message, from, rolesAsked }: Arrival,
  grants: Pick<Grants, 'ofGroupsOf'>,
): Promise<Asker | undefined> {
  const groups = rolesAsked ? undefined : await namedGroups(message, grants);
  if (!groups && !from) return undefined;
  return { ...(groups && { groups }), ...(from && { token: tokenOf(from) }) };
}

async function namedGroups(
  { source, author, roles }: Arrival['message'],
  grants: Pick<Grants, 'ofGroupsOf'>,
): Promise<string[] | undefined> {
  if (!roles) return undefined;
  const { connector, tenant } = source;
  const given = await grants.ofGroupsOf({ connector, tenant, userId: author.id });
  if (given.length === 0) return undefined;
  const named = new Set(given.map(({ subject }) => ('group' in subject ? subject.group.group : '')));
  return roles.filter((role) => named.has(role));
}

function tokenOf({ name, tenant, admin, role, id, scopes, agents, user }: TokenHolder): Asker['token'] {
  return {
    ...{ name, tenant },
    ...(admin && { admin }),
    ...(role && { role }),
    ...(id !== undefined && { id }),
    ...(scopes && { scopes: [...scopes] }),
    ...(agents && { agents: [...agents] }),
    ...(user !== undefined && { user }),
  };
}
