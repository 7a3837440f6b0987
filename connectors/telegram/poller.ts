/**
 * Long polling. Not telegraf's: that one tells Telegram on its way out that a whole batch has been taken, also when
 * a handler failed or was not done, and takes the updates of one chat in any order.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, FatalError, type Host } from '../../src/extension-api.js';
import { type Api, Conflict, Refused } from './api.js';
import { updateKinds } from './payload.js';

export interface PollerOptions {
  api: Api;
  log: Host['log'];
  /** Durable when it resolves; an update whose handler threw is fetched again. */
  handle(update: unknown): Promise<void>;
  /** Updates of one lane are handled in order, those of others at the same time. */
  laneOf(update: unknown): string;
  /** Before the first poll; what it throws, `open` throws. */
  prepare(): Promise<void>;
  /** How long Telegram may hold a poll that has nothing to say. */
  pollSeconds: number;
}

/** How long a poll with nothing to tell waits for handlers before Telegram is asked for more. */
const handlersMs = 200;

const pauseMs = { first: 500, most: 15_000, refused: 60_000 };

/** The most that Telegram gives at once. */
const batch = 100;

/** Between polls while an update waits to be tried again. */
const heldMs = 500;

/** Beyond what Telegram holds a poll for: then the connection is taken for dead. */
const graceMs = 10_000;

type Fetched = { update_id: number };

export class Poller implements Connection {
  readonly id: string;
  readonly #options: PollerOptions;
  /** Fetched and not yet handled, or failed: no update from the first of these on is confirmed. */
  readonly #open = new Set<number>();
  readonly #running = new Map<number, Promise<boolean>>();
  readonly #done = new Set<number>();
  readonly #lanes = new Map<string, Promise<boolean>>();
  /** Lanes whose first update failed, and until when (Unix ms) nothing of them is tried. */
  readonly #held = new Map<string, { times: number; until: number }>();
  #next = 0;
  #failures = 0;
  #problem: string | null = 'not opened';
  #succeededAt = 0;
  #stop: AbortController | null = null;
  #loop: Promise<void> | null = null;

  constructor(options: PollerOptions) {
    this.#options = options;
    this.id = `telegram:${options.api.botId}`;
  }

