import type { Outcome, Receipt, Receiving } from '../connector/connector.js';
import type { Agent } from '../core/character.js';
import { settingsFor } from '../core/connector-settings.js';
import {
  type CommandAnswer,
  type InboundCommand,
  type InboundMessage,
  type InboundPress,
  messageMemory,
} from '../core/inbound.js';
import type { Memory } from '../core/memory.js';
import { CarrierError, FatalError } from '../errors.js';
import type { Logger } from '../logger.js';
import type { PluginDesk } from '../plugin/plugin.js';
import type { RoomQueue } from '../queue/queue.js';
import type { Appended, History } from '../store/history.js';
import type { Buttons } from './buttons.js';
import { check } from './check.js';
import { type Commands, type Written, writtenIn } from './commands/command.js';
import { type Arrival, type Checked, judge, type Rule } from './gate.js';
import { isSame } from './is-same.js';
import type { Notices } from './notices.js';
import { withFilesNamed } from './overheard.js';
import type { Pointers } from './pointers.js';
import { type TextLimits, textProblem, textRule } from './text.js';
import { transformed } from './transformed.js';

export interface IntakeParts {
  memories: History;
  turns: RoomQueue;
  /** What every message and command must pass. */
  rules: Rule[];
  /** Of what a message says; commands have no text of their own. */
  limits: TextLimits;
  commands: Commands;
  notices: Notices;
  buttons: Buttons;
  pointers: Pointers;
  plugins: PluginDesk;
  /** Whoever waits sent a message again: they want its answer, and an apology is none. */
  again(receipt: Receipt): Promise<Receipt>;
  requireAgent(agentId: string): Agent;
  log: Logger;
}

const notTaken = 'This agent does not take this message.';

interface Sender {
  /** For an answer, behind a token of the hub. */
  waits: boolean;
  /** Answers for it with an administrator's token. */
  vouched?: boolean;
  /** As in `Arrival`. */
  admitted?: boolean;
  /** As in `Receiving`. */
  complete?: Receiving['complete'];
}

/** The way in: check, gate, persist, wake. What it returns is durable, so the platform may be told so. */
export class Intake {
  readonly #parts: IntakeParts;
  /** Commands that are being carried out here. */
  readonly #obeying = new Map<string, Promise<{ outcome: Outcome; duplicate: boolean }>>();
  /** Messages that are being completed and stored here. */
  readonly #completing = new Map<string, Promise<Receipt | null>>();

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  /**
   * Null means that there will be no turn, which the sender is told by a notice or not at all.
   * @param sender `waits` for an answer: a notice is thrown to it as an error, and a command's answer is the outcome.
   */
  async receive(
    inbound: InboundMessage,
    { waits, vouched, admitted, complete }: Sender,
  ): Promise<Receipt | null> {
    const { rules, limits, notices } = this.#parts;
    const arrival = { ...this.#arrival(check(inbound), waits), vouched, admitted };
    const ruling = await judge([...rules, textRule(limits)], arrival);
    if (ruling.kind === 'drop') {
      if (waits && ruling.error) throw ruling.error;
      return null;
    }
    if (ruling.kind === 'notice') {
      if (waits) throw ruling.error;
      await notices.tell(arrival.message, ruling.notice, ruling.once);
      return null;
    }
    try {
      return await this.#take(arrival, ruling.kind, { waits, complete });
    } catch (error) {
      if (waits || !(error instanceof CarrierError) || error.code !== 'plugin_failed') throw error;
      // Sent again by its platform it would stand in the way of what comes after it: its sender decides.
      this.#parts.log.error(
        { err: error, agentId: inbound.agentId },
        'a plugin failed; a message is refused',
      );
      await notices.tell(arrival.message, { text: error.message });
      return null;
    }
  }

