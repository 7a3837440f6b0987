/** A hub in memory for tests of connectors: it stores, and takes turns as the test says. */
import {
  type Attachment,
  type CommandAnswer,
  FatalError,
  type Host,
  type InboundCommand,
  type InboundEdit,
  type InboundMessage,
  type InboundPress,
  type InboundReaction,
  type Memory,
  type Notes,
  newId,
  type Outcome,
  type Receipt,
  type Receiving,
  type RetryableError,
  roomIdOf,
  type SourceKey,
  type Turn,
  type TurnEvent,
} from '../extension-api.js';
import { isSame } from '../intake/is-same.js';
import { FakeGate } from './fake-gate.js';
import { FakePast, fakeCount, keyOf } from './fake-past.js';
import { FakeTurn } from './turn.js';

/** How a hub in memory behaves. */
export interface FakeHostOptions {
  /** What the character says about the connector. Absent: everybody is answered but bots. */
  gate?: Record<string, unknown>;
  /** Every message is answered at once with `echo: ` and its text; otherwise the test takes the turns. */
  echo?: boolean;
  maxTextChars?: number;
}

/**
 * A hub for tests of a connector, with one agent, `eliza`, whose turns the test takes by hand. It keeps the contract of
 * `Host` that the real one keeps, gate and all; it has no commands, no outbox and no model of its own.
 * @example
 * const [question] = await host.received();
 * const turn = host.begin(question).delta('Hel');
 * const reply = turn.commit('Hello.');
 * await connector.deliver(outboundOf(turn.id, question, reply), AbortSignal.timeout(5000));
 */
export class FakeHost implements Host {
  readonly agents = new Set(['eliza']);
  readonly memories: Memory[] = [];
  readonly files = new Map<string, Uint8Array>();
  readonly turns = new Map<string, Turn>();
  /** What came in besides messages, in order. */
  readonly inbound: InboundMessage[] = [];
  readonly commands: InboundCommand[] = [];
  readonly reactions: InboundReaction[] = [];
  readonly presses: InboundPress[] = [];
  readonly noted = new Map<string, unknown>();
  readonly count = fakeCount();
  /** What a command is answered with. */
  onCommand: (command: InboundCommand) => CommandAnswer | null = ({ name }) => ({ text: `did ${name}` });
  readonly logged: { level: string; message: string }[] = [];
  /** Awaited before a message is stored; throw to fail the store. */
  beforeStore: (message: InboundMessage) => Promise<void> = async () => {};
  /** Set to lose every event, as a bus may. */
  deaf = false;
  watchers = 0;
  readonly #listeners = new Map<string, Set<(event: TurnEvent) => void>>();
  readonly #past = new FakePast();
  readonly #answers = new Map<string, CommandAnswer | null>();
  readonly #options: Required<FakeHostOptions>;

  /** Who gets through: the hub's own rules. */
  readonly gate: FakeGate;