  async open(): Promise<void> {
    if (this.#loop) return;
    const { api, prepare } = this.#options;
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    await prepare();
    // Telegram lets nobody poll while a webhook is set.
    await api.call('deleteWebhook', {}, { signal });
    if (signal.aborted) return;
    this.#succeededAt = Date.now();
    this.#problem = null;
    this.#loop = this.#run(signal);
  }

  async close(): Promise<void> {
    this.#stop?.abort();
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
    while (!signal.aborted) {
      try {
        const updates = await this.#fetch(signal);
        this.#forgetExpired(updates);
        for (const update of updates) this.#take(update);
        this.#succeeded();
        await this.#settled();
        if (this.#held.size > 0) await pause(heldMs, signal);
      } catch (error) {
        if (!signal.aborted) await this.#failed(error, signal);
      }
    }
    await this.#leave();
  }

  async #fetch(signal: AbortSignal): Promise<Fetched[]> {
    const timeout = this.#open.size > 0 ? 0 : this.#options.pollSeconds;
    const updates: unknown = await this.#options.api.call(
      'getUpdates',
      { offset: this.#offset, timeout, limit: batch, allowed_updates: [...updateKinds] },
      { signal, timeoutMs: timeout * 1000 + graceMs },
    );
    const fetched = updates as Fetched[];
    // All is confirmed. After a week without any, Telegram counts on from anywhere, also from below.
    if (fetched.length === 0 && this.#open.size === 0) {
      this.#next = 0;
      this.#done.clear();
    }
    return fetched.filter(({ update_id }) => Number.isSafeInteger(update_id));
  }

  /** Everything before it is confirmed by asking for it. */
  get #offset(): number {
    const offset = this.#open.size > 0 ? Math.min(...this.#open) : this.#next;
    for (const id of this.#done) if (id < offset) this.#done.delete(id);
    return offset;
  }

  /** Telegram keeps an update for a day: one it no longer hands out will not come again, and must not be waited for. */
  #forgetExpired(updates: Fetched[]): void {
    const ids = updates.map(({ update_id }) => update_id);
    const upTo = updates.length < batch ? Number.POSITIVE_INFINITY : Math.max(...ids);
    for (const id of this.#open) {
      if (id < upTo && !this.#running.has(id) && !ids.includes(id)) this.#open.delete(id);
    }
  }

  #take(update: Fetched): void {
    const { update_id: id } = update;
    if (this.#running.has(id) || this.#done.has(id)) return;
    const { handle, laneOf, log } = this.#options;
    const lane = laneOf(update);
    this.#open.add(id);
    this.#next = Math.max(this.#next, id + 1);
    if ((this.#held.get(lane)?.until ?? 0) > Date.now()) return;
    const before = this.#lanes.get(lane) ?? Promise.resolve(true);
    const taken = before
      // What comes after a failed update of its chat must wait until that one is handled.
      .then((ok) => ok && handle(update).then(() => true))
      .catch((err: unknown) => {
        log.warn({ err, updateId: id }, 'an update could not be taken; it is fetched again');
        const times = (this.#held.get(lane)?.times ?? 0) + 1;
        this.#held.set(lane, { times, until: Date.now() + backoff(times) });
        return false;
      })
      .then((ok) => {
        this.#running.delete(id);
        if (this.#lanes.get(lane) === taken) this.#lanes.delete(lane);
        if (ok) {
          this.#open.delete(id);
          this.#done.add(id);
          this.#held.delete(lane);
        }
        return ok;
      });
    this.#running.set(id, taken);
    this.#lanes.set(lane, taken);
  }

  /** Does not wait long: a slow chat must not hold up the others. */
  async #settled(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const waited = new Promise((resolve) => {
      timer = setTimeout(resolve, handlersMs);
    });
    await Promise.race([Promise.all(this.#running.values()), waited]);
    clearTimeout(timer);
  }

  #succeeded(): void {
    if (this.#problem) this.#options.log.info({ connection: this.id }, 'Telegram answers polls again');
    this.#problem = null;
    this.#failures = 0;
    this.#succeededAt = Date.now();
  }

  async #failed(error: unknown, signal: AbortSignal): Promise<void> {
    const refused = error instanceof Refused;
    const problem = described(error);
    if (problem !== this.#problem) {
      this.#problem = problem;
      const { log } = this.#options;
      if (refused || error instanceof Conflict) log.error({ connection: this.id }, problem);
      else log.warn({ connection: this.id }, problem);
    }
    this.#failures += 1;
    const asked = (error as { retryAfterMs?: number }).retryAfterMs;
    await pause(asked ?? (refused ? pauseMs.refused : backoff(this.#failures)), signal);
  }

  /** Lets handlers end, and confirms what they took, so that nobody is handed it again. */
  async #leave(): Promise<void> {
    await Promise.all(this.#running.values());
    if (this.#next === 0 || this.#problem) return;
    await this.#options.api
      .call('getUpdates', { offset: this.#offset, timeout: 0, limit: 1 }, { timeoutMs: 3000 })
      .catch(() => {});
  }
}

function backoff(failures: number): number {
  return Math.min(pauseMs.first * 2 ** (failures - 1), pauseMs.most);
}

/** Ends early where the signal says so. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return sleep(ms, undefined, { signal }).catch(() => {});
}

function described(error: unknown): string {
  if (error instanceof Conflict)
    return 'Another process receives this bot’s messages (409 Conflict): a second poller on the same token, or a webhook. Stop it, or give this hub a bot of its own.';
  if (error instanceof Refused && [401, 404].includes(error.refusal))
    return 'Telegram does not know the bot’s token (any more). Get the right one from @BotFather.';
  return error instanceof Error ? error.message : String(error);
}

/** @throws FatalError where the token is wrong: opening again will not help. */
export function openFailure(error: unknown): unknown {
  if (error instanceof Refused && [401, 404].includes(error.refusal))
    return new FatalError('config_invalid', described(error), { field: 'token' });
  return error;
}
