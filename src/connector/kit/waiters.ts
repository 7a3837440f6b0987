/**
 * Waits for the answers to messages. Room events save the wait; a slow look into the store makes up for those
 * that are lost.
 */
import type { TurnEvent } from '../../core/events.js';
import type { InboundMessage } from '../../core/inbound.js';
import { roomIdOf } from '../../core/memory.js';
import { RetryableError, turnFailureCode } from '../../errors.js';
import type { Host, Outcome, Receipt, Receiving } from '../connector.js';
import type { TurnFailure } from './turn-failure.js';

/** How long callers wait, and how many may. */
export interface WaitLimits {
  /** How long a caller waits for its answer, in ms. */
  timeoutMs: number;
  /** Between looks into the store, in ms; default 2,000. */
  pollMs?: number | undefined;
  /** So many may wait at once. */
  maxBacklog: number;
}

/** Who asks, and how the asking may end before there is an answer. */
export interface Asking extends Pick<Receiving, 'from' | 'complete'> {
  /** The caller has left, or its token was revoked: then that is the reason, an error. */
  revoked?: AbortSignal | undefined;
  /** Where the answer is sent: once it is closed, nobody waits. */
  to: { once(event: 'close', listener: () => void): unknown; readonly destroyed: boolean };
  /** The message is stored; what follows is told to `see`. */
  stored?(receipt: Receipt): void;
  see?(event: TurnEvent): void;
}

type Listener = (event: TurnEvent) => void;

interface Watched {
  listeners: Set<Listener>;
  ending: Promise<() => void>;
}

/** One subscription a room, however many wait in it. */
export class Waiters {
  readonly #rooms = new Map<string, Watched>();
  readonly #waits = new Set<Wait>();
  readonly #host: Host;
  readonly #limits: WaitLimits;

  constructor(host: Host, limits: WaitLimits) {
    this.#host = host;
    this.#limits = limits;
  }

  get size(): number {
    return this.#waits.size;
  }

  /** What a caller is told instead of being served, since too much waits already; null: go on. */
  busy(): RetryableError | null {
    const busy = this.#host.busy();
    if (busy || this.size < this.#limits.maxBacklog) return busy;
    return new RetryableError(
      'overloaded',
      `${this.size} requests wait for their replies; come back later.`,
      {
        retryAfterMs: 2000,
      },
    );
  }

  /**
   * Sends a message and waits for its answer; null: there is none, or the caller has left. Ask `busy` before.
   * @throws what `Host.receive` throws; `reply_timeout`, `shutting_down`; the models' own error where they are away.
   */
  async ask(message: InboundMessage, asking: Asking): Promise<Outcome | null> {
    const { from, complete, revoked, to, stored, see } = asking;
    const wait = await this.open(roomIdOf(message.agentId, message.source));
    to.once('close', () => wait.end());
    wait.endWith(revoked);
    try {
      const receipt = await this.#host.receive(message, { from, complete });
      if (receipt) stored?.(receipt);
      if (!receipt || to.destroyed) return null;
      if (receipt.outcome) return receipt.outcome;
      wait.follow(receipt, see);
      return await wait.outcome;
    } finally {
      wait.end();
    }
  }

  /** Open it before the message is sent, so that no event is missed; `end` it whatever happens. */
  async open(roomId: string): Promise<Wait> {
    const wait: Wait = new Wait(this.#host, this.#limits, () => {
      this.#waits.delete(wait);
      this.#leave(roomId, wait.see);
    });
    this.#waits.add(wait);
    await this.#join(roomId, wait.see);
    return wait;
  }

  /** Everyone still waiting is told `shutting_down`. */
  stop(): void {
    const stopping = new RetryableError(
      'shutting_down',
      'The hub is stopping. The message is stored; send it again with the same messageId for its answer.',
    );
    for (const wait of this.#waits) wait.fail(stopping);
  }

  async #join(roomId: string, listener: Listener): Promise<void> {
    let room = this.#rooms.get(roomId);
    if (!room) {
      const listeners = new Set<Listener>();
      const tellAll = (event: TurnEvent) => {
        for (const tell of listeners) tell(event);
      };
      room = {
        listeners,
        ending: this.#host.watch(roomId, tellAll).catch((err) => this.#withoutEvents(err)),
      };
      this.#rooms.set(roomId, room);
    }
    room.listeners.add(listener);
    await room.ending;
  }

  #leave(roomId: string, listener: Listener): void {
    const room = this.#rooms.get(roomId);
    if (!room?.listeners.delete(listener) || room.listeners.size > 0) return;
    this.#rooms.delete(roomId);
    void room.ending.then((end) => end());
  }

  #withoutEvents(err: unknown): () => void {
    this.#host.log.warn({ err }, 'room events are not available; answers are looked for in the store');
    return () => {};
  }
}

