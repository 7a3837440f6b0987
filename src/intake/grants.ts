/** The roles of whoever writes: of the agent's settings, of a code, and as they were given. */
import { grantsThrough, limitedBy } from '../access/principal.js';
import { type Grant, isAtLeast, type Role, roleFor } from '../access/role.js';
import type { Standing } from '../access/standing.js';
import { type Arrival, isListed, personOf } from './gate.js';
import type { Pairings } from './pairings.js';

export interface Roles {
  /** As of now, since roles are taken away, too. */
  of(arrival: Arrival): Promise<readonly Grant[]>;
  /** Whether they have it where they write. Costs a look only for who is not listed as an operator. */
  isAtLeast(arrival: Arrival, least: Role): boolean | Promise<boolean>;
}

export function rolesBy(standing: Pick<Standing, 'of'>, pairings: Pick<Pairings, 'isPaired'>): Roles {
  const own = async ({ message, agent, rolesAsked }: Arrival, least: Role = 'guest') => {
    const { source, author, roles } = message;
    const { connector, tenant } = source;
    const account = { connector, tenant, userId: author.id };
    // What was asked for are the groups of the agent's lists alone.
    const groups = rolesAsked ? undefined : roles;
    return (await standing.of({ account, agents: [agent], groups, least })).grants;
  };
  const isSo = async (arrival: Arrival, least: Role) => {
    const { agent, message, from } = arrival;
    // What most who write directly have is looked for first.
    if (isAtLeast('member', least) && (await pairings.isPaired(personOf(arrival)))) return true;
    const { connector, tenant, channel } = message.source;
    const grants = await own(arrival, least);
    // Whose token it is lets nobody in whom it names.
    const role = roleFor(from ? limitedBy(from, grants) : grants, {
      agentId: agent.id,
      connector,
      tenant,
      channel,
    });
    return role !== null && isAtLeast(role, least);
  };
  return {
    async of(arrival) {
      const grants = await own(arrival);
      return arrival.from ? grantsThrough(arrival.from, grants) : grants;
    },
    isAtLeast: (arrival, least) =>
      (isAtLeast('operator', least) && isListed(arrival)) || isSo(arrival, least),
  };
}
