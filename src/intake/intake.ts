import type { Grants } from '../access/grants.js';
import type { Receipt, Receiving } from '../connector/connector.js';
import type { Agent } from '../core/character.js';
import { settingsFor } from '../core/connector-settings.js';
import { newId } from '../core/ids.js';
import {
  type CommandAnswer,
  type InboundCommand,
  type InboundMessage,
  type InboundPress,
  messageMemory,
} from '../core/inbound.js';
import type { Memory, SourceKey } from '../core/memory.js';
import type { ShareOf } from '../core/share.js';
import { CarrierError, FatalError } from '../errors.js';
import type { Logger } from '../logger.js';
import type { PluginDesk } from '../plugin/plugin.js';
import type { RoomQueue } from '../queue/queue.js';
import type { Forgotten } from '../store/forgotten.js';
import type { Appended, History } from '../store/history.js';
import { spanned } from '../tracing.js';
import { askerOf } from './asker.js';
import { type Buttons, isLasting } from './buttons.js';
import { check } from './check.js';
import type { Commands } from './commands/command.js';
import { type Arrival, type Checked, judge, type Rule, type Ruling } from './gate.js';
import { unanswered } from './held.js';
import type { Notices } from './notices.js';
import type { Orders } from './orders.js';
import { asOverheard, withFilesNamed } from './overheard.js';
import type { Pointers } from './pointers.js';
import type { Proxies } from './proxies.js';
import { type TextLimits, textProblem, textRule } from './text.js';
import type { Threads } from './threads.js';
import { transformed } from './transformed.js';
import { whole } from './whole.js';
import { writtenIn } from './written.js';

export interface IntakeParts {
  memories: History;
  turns: RoomQueue;
  shareOf: ShareOf;
  grants: Pick<Grants, 'ofGroupsOf'>;
  /** What every message and command must pass. */
  rules: Rule[];
  /** Of what a message says; commands have no text of their own. */
  limits: TextLimits;
  commands: Commands;
  orders: Orders;
  forgotten: Pick<Forgotten, 'has'>;
  threads: Pick<Threads, 'join'>;
  proxies: Pick<Proxies, 'take'>;
  notices: Notices;
  buttons: Buttons;
  pointers: Pointers;
  plugins: PluginDesk;
  /** Whoever waits sent a message again: they want its answer, and an apology is none. */
  again(receipt: Receipt): Promise<Receipt>;
  requireAgent(agentId: string): Agent;
  /** Called when a message is let in, before it is stored; and when it is stored, before its turn can begin. */
  admitted(): void;
  stored(memory: Memory): void;
  log: Logger;
}

const notTaken = 'This agent does not take this message.';
const talksNotHere = () => new FatalError('not_allowed', 'This agent does not talk to you here.');

interface Sender extends Pick<Arrival, 'from' | 'admitted'>, Pick<Receiving, 'complete'> {
  /** For an answer. */
  waits: boolean;
  /** As in `settingsFor`: behind a token of the hub. */
  trusted: boolean;
}

/** The way in: check, gate, persist, wake. What it returns is durable, so the platform may be told so. */
export class Intake {
  readonly #parts: IntakeParts;
  /** What a message must pass, with what it says. */
  readonly #rules: Rule[];
  /** Messages that are being completed and stored here. */
  readonly #completing = new Map<string, Promise<Receipt | null>>();

  constructor(parts: IntakeParts) {
    this.#parts = parts;
    this.#rules = [...parts.rules, textRule(parts.limits)];
  }

