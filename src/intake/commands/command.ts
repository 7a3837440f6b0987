/**
 * Chat commands: `/new` and its like, as messages on any platform and by the platforms' own means. They carry what was
 * written to an operation, with the person as principal, and put its answer into words.
 */
import { type PersonPrincipal, roleHere } from '../../access/principal.js';
import { type Grant, isAtLeast, type Role } from '../../access/role.js';
import type { Agent } from '../../core/character.js';
import { roomIdOf, scopeOf } from '../../core/memory.js';
import { CarrierError, isRetryable } from '../../errors.js';
import type { Arrival, Notice } from '../gate.js';
import type { Roles } from '../grants.js';
import type { Written } from '../written.js';

export interface Call extends Arrival {
  /** What follows the name, trimmed. */
  args: string;
  /** Who asks, and where. */
  principal: PersonPrincipal;
  /** When it was given, Unix ms: what came later, it leaves alone. */
  givenAt: number;
}

export interface Command {
  /** Without the slash. */
  readonly name: string;
  /** What it does, for /help: half a sentence. */
  readonly about: string;
  /** The least role of those who are shown it in /help; absent: everybody. */
  readonly least?: Role;
  /** Cut off, it is not begun again: nobody knows what that would do. */
  readonly unrepeatable?: boolean;
  run(call: Call): Promise<Notice>;
}

export function isCommand({ command }: Arrival, name: string): boolean {
  return command?.name === name;
}

export class Commands {
  readonly #own: Command[];
  readonly #more: (agent: Agent) => Promise<Command[]>;
  readonly #roles: Pick<Roles, 'of'>;

  /** @param more commands that one agent has besides; none of them hides one of the hub's own. */
  constructor(commands: Command[], more: (agent: Agent) => Promise<Command[]>, roles: Pick<Roles, 'of'>) {
    this.#own = commands;
    this.#more = more;
    this.#roles = roles;
  }

  async find(name: string, agent: Agent): Promise<Command | undefined> {
    const named = (command: Command) => command.name === name;
    return this.#own.find(named) ?? (await this.#more(agent)).find(named);
  }

  /** For people to choose from, in the order they were given. */
  async list(principal: PersonPrincipal, agent: Agent): Promise<Command[]> {
    const all = new Map<string, Command>();
    for (const command of [...this.#own, ...(await this.#more(agent))])
      if (!all.has(command.name)) all.set(command.name, command);
    const role = roleHere(principal);
    return [...all.values()].filter(({ least = 'guest' }) => isAtLeast(role, least));
  }

  /** Always has an answer, except where trying again may help: then it throws. */
  async run({ name, args }: Written, arrival: Arrival, givenAt: number): Promise<Notice> {
    const command = await this.find(name, arrival.agent);
    if (!command) return { text: `There is no command /${name}. /help lists those there are.` };
    const principal = principalOf(arrival, await this.#roles.of(arrival));
    try {
      return await command.run({ ...arrival, args, principal, givenAt });
    } catch (error) {
      if (!(error instanceof CarrierError) || isRetryable(error)) throw error;
      // What names a field says what they lack.
      if (error.code === 'permission_denied' && error.field === undefined)
        return { text: `/${name} is for the operators of this agent.` };
      return { text: error.message };
    }
  }
}

/** Who writes, with the roles that were given to them. */
export function principalOf(arrival: Arrival, grants: readonly Grant[]): PersonPrincipal {
  const { message, agent, from } = arrival;
  const { connector, tenant, channel } = message.source;
  return {
    ...{ kind: 'person', connector, tenant, userId: message.author.id, agentId: agent.id },
    ...{ roomId: roomIdOf(agent.id, message.source), channel, scope: scopeOf(message) },
    grants,
    ...(from && { via: from }),
  };
}
