/** Who may decide about a call, who of those who did still may, and how many people they are. */
import type { Account } from '../access/account.js';
import type { People } from '../access/people.js';
import { grantsOfToken, grantsThrough, type Principal, type TokenHolder } from '../access/principal.js';
import { type Grant, isAtLeast, type Resource, type Role, roleFor } from '../access/role.js';
import type { Standing } from '../access/standing.js';
import type { Agent } from '../core/character.js';
import { tokenConnector } from '../core/connector-settings.js';
import { isSession, ownerUser } from '../core/console-user.js';
import { type Approval, placesOf, type Voter } from './approval.js';

type Vote = Voter & Pick<Approval['votes'][number], 'accounts'>;

export interface DecidersParts {
  people: Pick<People, 'accountsOf' | 'isSame' | 'idOf'>;
  standing: Pick<Standing, 'of'>;
  /** Undefined: it does not run, now. */
  agent(agentId: string): Agent | undefined;
  /** Null: there is no such token, or it has expired. */
  token(id: string): Promise<TokenHolder | null>;
}

/** Whoever asks, as one who decides. @param name as the audit log names them */
export function voterOf(principal: Principal, name: string): Voter {
  if (principal.kind === 'system') return { name };
  if (principal.kind === 'token') {
    const { user, tenant, self } = principal;
    // Signed in to the console: as the person alone, whose roles are asked for when it matters.
    if (self !== undefined) return { name, account: { connector: tokenConnector, tenant, userId: self } };
    const token = tokenIdOf(principal);
    if (user === undefined) return { name, token, bearer: true };
    return { name, token, account: { connector: tokenConnector, tenant, userId: user } };
  }
  const { connector, tenant, userId, via, grants } = principal;
  const groups = grants.flatMap(({ from }) => (from?.by === 'group' && from.group ? [from.group] : []));
  return {
    ...{ name, account: { connector, tenant, userId } },
    ...(via && { token: tokenIdOf(via), ...(via.user === undefined && { bearer: true as const }) }),
    ...(groups.length > 0 && { groups }),
  };
}

function tokenIdOf({ id, name }: TokenHolder): string {
  return id ?? name;
}

/** The role that somebody has for a call, in whichever of its places it is highest. */
export function roleOf(principal: Principal, places: readonly Resource[]): Role {
  if (principal.kind === 'system') return 'owner';
  return highest(principal.kind === 'token' ? grantsOfToken(principal) : principal.grants, places);
}

function highest(grants: readonly Grant[], places: readonly Resource[]): Role {
  const held = places.map((place) => roleFor(grants, place) ?? 'guest');
  return held.reduce((best, role) => (isAtLeast(role, best) ? role : best), 'guest');
}

export class Deciders {
  readonly #parts: DecidersParts;

  constructor(parts: DecidersParts) {
    this.#parts = parts;
  }

  /**
   * Whether it is whoever the call is made for: by the same account, by one linked with it, or by a token that could
   * have asked in their name.
   */
  async isRequester({ source, requester }: Approval, voter: Voter): Promise<boolean> {
    const { connector, tenant } = source;
    if (voter.token !== undefined && voter.token === requester.token) return true;
    const asked = { connector, tenant, userId: requester.id };
    const accounts = [...(await this.#parts.people.accountsOf(asked)), ...(requester.accounts ?? [])];
    const { account, bearer } = voter;
    if (bearer && accounts.some((one) => one.connector === tokenConnector)) return true;
    return account !== undefined && accounts.some((one) => this.#parts.people.isSame(one, account));
  }

  /** All that are somebody's by now; undefined: the one alone. */
  async linkedWith(account: Account | undefined): Promise<Account[] | undefined> {
    const accounts = account ? await this.#parts.people.accountsOf(account) : [];
    return accounts.length > 1
      ? accounts.map(({ connector, tenant, userId }) => ({ connector, tenant, userId }))
      : undefined;
  }

  /** How many people these are: all accounts of a person are one, and all that come by a token that speaks for anybody. */
  async count(voters: readonly Vote[]): Promise<number> {
    let people: string[][] = [];
    for (const names of await Promise.all(voters.map((voter) => this.#namesOf(voter)))) {
      const same = people.filter((person) => person.some((name) => names.includes(name)));
      people = [...people.filter((person) => !same.includes(person)), [...names, ...same.flat()]];
    }
    return people.length;
  }

  /** Who shares one of them is the same person. */
  async #namesOf({ account, token, bearer, name, accounts = [] }: Vote): Promise<string[]> {
    if (bearer) return [`token:${(await this.#isOwners(token)) ? ownerUser : token}`];
    if (!account) return [name];
    const own = [...(await this.#parts.people.accountsOf(account)), ...accounts];
    return own.map((one) => this.#parts.people.idOf(one));
  }

  /** All browsers that are signed in as the owner are one, and so is whoever has the hub's own token. */
  async #isOwners(token: string | undefined): Promise<boolean> {
    if (token === undefined || isSession(token)) return token !== undefined;
    return (await this.#parts.token(token))?.bootstrap === true;
  }

  /** The role that somebody who has decided has for it now. */
  async roleNow(approval: Approval, voter: Voter): Promise<Role> {
    const { account, token } = voter;
    if (!account && token === undefined) return 'owner';
    const places = placesOf(approval);
    const holder = token === undefined ? null : await this.#parts.token(token);
    if (token !== undefined && !holder) return 'guest';
    if (!account || holder?.user !== undefined) return highest(grantsOfToken(holder!), places);
    const agent = this.#parts.agent(approval.agentId);
    const { grants, unknown } = await this.#parts.standing.of({
      ...{ account: { ...account }, agents: agent ? [agent] : [] },
    });
    // A process that takes turns may not reach the platform. That the group has the role still, it knows.
    const groups = new Set(voter.groups);
    const held = [...grants, ...unknown.filter(({ from }) => groups.has(from?.group ?? ''))];
    return highest(holder ? grantsThrough(holder, held) : held, places);
  }
}
