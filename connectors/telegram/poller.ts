/**
 * Long polling. Not telegraf's: that one tells Telegram on its way out that a whole batch has been taken, also when
 * a handler failed or was not done, and takes the updates of one chat in any order.
 */
import {
  atMost,
  backOffMs,
  type Connection,
  FatalError,
  type Host,
  KeyedQueue,
  pause,
  untilDone,
} from '../../src/extension-api.js';
import { type Api, Conflict, Refused } from './api.js';
import { updateKinds } from './payload.js';

export interface PollerOptions {
  api: Api;
  log: Host['log'];
  /** Durable when it resolves. What it throws has it tried again, with the updates of its lane waiting behind it. */
  handle(update: unknown): Promise<void>;
  /** Updates of one lane are handled in order, those of others at the same time. */
  laneOf(update: unknown): string;
  /** Before the first poll, and again after what may pass. */
  prepare(): Promise<void>;
  /** How long Telegram may hold a poll that has nothing to say. */
  pollSeconds: number;
}

/** How long handlers are waited for before Telegram is asked for more; it doubles while nothing new comes. */
const handlersMs = { first: 300, longest: 1000 };

/** An update that could not be taken. */
const pauses = { firstMs: 500, longestMs: 15_000 };
/** A poll that failed: short enough to see within a second that Telegram is back. */
const failurePauses = { firstMs: 250, longestMs: 800 };
/** Two that poll end each other's polls: whoever is in a hurry makes it worse. */
const conflictPauses = { firstMs: 500, longestMs: 15_000 };
const refusedMs = 10_000;

/** The most that Telegram gives at once. */
const batch = 100;

/** Beyond what Telegram holds a poll for: then the connection is taken for dead. */
const graceMs = 10_000;

const connecting = 'connecting';

type Fetched = { update_id: number };

export class Poller implements Connection {
  readonly id: string;
  readonly #options: PollerOptions;
  /** Fetched and not yet handled, by what gives each up: none from the first of these on is confirmed. */
  readonly #open = new Map<number, AbortController>();
  #queue = new KeyedQueue();
  /** All before it have been fetched. */
  #next = 0;
  #failures = 0;
  #problem: string | null = 'not opened';
  #succeededAt = 0;
  #prepared = false;
  #stop: AbortController | null = null;
  #loop: Promise<void> | null = null;

  constructor(options: PollerOptions) {
    this.#options = options;
    this.id = `telegram:${options.api.botId}`;
  }

