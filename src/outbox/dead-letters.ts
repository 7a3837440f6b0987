import type { Agent } from '../core/character.js';
import { newId } from '../core/ids.js';
import { type Author, roomIdOf, type Source } from '../core/memory.js';
import type { OutboundMessage } from '../core/turn.js';
import type { Logger } from '../logger.js';

/** Between two notices for one agent, in ms; what is given up meanwhile is one notice. */
const apartMs = 300_000;
/** What is given up at once is one notice, too. */
const togetherMs = 1_000;
const mostReason = 200;

interface Addressee {
  agentId: string;
  source: Source;
  direct: boolean;
  author: Author;
}

export interface DeadLettersParts {
  agent(id: string): Agent | undefined;
  /** Durable when it resolves. */
  tell(to: Addressee, notice: { text: string }): Promise<unknown>;
  log: Logger;
}

interface Pending {
  count: number;
  newest: OutboundMessage;
  reason: string;
  timer: NodeJS.Timeout;
}

/** Tells the operators of an agent, in the room that its character names, of replies that were given up. */
export class DeadLetters {
  readonly #parts: DeadLettersParts;
  readonly #pending = new Map<string, Pending>();
  /** When each agent's operators were last told, by `performance.now()`. */
  readonly #toldAt = new Map<string, number>();

  constructor(parts: DeadLettersParts) {
    this.#parts = parts;
  }

  givenUp(message: OutboundMessage, { code, message: why }: { code: string; message: string }): void {
    const { agentId, roomId } = message;
    const room = this.#parts.agent(agentId)?.character.operatorsRoom;
    // What cannot be said there is not said there.
    if (!room || roomIdOf(agentId, room) === roomId) return;
    const pending = this.#pending.get(agentId);
    const reason = `${code}: ${why}`;
    if (pending) {
      Object.assign(pending, { count: pending.count + 1, newest: message, reason });
      return;
    }
    const told = this.#toldAt.get(agentId);
    const waitMs = told === undefined ? 0 : told + apartMs - performance.now();
    const timer = setTimeout(() => void this.#tell(agentId), Math.max(togetherMs, waitMs)).unref();
    this.#pending.set(agentId, { count: 1, newest: message, reason, timer });
  }

  /** What is not told yet is told now. */
  async stop(): Promise<void> {
    await Promise.all([...this.#pending.keys()].map((agentId) => this.#tell(agentId)));
  }

  async #tell(agentId: string): Promise<void> {
    const { agent: agentOf, tell, log } = this.#parts;
    const pending = this.#pending.get(agentId);
    const agent = agentOf(agentId);
    const room = agent?.character.operatorsRoom;
    if (!pending) return;
    clearTimeout(pending.timer);
    this.#pending.delete(agentId);
    if (!room) return;
    this.#toldAt.set(agentId, performance.now());
    const source = { ...room, messageId: `dead-letters:${newId()}` };
    const to = { agentId, source, direct: false, author: { id: agentId, bot: true } };
    await tell(to, { text: textOf(agent, pending) }).catch((err) =>
      log.error({ err, agentId }, 'operators could not be told of replies that were given up'),
    );
  }
}

function textOf({ id, character }: Agent, { count, newest, reason }: Pending): string {
  const what = count === 1 ? 'A reply' : `${count} replies`;
  const { connector, channel } = newest.to;
  return [
    `${what} of ${character.name} could not be delivered; nobody has read ${count === 1 ? 'it' : 'them'}.`,
    `${count === 1 ? 'It was' : 'The last one was'} for ${quoted(`${connector} ${channel}`)}: ${quoted(reason)}`,
    '',
    `To see what was given up: \`carrier deliveries list --agent ${id}\``,
    `To send all of it again: \`carrier deliveries send-all-again ${id}\``,
  ].join('\n');
}

/** Words of a platform, which mean nothing here. */
function quoted(text: string): string {
  const line = text.replace(/[`\s]+/g, ' ').trim();
  return `\`${line.length > mostReason ? `${line.slice(0, mostReason)}…` : line}\``;
}