  async #take(
    arrival: Arrival,
    ruling: 'pass' | 'keep',
    { waits, complete }: Sender,
  ): Promise<Receipt | null> {
    if (ruling === 'pass') {
      const command = await this.#commandIn(arrival);
      if (command) {
        const receipt = await this.#obey(command, arrival, waits);
        return waits ? receipt : null;
      }
    }
    if (ruling === 'keep' && arrival.message.files.length > 0)
      return this.#append({ ...arrival, message: withFilesNamed(arrival.message) }, 'kept');
    const status = ruling === 'keep' ? 'kept' : 'pending';
    const appended = await (complete
      ? this.#completed(arrival, status, complete)
      : this.#append(arrival, status));
    if (!appended && waits) throw new FatalError('not_allowed', notTaken);
    return appended?.duplicate && waits ? this.#parts.again(appended) : appended;
  }

  /** Fetches and stores; what is stored, or on its way to be, is not fetched again. */
  async #completed(
    arrival: Arrival,
    status: 'pending' | 'kept',
    complete: () => Promise<InboundMessage>,
  ): Promise<Receipt | null> {
    const { connector, tenant, messageId } = arrival.message.source;
    const source = { agentId: arrival.message.agentId, connector, tenant, messageId };
    const key = JSON.stringify(Object.values(source));
    const running = this.#completing.get(key);
    if (running) {
      const receipt = await running;
      return receipt && { ...receipt, duplicate: true };
    }
    const work = async () => {
      const known = await this.#parts.memories.find(source);
      if (known) return this.#scheduled({ memory: known, duplicate: true });
      const message = this.#whole(arrival.message, await complete());
      // What it says is known only now. Nobody asked for an answer to talk that is kept, so nobody is told.
      const problem = textProblem(message, this.#parts.limits);
      if (problem && status === 'pending') throw problem;
      return problem ? null : this.#append({ ...arrival, message }, status);
    };
    const taking = work();
    this.#completing.set(key, taking);
    try {
      return await taking;
    } finally {
      this.#completing.delete(key);
    }
  }

  /** With what was fetched for it. Whose it is and where it was said, the gate has judged: that stays. */
  #whole(admitted: Checked, completed: InboundMessage): Checked {
    const message = check(completed);
    if (!isSame(message, admitted)) {
      const { agentId, source } = admitted;
      const { connector } = source;
      this.#parts.log.error(
        { agentId, connector },
        'a connector completed a message as another one; it is refused',
      );
      throw new FatalError(
        'internal',
        'The message could not be taken: its connector gave another one for it.',
      );
    }
    const { text, quote, parts, attachments } = message;
    const { name = admitted.author.name } = message.author;
    return {
      ...admitted,
      text,
      quote,
      parts,
      attachments,
      author: { ...admitted.author, ...(name && { name }) },
      files: [],
    };
  }

  /** Null: the gate drops the caller. `trusted`: as in `settingsFor`. */
  async command(command: InboundCommand, trusted = false): Promise<CommandAnswer | null> {
    const { source, name, args } = command;
    const text = `/${name} ${args}`.trim();
    const said = check({ ...command, source: { ...source, pull: undefined }, text });
    const arrival = this.#arrival(said, trusted);
    const ruling = await judge(this.#parts.rules, arrival);
    if (ruling.kind === 'notice') return ruling.notice;
    if (ruling.kind !== 'pass') return null;
    const written = { name: name.toLowerCase(), args: args.trim() };
    const answer = await this.#parts.commands.run(written, arrival);
    return answer.saidAnyway && !trusted ? null : answer;
  }

  /** Says what the button stands for, as its presser; what it gives is for that one's eyes. */
  press(press: InboundPress, trusted = false): Promise<string> {
    return this.#parts.buttons.redeem(press, async ({ text, label, direct, roles }, number) => {
      const { agentId, author, home } = press;
      const source = { ...press.source, messageId: `press:${number}` };
      const arrival = this.#arrival(check({ agentId, source, author, direct, roles, text, home }), trusted);
      const ruling = await judge(this.#parts.rules, arrival);
      if (ruling.kind === 'notice') return ruling.notice.text;
      if (ruling.kind !== 'pass')
        throw new FatalError('not_allowed', 'This agent does not talk to you here.');
      const command = await this.#commandIn(arrival);
      if (command) return (await this.#parts.commands.run(command, arrival)).text;
      return (await this.#append(arrival, 'pending')) ? `You chose "${label}".` : notTaken;
    });
  }

  #arrival(message: Checked, trusted = false): Arrival {
    const agent = this.#parts.requireAgent(message.agentId);
    return { message, agent, settings: settingsFor(agent.character, message.source.connector, trusted) };
  }

  async #commandIn({ message, agent, settings }: Arrival): Promise<Written | null> {
    const written = settings.commands ? writtenIn(message.text) : null;
    return written && (await this.#parts.commands.find(written.name, agent)) ? written : null;
  }

  /**
   * Once for each message, however often it is redelivered. Not behind what waits in the room: a command may be about
   * just that. It stands in no history.
   */
  async #obey(command: Written, arrival: Arrival, waits: boolean): Promise<Receipt> {
    const { message } = arrival;
    const { agentId, source } = message;
    const key = JSON.stringify([agentId, source.connector, source.tenant, source.messageId]);
    const running = this.#obeying.get(key);
    const obeyed = running ?? this.#obeyOnce(command, arrival, waits);
    this.#obeying.set(key, obeyed);
    try {
      const { outcome, duplicate } = await obeyed;
      const memory = await this.#memoryOf(message, 'kept');
      return { memory, duplicate: duplicate || running !== undefined, outcome };
    } finally {
      this.#obeying.delete(key);
    }
  }

  async #obeyOnce(
    command: Written,
    arrival: Arrival,
    waits: boolean,
  ): Promise<{ outcome: Outcome; duplicate: boolean }> {
    const { notices, commands } = this.#parts;
    const told = await notices.told(arrival.message);
    if (told) return { outcome: told, duplicate: true };
    const notice = await commands.run(command, arrival);
    const said = notice.saidAnyway && !waits ? null : notice;
    return { outcome: await notices.tell(arrival.message, said), duplicate: false };
  }

  async #append(arrival: Arrival, status: 'pending' | 'kept'): Promise<Appended | null> {
    const appended = await this.#store(arrival, status);
    return appended && this.#scheduled(appended);
  }

  async #scheduled(appended: Appended): Promise<Appended> {
    const { turns, log } = this.#parts;
    const { roomId, status } = appended.memory;
    // The message is safe already: if it cannot be scheduled now, the sweeper will find it.
    if (status === 'pending')
      await turns.schedule(roomId).catch((err) => log.warn({ err, roomId }, 'stored, but not scheduled yet'));
    return appended;
  }

  /** Null: a plugin of the agent drops it. */
  async #store({ message, agent }: Arrival, status: 'pending' | 'kept'): Promise<Appended | null> {
    const { memories, plugins } = this.#parts;
    const memory = await this.#memoryOf(message, status);
    const { roomId, author, content } = memory;
    const said = await transformed(content, await plugins.of(agent), {
      agent,
      roomId,
      author,
      edited: false,
    });
    if (!said) return null;
    const appended = await memories.append({ ...memory, content: { ...content, ...said } });
    if (!appended.duplicate) plugins.tell(agent.id, 'message', appended.memory);
    return appended;
  }

  async #memoryOf(message: Checked, status: 'pending' | 'kept'): Promise<Memory> {
    const points = message.replyTo !== undefined || message.quote !== undefined;
    const pointedAt = points ? await this.#parts.pointers.pointedAt(message) : { replyTo: null };
    return messageMemory(message, status, pointedAt);
  }
}