  /** Resolves also while Telegram is away: then it goes on by itself, and `health` says so. */
  async open(): Promise<void> {
    if (this.#loop) return;
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    this.#open.clear();
    this.#queue = new KeyedQueue();
    this.#next = 0;
    this.#prepared = false;
    this.#problem = connecting;
    try {
      await this.#prepare(signal);
    } catch (error) {
      if (error instanceof FatalError) throw error;
      if (!signal.aborted) this.#problem = this.#told(error);
    }
    if (!signal.aborted) this.#loop = this.#run(signal);
  }

  async close(): Promise<void> {
    this.#stop?.abort();
    for (const handling of this.#open.values()) handling.abort();
    await this.#loop;
    this.#loop = null;
    this.#problem ??= 'closed';
  }

  health(): string {
    if (this.#problem) return this.#problem;
    const silentMs = Date.now() - this.#succeededAt;
    const limitMs = 2 * (this.#options.pollSeconds * 1000 + graceMs);
    return silentMs > limitMs
      ? `Telegram has not answered a poll for ${Math.round(silentMs / 1000)} s`
      : 'ok';
  }

  async #run(signal: AbortSignal): Promise<void> {
    let waitMs = handlersMs.first;
    while (!signal.aborted) {
      try {
        await this.#prepare(signal);
        const updates = await this.#fetch(signal);
        this.#forgetExpired(updates);
        const before = this.#next;
        for (const update of updates) this.#take(update, signal);
        this.#succeeded();
        const { first, longest } = handlersMs;
        waitMs = this.#next === before ? Math.min(waitMs * 2, longest) : first;
        // Does not wait long: a slow chat must not hold up the others.
        await atMost(waitMs, this.#queue.idle());
      } catch (error) {
        if (!signal.aborted) await this.#failed(error, signal);
      }
    }
    await this.#leave();
  }

  async #prepare(signal: AbortSignal): Promise<void> {
    if (this.#prepared) return;
    const { api, prepare } = this.#options;
    try {
      await prepare();
      // Telegram lets nobody poll while a webhook is set.
      await api.call('deleteWebhook', {}, { signal });
    } catch (error) {
      throw openFailure(error);
    }
    this.#prepared = true;
    this.#succeededAt = Date.now();
    if (this.#problem === connecting) this.#problem = null;
  }

  async #fetch(signal: AbortSignal): Promise<Fetched[]> {
    // After a failure it is asked at once whether all is well, not once there is something to tell.
    const timeout = this.#open.size > 0 || this.#problem ? 0 : this.#options.pollSeconds;
    const updates: unknown = await this.#options.api.call(
      'getUpdates',
      { offset: this.#offset, timeout, limit: batch, allowed_updates: [...updateKinds] },
      { signal, timeoutMs: timeout * 1000 + graceMs },
    );
    const fetched = updates as Fetched[];
    // All is confirmed. After a week without any, Telegram counts on from anywhere, also from below.
    if (fetched.length === 0 && this.#open.size === 0) this.#next = 0;
    return fetched.filter(({ update_id }) => Number.isSafeInteger(update_id));
  }

  /** Everything before it is confirmed by asking for it. */
  get #offset(): number {
    return Math.min(this.#next, ...this.#open.keys());
  }

  /** Telegram keeps an update for a day: one it no longer hands out will not come again, and must not be waited for. */
  #forgetExpired(updates: Fetched[]): void {
    const ids = updates.map(({ update_id }) => update_id);
    const upTo = updates.length < batch ? Number.POSITIVE_INFINITY : Math.max(...ids);
    for (const [id, handling] of this.#open) if (id < upTo && !ids.includes(id)) handling.abort();
  }

  #take(update: Fetched, stop: AbortSignal): void {
    const { update_id: id } = update;
    // Handed out again, since something before it is not confirmed yet.
    if (id < this.#next) return;
    this.#next = id + 1;
    const { handle, laneOf, log } = this.#options;
    const handling = new AbortController();
    this.#open.set(id, handling);
    const job = () => untilDone(() => handle(update), { ...pauses, signal: handling.signal, waiting });
    const waiting = (err: unknown, retryInMs: number) =>
      log.warn({ err, updateId: id, retryInMs }, 'an update could not be taken; it is tried again');
    this.#queue.run(laneOf(update), job).then(
      () => this.#open.delete(id),
      (err) => {
        // It comes again to whoever polls next.
        if (stop.aborted) return;
        this.#open.delete(id);
        log.error({ err, updateId: id }, 'an update is left out');
      },
    );
  }

  #succeeded(): void {
    if (this.#problem) this.#options.log.info({ connection: this.id }, 'Telegram answers polls again');
    this.#problem = null;
    this.#failures = 0;
    this.#succeededAt = Date.now();
  }

  async #failed(error: unknown, signal: AbortSignal): Promise<void> {
    this.#problem = this.#told(error);
    this.#failures += 1;
    const growing = error instanceof Conflict ? conflictPauses : failurePauses;
    const refused = error instanceof FatalError;
    await pause(refused ? refusedMs : backOffMs(this.#failures, growing, error), signal);
  }

  /** Said in the log when it is new. */
  #told(error: unknown): string {
    const problem = described(error);
    if (problem === this.#problem) return problem;
    const grave = error instanceof FatalError || error instanceof Conflict;
    this.#options.log[grave ? 'error' : 'warn']({ connection: this.id }, problem);
    return problem;
  }

  /** Lets handlers end, and confirms what they took, so that nobody is handed it again. */
  async #leave(): Promise<void> {
    await this.#queue.close();
    if (this.#next === 0 || this.#problem) return;
    await this.#options.api
      .call('getUpdates', { offset: this.#offset, timeout: 0, limit: 1 }, { timeoutMs: 3000 })
      .catch(() => {});
  }
}

function described(error: unknown): string {
  if (error instanceof Conflict)
    return 'Another process receives this bot’s messages (409 Conflict): a second poller on the same token, or a webhook. Stop it, or give this hub a bot of its own.';
  if (error instanceof Refused && [401, 404].includes(error.refusal))
    return 'Telegram does not know the bot’s token (any more). Get the right one from @BotFather.';
  return error instanceof Error ? error.message : String(error);
}

/** Final where the token is wrong: opening again will not help. */
export function openFailure(error: unknown): unknown {
  if (error instanceof Refused && [401, 404].includes(error.refusal))
    return new FatalError('config_invalid', described(error), { field: 'token' });
  return error;
}
