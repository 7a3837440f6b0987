/** A hub in memory for tests of connectors: it stores, and takes turns as the test says. */
import {
  type Attachment,
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
import { FakeTurn } from './turn.js';

/** How a hub in memory behaves. */
export interface FakeHostOptions {
  /** Every message is answered at once with `echo: ` and its text; otherwise the test takes the turns. */
  echo?: boolean;
  maxTextChars?: number;
}

/**
 * A hub for tests of a connector, with one agent, `eliza`. It has no gate: it takes whatever it is given.
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
  /** What a command is answered with. */
  onCommand: (command: InboundCommand) => string | null = ({ name }) => `did ${name}`;
  readonly logged: { level: string; message: string }[] = [];
  /** Awaited before a message is stored; throw to fail the store. */
  beforeStore: () => Promise<void> = async () => {};
  /** Set to lose every event, as a bus may. */
  deaf = false;
  watchers = 0;
  readonly #listeners = new Map<string, Set<(event: TurnEvent) => void>>();
  readonly #byKey = new Map<string, Memory>();
  readonly #options: Required<FakeHostOptions>;

  constructor(options: FakeHostOptions = {}) {
    this.#options = { echo: true, maxTextChars: 1000, ...options };
  }

  readonly log = {
    info: (_: object, message: string) => this.#log('info', message),
    warn: (_: object, message: string) => this.#log('warn', message),
    error: (_: object, message: string) => this.#log('error', message),
  };

  /** Set to turn everyone away who can wait. */
  overload: RetryableError | null = null;

  busy(): RetryableError | null {
    return this.overload;
  }

  requireAgent(agentId: string): void {
    if (!this.agents.has(agentId)) throw new FatalError('agent_unknown', `No agent "${agentId}".`);
  }

  async receive(envelope: InboundMessage, { complete }: Receiving = {}): Promise<Receipt | null> {
    this.requireAgent(envelope.agentId);
    const message = complete && !envelope.author.bot ? await complete() : envelope;
    const { text, source, attachments = [] } = message;
    if (text.trim() === '' && attachments.length === 0) throw new FatalError('text_empty', 'Say something.');
    if (text.length > this.#options.maxTextChars) throw new FatalError('text_too_long', 'Say less.');
    await this.beforeStore();
    if (message.author.bot) return null;
    const key = keyOf({ ...source, agentId: message.agentId });
    const known = this.#byKey.get(key);
    if (known) return { memory: known, duplicate: true };
    const memory = this.#memory(roomIdOf(message.agentId, source), message);
    this.#byKey.set(key, memory);
    this.memories.push(memory);
    this.inbound.push(message);
    if (this.#options.echo) setImmediate(() => this.begin(memory).say(`echo: ${text}`));
    return { memory, duplicate: false };
  }

  async edit({ key, text }: InboundEdit): Promise<boolean> {
    const known = this.#byKey.get(keyOf(key));
    if (known) known.content = { ...known.content, text };
    return known !== undefined;
  }

  async remove(key: SourceKey): Promise<boolean> {
    const known = this.#byKey.get(keyOf(key));
    if (known) this.memories.splice(this.memories.indexOf(known), 1);
    return known !== undefined;
  }

  async react(reaction: InboundReaction): Promise<boolean> {
    this.reactions.push(reaction);
    return true;
  }

  async command(command: InboundCommand): Promise<string | null> {
    this.commands.push(command);
    return this.onCommand(command);
  }

  async press(press: InboundPress): Promise<string> {
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

  #memory(roomId: string, { agentId, source, author, text, attachments = [] }: InboundMessage): Memory {
    const content = { text, attachments, replyTo: null };
    const state = { status: 'pending' as const, turnId: null, createdAt: Date.now() };
    return {
      id: newId(),
      agentId,
      roomId,
      scope: 'x',
      kind: 'message',
      role: 'user',
      author,
      content,
      source,
      ...state,
    };
  }

  #log(level: string, message: string): void {
    this.logged.push({ level, message });
  }
}

function keyOf({ agentId, connector, tenant, messageId }: SourceKey): string {
  return [agentId, connector, tenant, messageId].join('\n');
}