/** One message on its way to its answer. */
export class Wait {
  /**
   * Null when the caller left. Rejects with `reply_timeout` and `shutting_down`, and with the models' own error where
   * the turn waits for them for longer than the caller does.
   */
  readonly outcome: Promise<Outcome | null>;
  readonly #host: Host;
  readonly #limits: WaitLimits;
  readonly #leave: () => void;
  /** What came before the message's id was known. */
  #early: TurnEvent[] = [];
  #memoryId: string | null = null;
  #listener: Listener = () => {};
  #turnId: string | null = null;
  /** Of the last try, where the turn waits for its models; `until`: they are not asked before (Unix ms). */
  #away: { code: string; message: string; until: number } | null = null;
  #deadline = 0;
  #timer: NodeJS.Timeout | undefined;
  #settled = false;
  #resolve!: (outcome: Outcome | null) => void;
  #reject!: (error: unknown) => void;

  constructor(host: Host, limits: WaitLimits, leave: () => void) {
    this.#host = host;
    this.#limits = limits;
    this.#leave = leave;
    this.outcome = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // It may fail before anyone asks for it.
    this.outcome.catch(() => {});
  }

  /** The message is stored: its events go to `listener` from now on, those that came meanwhile first. */
  follow({ memory, duplicate }: Receipt, listener: Listener = () => {}): void {
    this.#memoryId = memory.id;
    this.#listener = listener;
    this.#deadline = performance.now() + this.#limits.timeoutMs;
    const early = this.#early;
    this.#early = [];
    for (const event of early) this.see(event);
    if (this.#settled) return;
    if (duplicate) void this.#look();
    else this.#wait();
  }

  readonly see = (event: TurnEvent): void => {
    if (this.#settled) return;
    if (this.#memoryId === null) {
      this.#early.push(event);
      return;
    }
    this.#listener(event);
    if ('covers' in event && event.covers.includes(this.#memoryId)) this.#turnId = event.turnId;
    if (event.type === 'turn.waiting' && event.turnId === this.#turnId) this.#waitForModels(event);
    if (event.type !== 'reply' && event.type !== 'turn.failed') return;
    if (!event.covers.includes(this.#memoryId)) return;
    const error = event.type === 'turn.failed' ? event.error : null;
    this.#settle(() => this.#resolve({ turnId: event.turnId, reply: event.reply, error }));
  };

  fail(error: unknown): void {
    this.#settle(() => this.#reject(error));
  }

  /** Fails once the signal is aborted, with its reason. */
  endWith(signal: AbortSignal | undefined): void {
    if (signal?.aborted) this.fail(signal.reason);
    else signal?.addEventListener('abort', () => this.fail(signal.reason), { once: true });
  }

  /** What is known of the turn that was waited for, to go with why there is no answer. */
  get about(): Pick<TurnFailure, 'turnId' | 'cause'> {
    return { turnId: this.#turnId, ...(this.#away && { cause: this.#away.message }) };
  }

  #waitForModels({ until, error }: Extract<TurnEvent, { type: 'turn.waiting' }>): void {
    this.#away = { ...error, until };
    // No answer can come in time.
    if (until - Date.now() > this.#deadline - performance.now()) this.fail(this.#late());
  }

  /** The caller is served, or gone. The turn goes on. */
  end(): void {
    this.#settle(() => this.#resolve(null));
  }

  #settle(tell: () => void): void {
    if (this.#settled) return;
    this.#settled = true;
    clearTimeout(this.#timer);
    this.#leave();
    tell();
  }

  #wait(): void {
    const left = this.#deadline - performance.now();
    this.#timer = setTimeout(
      () => void this.#look(),
      Math.min(this.#limits.pollMs ?? 2000, Math.max(left, 0)),
    );
  }

  async #look(): Promise<void> {
    try {
      const outcome = await this.#host.outcome(this.#memoryId!);
      if (outcome) return this.#settle(() => this.#resolve(outcome));
    } catch (err) {
      this.#host.log.warn({ err }, 'the answer could not be looked for; it will be tried again');
    }
    if (this.#settled) return;
    if (performance.now() < this.#deadline) return this.#wait();
    this.fail(this.#late());
  }

  #late(): RetryableError {
    if (this.#away) {
      const { code, until } = this.#away;
      return new RetryableError(
        turnFailureCode(code),
        'The language model cannot be reached. The message is stored and will be answered once it is back: send it again with the same messageId.',
        { retryAfterMs: Math.max(1000, until - Date.now()) },
      );
    }
    return new RetryableError(
      'reply_timeout',
      `No reply within ${this.#limits.timeoutMs / 1000} s. The message is stored and will be answered: send it again with the same messageId, or read the room's messages.`,
    );
  }
}
