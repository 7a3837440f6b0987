/** What a session of the console rests on: with it, the session ends, and what it may is asked anew all the time. */
import type { Agent } from '../core/character.js';
import { type ConnectorSettings, settingsFor } from '../core/connector-settings.js';
import type { Account, ProofOf } from './account.js';
import { consoleAccount } from './console-account.js';
import type { GroupLookup } from './groups.js';
import type { People } from './people.js';
import { type Grant, isAtLeast, type Level, type Role, touches } from './role.js';
import type { SignedIn } from './sign-in-links.js';
import type { Standing } from './standing.js';

type PersonSignedIn = Extract<SignedIn, { kind: 'person' }>;

export interface GroundsParts {
  people: Pick<People, 'hasConsole'>;
  standing: Pick<Standing, 'of'>;
  groups: GroupLookup;
  proofOf: ProofOf;
  /** Those that run. */
  agents(): readonly Agent[];
}

/** Whether an agent hears somebody where they came from; null: it cannot be known now. */
type Heard = boolean | null;

export class Grounds {
  readonly #parts: GroundsParts;

  constructor(parts: GroundsParts) {
    this.#parts = parts;
  }

  /**
   * What somebody may who came from an account; null: nothing any more, so their sessions are over. They are when the account
   * was unlinked from the one in the console, when what proved it has changed, and when no agent hears it.
   */
  async of({ account, agentId, proof }: PersonSignedIn): Promise<Grant[] | null> {
    const { people, standing, proofOf } = this.#parts;
    if (!(await people.hasConsole(account))) return null;
    const proves = proofOf(account, agentId);
    if (proves !== undefined && proves !== proof) return null;
    const agents = this.#parts.agents();
    const inConsole = consoleAccount(account);
    const { grants: held } = await standing.of({ account: inConsole, agents });
    const heard = await this.#heardBy(account, agentId, held, agents);
    const isDenied = (id: string | undefined) => id !== undefined && heard.get(id) === false;
    // Of members who are somewhere else, nobody sees more than what is theirs.
    const kept = held.filter(({ role, level }) => isAtLeast(role, 'operator') && !isDenied(level.agentId));
    const own = ownGrants(inConsole, agentId, held, heard, agents);
    const isUnknown = [...heard.values()].includes(null);
    return kept.length + own.length > 0 || isUnknown ? [...kept, ...own] : null;
  }

  async #heardBy(
    account: Account,
    own: string,
    held: readonly Grant[],
    agents: readonly Agent[],
  ): Promise<Map<string, Heard>> {
    const heard = await Promise.all(
      agents.map(async (agent): Promise<[string, Heard]> => {
        const settings = settingsFor(agent.character, account.connector);
        const denied = await this.#isOn(settings.deny, account, agent.id);
        if (denied !== false) return [agent.id, denied === null ? null : false];
        // Those of other agents who have a role there are let in by it.
        if (agent.id !== own || isLetIn(settings, account, agent.id, held)) return [agent.id, true];
        return [agent.id, await this.#isOn({ ...settings.allow, tenants: [] }, account, agent.id)];
      }),
    );
    return new Map(heard);
  }

  /** Null: whether they are in a group of the list cannot be known. */
  async #isOn(
    { users, roles, tenants }: Pick<ConnectorSettings['deny'], 'users' | 'roles' | 'tenants'>,
    { connector, tenant, userId }: Account,
    agentId: string,
  ): Promise<Heard> {
    if (users.includes(userId) || tenants.includes(tenant)) return true;
    if (roles.length === 0) return false;
    const asked = { connector, tenant, userId, among: roles };
    const groups = await this.#parts.groups.groupsOf(asked, agentId).catch(() => null);
    return groups ? groups.some((group) => roles.includes(group)) : null;
  }
}

/** As the gate does it for direct messages; of channels nothing is known here. */
function isLetIn(
  { dm }: ConnectorSettings,
  { connector, tenant }: Account,
  agentId: string,
  held: readonly Grant[],
): boolean {
  if (dm === 'open') return true;
  const least: Role = dm === 'pairing' ? 'member' : 'operator';
  return held.some(
    ({ role, level }) => isAtLeast(role, least) && touches(level, { agentId, connector, tenant }),
  );
}

/** What they may for themselves: with the agent that they wrote to, and with those that they have a role for. */
function ownGrants(
  { connector, tenant, userId }: Account,
  agentId: string,
  held: readonly Grant[],
  heard: ReadonlyMap<string, Heard>,
  all: readonly Agent[],
): Grant[] {
  const own: Level = { connector, tenant, userId };
  // One that does not run just now hears nobody, and denies nobody either.
  const isHeard = (id: string) => heard.get(id) ?? !heard.has(id);
  const everywhere = held.some(({ level }) => level.agentId === undefined);
  if (everywhere && all.every(({ id }) => isHeard(id))) return [{ role: 'member', level: own }];
  const agents = everywhere
    ? all.map(({ id }) => id)
    : [agentId, ...held.flatMap(({ level }) => level.agentId ?? [])];
  return [...new Set(agents)]
    .filter(isHeard)
    .map((one) => ({ role: 'member', level: { ...own, agentId: one } }));
}