  constructor(options: FakeHostOptions = {}) {
    const open = { dm: 'open', groups: 'always', places: 'open' };
    this.#options = { echo: true, maxTextChars: 1000, gate: open, ...options };
    this.gate = new FakeGate(this.#options.gate);
  }

  readonly log = { info: this.#log('info'), warn: this.#log('warn'), error: this.#log('error') };

  /** Set to turn everyone away who can wait. */
  overload: RetryableError | null = null;

  busy(): RetryableError | null {
    return this.overload;
  }

  requireAgent(agentId: string): void {
    if (!this.agents.has(agentId)) throw new FatalError('agent_unknown', `No agent "${agentId}".`);
  }

  readonly agentIds = () => [...this.agents];

  async receive(envelope: InboundMessage, more: Receiving = {}): Promise<Receipt | null> {
    this.requireAgent(envelope.agentId);
    const copied = envelope.proxy ? this.#past.original(envelope) : undefined;
    if (copied?.again) this.memories.push(copied.known.memory);
    if (copied) return { memory: copied.known.memory, duplicate: !copied.again };
    const ruling = await this.gate.judge(envelope, more);
    if (ruling !== 'pass' && ruling !== 'keep') return null;
    this.#requireText(envelope);
    const key = keyOf(envelope);
    if (this.#past.wasForgotten(key)) return null;
    const known = this.#past.find(key)?.memory;
    if (known) return { memory: known, duplicate: true };
    const completed = more.complete ? await unlessLong(more.complete(), more.early?.taken) : envelope;
    if (!isSame(completed, envelope))
      throw new FatalError('internal', 'The connector gave another message for the one that was let in.');
    const { text, quote, parts, attachments, author } = completed;
    // Whose it is and where it was said, the gate has judged: that stays.
    const name = author.name ? { name: author.name } : {};
    const message = { ...envelope, text, quote, parts, attachments, author: { ...envelope.author, ...name } };
    await this.beforeStore(message);
    // From here on nothing waits: of twins one is first.
    const twin = this.#past.find(key)?.memory;
    if (twin) return { memory: twin, duplicate: true };
    const memory = this.#memory(message, ruling === 'pass' ? 'pending' : 'kept');
    this.#past.put({ memory, message });
    this.memories.push(memory);
    this.inbound.push(message);
    if (this.#options.echo) setImmediate(() => this.begin(memory).say(`echo: ${text}`));
    return { memory, duplicate: false };
  }

  async edit({ key, text, author, roles, home, addressed }: InboundEdit): Promise<boolean> {
    const known = this.#past.find(key);
    if (!known || known.memory.author.id !== author.id) return false;
    if (!(await this.gate.admits({ ...known.message, roles, home }))) return false;
    if (text.length > this.#options.maxTextChars) throw new FatalError('text_too_long', 'Say less.');
    known.memory.content = { ...known.memory.content, text };
    if (!addressed || known.memory.status !== 'kept') return true;
    known.memory.status = 'pending';
    if (this.#options.echo) setImmediate(() => this.begin(known.memory).say(`echo: ${text}`));
    return true;
  }

  async remove(key: SourceKey): Promise<boolean> {
    const gone = this.#past.remove(key);
    if (gone) this.memories.splice(this.memories.indexOf(gone.memory), 1);
    return gone !== undefined;
  }

  /** It does not know what replies are called on the platform: what no person said is one. */
  async react(reaction: InboundReaction): Promise<boolean> {
    this.reactions.push(reaction);
    const { emoji: _, removed: __, ...doer } = reaction;
    if (this.#past.find(keyOf(doer))) return false;
    return this.gate.admits({ ...doer, direct: false, text: '' });
  }

  async command(command: InboundCommand): Promise<CommandAnswer | null> {
    const { name: _, args, ...caller } = command;
    if ((await this.gate.judge({ ...caller, text: args })) !== 'pass') return null;
    const { id = newId() } = command;
    if (this.#answers.has(id)) return this.#answers.get(id)!;
    this.commands.push(command);
    this.#answers.set(id, this.onCommand(command));
    return this.#answers.get(id)!;
  }

  async press(press: InboundPress): Promise<string> {
    const { payload } = press;
    const offered = this.memories.some(({ content }) =>
      content.buttons?.some((one) => one.payload === payload),
    );
    if (!offered || this.presses.some((before) => before.payload === payload))
      throw new FatalError('button_invalid', 'This button is not valid here.');
    this.presses.push(press);
    return 'Noted.';
  }

  async getFile(key: string): Promise<Uint8Array | null> {
    return this.files.get(key) ?? null;
  }

  readonly notes: Notes = {
    get: async (key) => this.noted.get(key) ?? null,
    put: async (key, value) => void this.noted.set(key, structuredClone(value)),
    take: async (key) => {
      const value = this.noted.get(key) ?? null;
      this.noted.delete(key);
      return value;
    },
  };

  async watch(roomId: string, listener: (event: TurnEvent) => void): Promise<() => void> {
    const listeners = this.#listeners.get(roomId) ?? new Set();
    this.#listeners.set(roomId, listeners.add(listener));
    this.watchers += 1;
    return () => {
      this.watchers -= 1;
      listeners.delete(listener);
    };
  }

  async outcome(messageId: string): Promise<Outcome | null> {
    const message = this.memories.find(({ id }) => id === messageId);
    const turn = this.turns.get(message?.turnId ?? '');
    if (!turn) return null;
    const memory = this.memories.find(({ id }) => id === turn.replyId);
    const actions = turn.steps.flatMap((step) => step.actions);
    return {
      turnId: turn.turnId,
      error: turn.error,
      reply: memory ? { memory, actions, usage: turn.usage } : null,
    };
  }

  /** Rooms whose replies have not arrived. */
  readonly owing = new Set<string>();

  async owes(roomId: string): Promise<boolean> {
    return this.owing.has(roomId);
  }

  async turn(turnId: string): Promise<Turn | null> {
    return this.turns.get(turnId) ?? null;
  }

  async message(id: string): Promise<Memory | null> {
    return this.memories.find((memory) => memory.id === id) ?? null;
  }

  async history(roomId: string, { limit, cursor = '0' }: { limit: number; cursor?: string }) {
    const from = Number(cursor);
    if (Number.isNaN(from)) throw new FatalError('invalid_field', 'Unknown cursor.', { field: 'cursor' });
    const room = this.memories.filter((memory) => memory.roomId === roomId);
    const next = from + limit;
    return { items: room.slice(from, next), nextCursor: next < room.length ? String(next) : null };
  }

  async putFile(
    bytes: Uint8Array,
    { name, mediaType = 'application/octet-stream' }: { name: string; mediaType?: string },
  ): Promise<Attachment> {
    const file = newId();
    this.files.set(file, bytes);
    return { name, mediaType, size: bytes.length, file };
  }

  publish(roomId: string, event: TurnEvent): void {
    if (this.deaf) return;
    for (const tell of this.#listeners.get(roomId) ?? []) tell(event);
  }

  /** Starts the turn that covers these messages. */
  begin(...messages: Memory[]): FakeTurn {
    return new FakeTurn(this, messages);
  }

  /** The stored messages of people, once there are that many. */
  async received(count = 1): Promise<Memory[]> {
    for (;;) {
      const messages = this.memories.filter(({ role }) => role === 'user');
      if (messages.length >= count) return messages;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  #requireText({ text, parts = [], attachments = [], files = [] }: InboundMessage): void {
    if (text.trim() === '' && attachments.length + files.length + parts.length === 0)
      throw new FatalError('text_empty', 'Say something.');
    if (text.length > this.#options.maxTextChars) throw new FatalError('text_too_long', 'Say less.');
  }

  #memory(message: InboundMessage, status: 'pending' | 'kept'): Memory {
    const { agentId, source, author, text, quote, parts = [], attachments = [] } = message;
    const content = {
      text,
      attachments,
      replyTo: null,
      ...(quote && { quote }),
      ...(parts.length > 0 && { parts }),
    };
    return {
      ...{
        id: newId(),
        agentId,
        roomId: roomIdOf(agentId, source),
        scope: 'x',
        kind: 'message',
        role: 'user',
      },
      ...{ author, content, source, status, turnId: null, createdAt: Date.now() },
    };
  }

  #log(level: string): (_: object, message: string) => void {
    return (_, message) => void this.logged.push({ level, message });
  }
}

/** As the real one: what takes a while is taken before it is complete. */
async function unlessLong<T>(coming: Promise<T>, taken?: () => void): Promise<T> {
  const timer = taken && setTimeout(taken, 1000);
  return coming.finally(() => clearTimeout(timer));
}
