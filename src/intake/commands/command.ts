/**
 * Chat commands: `/new` and its like, as messages on any platform and by the platforms' own means. They carry what was
 * written to an operation, with the person as principal, and put its answer into words.
 */
import type { Agent } from '../../core/character.js';
import { roomIdOf, scopeOf } from '../../core/memory.js';
import type { Person } from '../../core/pairing.js';
import { CarrierError, isRetryable } from '../../errors.js';
import type { PersonPrincipal } from '../../operations/principal.js';
import { type Arrival, isOperator, type Notice, personOf } from '../gate.js';
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
  /** Others are not shown it in /help. */
  readonly operatorsOnly?: boolean;
  /** Nor are those shown it whom an operator has paired, unless it is for them, too. */
  readonly forPaired?: boolean;
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
  readonly #isPaired: (person: Person) => Promise<boolean>;

  /** @param more commands that one agent has besides; none of them hides one of the hub's own. */
  constructor(
    commands: Command[],
    more: (agent: Agent) => Promise<Command[]>,
    isPaired: (person: Person) => Promise<boolean>,
  ) {
    this.#own = commands;
    this.#more = more;
    this.#isPaired = isPaired;
  }

  async find(name: string, agent: Agent): Promise<Command | undefined> {
    const named = (command: Command) => command.name === name;
    return this.#own.find(named) ?? (await this.#more(agent)).find(named);
  }

  /** For people to choose from, in the order they were given. */
  async list({ operator, paired }: PersonPrincipal, agent: Agent): Promise<Command[]> {
    const all = new Map<string, Command>();
    for (const command of [...this.#own, ...(await this.#more(agent))])
      if (!all.has(command.name)) all.set(command.name, command);
    return [...all.values()].filter(
      ({ operatorsOnly, forPaired }) => operator || !operatorsOnly || (paired && forPaired),
    );
  }

  /** Always has an answer, except where trying again may help: then it throws. */
  async run({ name, args }: Written, arrival: Arrival, givenAt: number): Promise<Notice> {
    const command = await this.find(name, arrival.agent);
    if (!command) return { text: `There is no command /${name}. /help lists those there are.` };
    const principal = { ...principalOf(arrival), paired: await this.#isPaired(personOf(arrival)) };
    try {
      return await command.run({ ...arrival, args, principal, givenAt });
    } catch (error) {
      if (!(error instanceof CarrierError) || isRetryable(error)) throw error;
      if (error.code === 'permission_denied') return { text: `/${name} is for the operators of this agent.` };
      return { text: error.message };
    }
  }
}

function principalOf(arrival: Arrival): Omit<PersonPrincipal, 'paired'> {
  const { message, agent, vouched = false } = arrival;
  const { connector, tenant } = message.source;
  return {
    ...{ kind: 'person', connector, tenant, userId: message.author.id, agentId: agent.id },
    ...{ roomId: roomIdOf(agent.id, message.source), scope: scopeOf(message) },
    operator: vouched || isOperator(arrival),
  };
}
