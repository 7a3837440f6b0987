/**
 * Chat commands: `/new` and its like, as messages on any platform and by the platforms' own means. They carry what was
 * written to an operation, with the person as principal, and put its answer into words.
 */
import { roomIdOf, scopeOf } from '../../core/memory.js';
import { CarrierError, isRetryable } from '../../errors.js';
import type { PersonPrincipal } from '../../operations/principal.js';
import { type Arrival, isOperator, type Notice } from '../gate.js';

export interface Call extends Arrival {
  /** What follows the name, trimmed. */
  args: string;
  /** Who asks, and where. */
  principal: PersonPrincipal;
}

export interface Command {
  /** Without the slash. */
  readonly name: string;
  /** What it does, for /help: half a sentence. */
  readonly about: string;
  /** Others are not shown it in /help. */
  readonly operatorsOnly?: boolean;
  run(call: Call): Promise<Notice>;
}

/** `/name`, or `/name@bot`, and what follows. */
const written = /^\s*\/([a-z]{1,32})(?:@\w{1,64})?(?:\s+([\s\S]*))?$/i;

export interface Written {
  name: string;
  args: string;
}

/** Null for text that is no command, of ours or another's. */
export function writtenIn(text: string): Written | null {
  const [, name, args = ''] = written.exec(text) ?? [];
  return name === undefined ? null : { name: name.toLowerCase(), args: args.trim() };
}

export function isStop({ message, settings }: Arrival): boolean {
  return settings.commands && writtenIn(message.text)?.name === 'stop';
}

export class Commands {
  readonly #byName: Map<string, Command>;

  constructor(commands: Command[]) {
    this.#byName = new Map(commands.map((command) => [command.name, command]));
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /** For people to choose from, in the order they were given. */
  list(operator: boolean): Command[] {
    return [...this.#byName.values()].filter(({ operatorsOnly }) => operator || !operatorsOnly);
  }

  /** Always has an answer, except where trying again may help: then it throws. */
  async run({ name, args }: Written, arrival: Arrival): Promise<Notice> {
    const command = this.#byName.get(name);
    if (!command) return { text: `There is no command /${name}. /help lists those there are.` };
    try {
      return await command.run({ ...arrival, args, principal: principalOf(arrival) });
    } catch (error) {
      if (!(error instanceof CarrierError) || isRetryable(error)) throw error;
      if (error.code === 'permission_denied') return { text: `/${name} is for the operators of this agent.` };
      return { text: error.message };
    }
  }
}

function principalOf(arrival: Arrival): PersonPrincipal {
  const { message, agent, vouched = false } = arrival;
  const { connector, tenant } = message.source;
  return {
    ...{ kind: 'person', connector, tenant, userId: message.author.id, agentId: agent.id },
    ...{ roomId: roomIdOf(agent.id, message.source), scope: scopeOf(message) },
    operator: vouched || isOperator(arrival),
  };
}
