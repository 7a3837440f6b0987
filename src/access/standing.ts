/** All roles that somebody holds, and why: by settings, by a code, as given to them, to a linked account or to a group. */
import { isDeepStrictEqual } from 'node:util';
import type { Agent } from '../core/character.js';
import { settingsFor, tokenConnector } from '../core/connector-settings.js';
import type { Person } from '../core/pairing.js';
import type { Account } from './account.js';
import type { Given, Grants } from './grants.js';
import type { GroupLookup, GroupMember } from './groups.js';
import type { People } from './people.js';
import { type Grant, isAtLeast, type Level, type Origin, type Role } from './role.js';

/** So many groups are asked for one by one where they cannot be together: each may cost a request. */
const mostAlone = 100;

export interface StandingParts {
  people: Pick<People, 'accountsOf'>;
  grants: Pick<Grants, 'ofAccount' | 'ofGroupsOf'>;
  groups: GroupLookup;
  isPaired(person: Person): Promise<boolean>;
}

export interface Asked {
  account: Account;
  /** Of these agents' settings and pairings, and asked of their connectors. */
  agents: readonly Agent[];
  /** Groups that the platform has just said the account is in, in its tenant; absent: it is asked. */
  groups?: readonly string[] | undefined;
  /** Lower roles do not matter; absent: all do. */
  least?: Role;
}

export interface Held {
  grants: Grant[];
  /** Of groups of which it cannot be known now whether they are in them. */
  unknown: Grant[];
}

export class Standing {
  readonly #parts: StandingParts;

  constructor(parts: StandingParts) {
    this.#parts = parts;
  }

  /** Groups that cannot be asked give nothing. */
  async of(asked: Asked): Promise<Held> {
    const accounts = await this.#parts.people.accountsOf(asked.account);
    const held = await Promise.all(
      accounts.map(async (account, at) => {
        const own = at === 0;
        const from = own ? {} : { account };
        const [settled, given, ofGroups] = await Promise.all([
          this.#ofAgents(account, asked, from),
          this.#parts.grants.ofAccount(account),
          this.#ofGroups(account, { ...asked, groups: own ? asked.groups : undefined }, from),
        ]);
        return {
          grants: [
            ...settled,
            ...given.map((one) => asGrant(one, { by: 'given', ...from })),
            ...ofGroups.grants,
          ],
          unknown: ofGroups.unknown,
        };
      }),
    );
    return both(held);
  }

  /** Who is let in on one platform, is where else they write. */
  async #ofAgents(account: Account, asked: Asked, from: Partial<Origin>): Promise<Grant[]> {
    const { connector, tenant, userId: id } = account;
    const { least = 'guest' } = asked;
    const found = await Promise.all(
      asked.agents.map(async ({ id: agentId, character }): Promise<Grant[]> => {
        if (settingsFor(character, connector).operators.includes(id))
          return [{ role: 'operator', level: { agentId, connector }, from: { by: 'settings', ...from } }];
        if (!isAtLeast('member', least)) return [];
        if (!(await this.#parts.isPaired({ agentId, connector, tenant, id }))) return [];
        const [there, here] = [platformOf(account), platformOf(asked.account)];
        const levels = isDeepStrictEqual(there, here) ? [there] : [there, here];
        return levels.map((level) => ({
          ...{ role: 'member', level: { agentId, ...level } },
          from: { by: 'pairing', ...from },
        }));
      }),
    );
    return found.flat();
  }

  async #ofGroups(account: Account, { agents, groups }: Asked, from: Partial<Origin>): Promise<Held> {
    const given = await this.#parts.grants.ofGroupsOf(account);
    const tenantOf = ({ subject }: Given) => ('group' in subject ? subject.group.tenant : '');
    const held = await Promise.all(
      [...new Set(given.map(tenantOf))].map((tenant): Promise<Held> => {
        const there = given.filter((one) => tenantOf(one) === tenant);
        const grants = there.map((one) => asGrant(one, { by: 'group', ...from }));
        const said = tenant === account.tenant ? groups : undefined;
        return said
          ? Promise.resolve(heldIn(said, grants))
          : this.#asked({ ...account, tenant }, grants, agents);
      }),
    );
    return both(held);
  }

  /** One of which it cannot be known, such as the officers of a chat that the bot has left, leaves no doubt of others. */
  async #asked(member: GroupMember, grants: Grant[], agents: readonly Agent[]): Promise<Held> {
    const among = [...new Set(grants.map(groupOf))];
    const now = await this.#groupsIn({ ...member, among }, agents);
    if (now) return heldIn(now, grants);
    if (among.length === 1 || among.length > mostAlone) return { grants: [], unknown: grants };
    const alone = among.map((group) =>
      this.#asked(
        member,
        grants.filter((grant) => groupOf(grant) === group),
        agents,
      ),
    );
    return both(await Promise.all(alone));
  }

  /** As whichever agent's connector says first that can; null: none can. */
  async #groupsIn(member: GroupMember, agents: readonly Agent[]): Promise<string[] | null> {
    for (const { id } of agents) {
      const found = await this.#parts.groups.groupsOf(member, id).catch(() => null);
      if (found) return found;
    }
    return null;
  }
}

function groupOf({ from }: Grant): string {
  return from?.group ?? '';
}

function heldIn(groups: readonly string[], grants: Grant[]): Held {
  return { grants: grants.filter((grant) => groups.includes(groupOf(grant))), unknown: [] };
}

function both(held: readonly Held[]): Held {
  return { grants: held.flatMap(({ grants }) => grants), unknown: held.flatMap(({ unknown }) => unknown) };
}

/** Behind tokens each tenant is by itself: who is let in is so there. */
function platformOf({ connector, tenant }: Account): Level {
  return connector === tokenConnector ? { connector, tenant } : { connector };
}

function asGrant({ role, level, subject }: Given, from: Origin): Grant {
  return { role, level, from: 'group' in subject ? { ...from, group: subject.group.group } : from };
}
