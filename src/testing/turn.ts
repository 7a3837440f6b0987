import { type ActionRecord, type Memory, newId, type Turn, type TurnEvent } from '../extension-api.js';

/** What a turn changes of its hub. */
interface TurnHost {
  memories: Memory[];
  turns: Map<string, Turn>;
  publish(roomId: string, event: TurnEvent): void;
}

/** A turn that a test takes by hand. */
export class FakeTurn {
  readonly id = `turn_${newId()}`;
  readonly #host: TurnHost;
  readonly #messages: Memory[];
  readonly #roomId: string;
  readonly #actions: ActionRecord[] = [];
  #attempt = 0;

  constructor(host: TurnHost, messages: Memory[]) {
    this.#host = host;
    this.#messages = messages;
    this.#roomId = messages[0]!.roomId;
    this.start();
  }

  get covers(): string[] {
    return this.#messages.map(({ id }) => id);
  }

  /** Once more, and the turn is in its next attempt. */
  start(): this {
    this.#attempt += 1;
    return this.#tell({
      type: 'turn.started',
      turnId: this.id,
      roomId: this.#roomId,
      covers: this.covers,
      attempt: this.#attempt,
    });
  }

  delta(text: string): this {
    return this.#tell({ type: 'text.delta', turnId: this.id, text });
  }

  act(name: string, args: string, result: string): this {
    const callId = `call_${this.#actions.length}`;
    this.#actions.push({
      callId,
      name,
      arguments: args,
      result,
      ok: true,
      startedAt: Date.now(),
      state: 'done',
      durationMs: 1,
    });
    this.#tell({ type: 'action.started', turnId: this.id, callId, name, arguments: args });
    return this.#tell({ type: 'action.finished', turnId: this.id, callId, name, ok: true, result });
  }

  /** Streams the text in two deltas and commits it. */
  say(text: string): Memory | null {
    const half = Math.ceil(text.length / 2);
    return this.delta(text.slice(0, half)).delta(text.slice(half)).commit(text);
  }

  /** Null: the agent stays silent. */
  commit(text: string | null): Memory | null {
    return this.#finish(text, null);
  }

  fail(text: string, message = 'model exploded'): Memory | null {
    return this.#finish(text, { code: 'model_unavailable', message });
  }

  #finish(text: string | null, error: { code: string; message: string } | null): Memory | null {
    const [first] = this.#messages;
    const usage = { inputTokens: 7, outputTokens: 3 };
    const memory: Memory | null =
      text === null
        ? null
        : {
            ...first!,
            id: newId(),
            role: 'assistant',
            author: { id: first!.agentId },
            content: { text, attachments: [], replyTo: first!.id },
            status: 'kept',
            turnId: this.id,
          };
    if (memory) this.#host.memories.push(memory);
    for (const message of this.#messages) {
      message.turnId = this.id;
      message.status = error ? 'failed' : 'handled';
    }
    this.#host.turns.set(this.id, {
      turnId: this.id,
      roomId: this.#roomId,
      agentId: first!.agentId,
      covers: this.covers,
      steps: [{ text: '', actions: this.#actions, usage }],
      status: error ? 'failed' : 'done',
      replyId: memory?.id ?? null,
      model: 'fake',
      usage,
      attempt: this.#attempt,
      error,
      startedAt: Date.now(),
      finishedAt: Date.now(),
    });
    const reply = memory && { memory, actions: this.#actions, usage };
    const ended = { turnId: this.id, covers: this.covers, reply };
    this.#tell(error ? { type: 'turn.failed', ...ended, error } : { type: 'reply', ...ended });
    return memory;
  }

  #tell(event: TurnEvent): this {
    this.#host.publish(this.#roomId, event);
    return this;
  }
}