  /**
   * Null means that there will be no turn, which the sender is told by a notice or not at all.
   * @param sender `waits` for an answer: a notice is thrown to it as an error, and a command's answer is the outcome.
   */
  async receive(
    inbound: InboundMessage,
    { waits, trusted, from, admitted, complete }: Sender,
  ): Promise<Receipt | null> {
    const { notices, proxies } = this.#parts;
    const copied = inbound.proxy ? await proxies.take(check(inbound)) : null;
    if (copied) return this.#scheduled(copied);
    const arrival = { ...(await this.#arrival(check(inbound), trusted)), from, admitted };
    const ruling = await judge(this.#rules, arrival);
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
      return await this.#take(arrival, ruling, { waits, complete });
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
    { kind: ruling, held }: Extract<Ruling, { kind: 'keep' | 'pass' }> & { held?: true },
    { waits, complete }: Pick<Sender, 'waits' | 'complete'>,
  ): Promise<Receipt | null> {
    if (ruling === 'pass' && arrival.command) {
      // Not behind what waits in the room: a command may be about just that. It stands in no history.
      const obeyed = await this.#parts.orders.obey(arrival.command, arrival, waits);
      return waits ? { memory: await this.#memoryOf(arrival, 'kept'), ...obeyed } : null;
    }
    if (await this.#parts.forgotten.has(keyOf(arrival.message))) {
      if (waits) throw new FatalError('not_allowed', 'This message was forgotten; it is not taken again.');
      return null;
    }
    if (ruling === 'pass' && arrival.message.threaded) await this.#parts.threads.join(arrival.message);
    if (ruling === 'keep' && !held && arrival.message.files.length > 0)
      return this.#append({ ...arrival, message: withFilesNamed(arrival.message) }, 'kept');
    if (ruling === 'pass') this.#parts.admitted();
    const status = ruling === 'keep' ? 'kept' : 'pending';
    const taken = complete ? this.#completed(arrival, status, complete) : this.#append(arrival, status);
    const appended = await taken;
    if (!appended && waits) throw new FatalError('not_allowed', notTaken);
    // People answer, so nobody need wait for the agent.
    if (held && waits && appended) return { ...appended, outcome: unanswered(appended.memory) };
    return appended?.duplicate && waits ? this.#parts.again(appended) : appended;
  }

  /** Fetches and stores; what is stored, or on its way to be, is not fetched again. */
  async #completed(
    arrival: Arrival,
    status: 'pending' | 'kept',
    complete: () => Promise<InboundMessage>,
  ): Promise<Receipt | null> {
    const source = keyOf(arrival.message);
    const key = JSON.stringify(Object.values(source));
    const running = this.#completing.get(key);
    if (running) {
      const receipt = await running;
      return receipt && { ...receipt, duplicate: true };
    }
    const work = async () => {
      const known = await this.#parts.memories.find(source);
      if (known) return this.#scheduled({ memory: known, duplicate: true });
      const message = whole(arrival.message, await complete(), this.#parts.log);
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

  /** Null: the gate drops the caller. `trusted`: as in `settingsFor`. */
  async command(command: InboundCommand, trusted = false): Promise<CommandAnswer | null> {
    const { source, name, args } = command;
    const text = `/${name} ${args}`.trim();
    const said = check({ ...command, source: { ...source, pull: undefined }, text });
    const arrival = await this.#arrival(said, trusted, true);
    const ruling = await judge(this.#parts.rules, arrival);
    if (ruling.kind === 'notice') return ruling.notice;
    if (ruling.kind !== 'pass' && arrival.rolesUnknown) throw arrival.rolesUnknown;
    if (ruling.kind !== 'pass') return null;
    const given = { name: name.toLowerCase(), args: args.trim() };
    const answer = await this.#parts.orders.answer(given, arrival, command.id);
    return answer.saidAnyway && !trusted ? null : answer;
  }

  /**
   * Says what the button stands for, as its presser; what it gives is for that one's eyes. What a lasting button gives is
   * thrown as `button_stays`: its message is changed by whoever put it there, and by nobody else.
   */
  async press(press: InboundPress, trusted = false): Promise<string> {
    const lasting = isLasting(press);
    const pressed = this.#parts.buttons.redeem(press, async ({ text, label, direct, command }, number) => {
      const { agentId, author, roles, home } = press;
      // Each press of a lasting button is one of its own, by whomever.
      const id = lasting ? undefined : number;
      const source = { ...press.source, messageId: `press:${id ?? newId()}` };
      const said = check({ agentId, source, author, direct, roles, text, home });
      const arrival = await this.#arrival(said, trusted, command);
      const ruling = await judge(this.#parts.rules, arrival);
      if (ruling.kind === 'notice') {
        // The button stays good.
        if (ruling.error.code === 'paused') throw ruling.error;
        return ruling.notice.text;
      }
      const isHeld = ruling.kind === 'keep' && ruling.held;
      if (ruling.kind !== 'pass' && !isHeld) throw arrival.rolesUnknown ?? talksNotHere();
      if (arrival.command) return (await this.#parts.orders.answer(arrival.command, arrival, id)).text;
      return (await this.#append(arrival, isHeld ? 'kept' : 'pending')) ? `You chose "${label}".` : notTaken;
    });
    const answer = await pressed.catch((error) => {
      if (error instanceof CarrierError && error.code === 'paused') return error.message;
      throw error;
    });
    if (lasting) throw new FatalError('button_stays', answer);
    return answer;
  }

  /**
   * Whose a command is, is decided here alone: what names the agent's account, or is its own command, addresses it.
   * `given`: by other means than words, so that it is one also where messages are none.
   */
  async #arrival(message: Checked, trusted = false, given = false): Promise<Arrival> {
    const agent = this.#parts.requireAgent(message.agentId);
    const settings = settingsFor(agent.character, message.source.connector, trusted);
    const written = writtenIn(message);
    if (!written || written.to === 'another') return { message, agent, settings };
    const { name, args, to } = written;
    const known =
      (given || settings.commands) && (await this.#parts.commands.find(name, agent)) !== undefined;
    const addressed = message.addressed || to === 'us' || (known && message.account !== undefined);
    return { message: { ...message, addressed }, agent, settings, ...(known && { command: { name, args } }) };
  }

  async #append(arrival: Arrival, status: 'pending' | 'kept'): Promise<Appended | null> {
    let scheduled: Promise<Appended> | undefined;
    const appended = await this.#store(arrival, status, (written) => {
      // Its turn need not wait for the disk: the message is before it in the same log, and nobody hears of either yet.
      scheduled = this.#scheduled(written);
    });
    return appended && (scheduled ?? this.#scheduled(appended));
  }

  async #scheduled(appended: Appended): Promise<Appended> {
    const { turns, shareOf, log } = this.#parts;
    const { roomId, status } = appended.memory;
    if (!appended.duplicate) this.#parts.stored(appended.memory);
    // The message is safe already: if it cannot be scheduled now, the sweeper will find it.
    if (status === 'pending')
      await spanned('schedule', () => turns.schedule(roomId, { share: shareOf(appended.memory) }), {
        of: appended.memory.id,
      }).catch((err) => log.warn({ err, roomId }, 'not scheduled yet'));
    return appended;
  }

  /** Null: a plugin of the agent drops it. */
  async #store(
    arrival: Arrival,
    status: 'pending' | 'kept',
    onWritten: (appended: Appended) => void,
  ): Promise<Appended | null> {
    const { memories, plugins } = this.#parts;
    const { agent } = arrival;
    const memory = await this.#memoryOf(arrival, status);
    const { roomId, author, content } = memory;
    const said = await transformed(content, await plugins.of(agent), {
      agent,
      roomId,
      author,
      edited: false,
    });
    if (!said) return null;
    const appended = await memories.append({ ...memory, content: { ...content, ...said } }, { onWritten });
    if (!appended.duplicate) plugins.tell(agent.id, 'message', appended.memory);
    return appended;
  }

  async #memoryOf(arrival: Arrival, status: 'pending' | 'kept'): Promise<Memory> {
    const { message } = arrival;
    const asker = await askerOf(arrival, this.#parts.grants);
    const points = message.replyTo !== undefined || message.quote !== undefined;
    const pointedAt = points ? await this.#parts.pointers.pointedAt(message) : { replyTo: null };
    return asOverheard(messageMemory(message, status, pointedAt, asker));
  }
}

function keyOf({ agentId, source: { connector, tenant, messageId } }: Checked): SourceKey {
  return { agentId, connector, tenant, messageId };
}
