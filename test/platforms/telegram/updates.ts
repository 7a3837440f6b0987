/** The bot's queue of updates: fetched by long polling, or pushed to its webhook, never both. */
import type { Update } from 'telegraf/types';
import { badRequest, Refusal } from './refusal.js';

export type NewUpdate = Update extends infer U ? (U extends Update ? Omit<U, 'update_id'> : never) : never;

export interface Webhook {
  url: string;
  secret_token?: string;
  max_connections?: number;
}

interface Poll {
  offset: number;
  limit: number;
  answer(updates: Update[]): void;
  refuse(refusal: Refusal): void;
}

interface Queued {
  update: Update;
  /** Updates of one queue are pushed one at a time, each once the one before it is taken. */
  queue: number;
  /** How often it has been handed out, and how often the webhook did not take it. */
  sent: number;
  refused: number;
}

/** The real server's first pause after a webhook's refusal is 1 s, doubled up to a minute. */
const firstRetryMs = 50;

export class Updates {
  webhook: Webhook | null = null;
  allowed: string[] = [];
  /** Statuses a webhook has answered with, in order. */
  readonly answered: number[] = [];
  lastError: string | null = null;
  #pending: Queued[] = [];
  #lastId = 100_000;
  #poll: Poll | null = null;
  readonly #pushing = new Set<number>();
  #stopped = false;

  /** Queues an update. `queue` is its chat; the real server keeps an update for 24 hours, this one for good. */
  add(update: NewUpdate, queue: number): Update {
    this.#lastId += 1;
    const full = { ...update, update_id: this.#lastId } as Update;
    const kind = Object.keys(update)[0]!;
    const silent = ['message_reaction', 'message_reaction_count', 'chat_member'];
    const wanted = this.allowed.length === 0 ? !silent.includes(kind) : this.allowed.includes(kind);
    if (wanted) this.#pending.push({ update: full, queue, sent: 0, refused: 0 });
    this.#wake();
    return full;
  }

  get pending(): Update[] {
    return this.#pending.map(({ update }) => update);
  }

  /** How often this update has been handed out; null once it is confirmed. */
  sent(updateId: number): number | null {
    return this.#pending.find(({ update }) => update.update_id === updateId)?.sent ?? null;
  }

  /** How often the webhook has not taken it; 0 once it has. */
  refused(updateId: number): number {
    return this.#pending.find(({ update }) => update.update_id === updateId)?.refused ?? 0;
  }

  /** As after a week without updates: the next one's id follows this one. */
  countFrom(id: number): void {
    this.#lastId = id;
  }

  /** Telegram gives it up. */
  drop(updateId: number): void {
    this.#pending = this.#pending.filter(({ update }) => update.update_id !== updateId);
  }

  get polling(): boolean {
    return this.#poll !== null;
  }

  /** @throws Refusal 409 */
  fetch(
    { offset = 0, limit = 100, timeout = 0 }: { offset?: number; limit?: number; timeout?: number },
    signal: AbortSignal,
  ): Promise<Update[]> {
    if (this.webhook)
      throw new Refusal(
        409,
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
      );
    this.terminate();
    this.#pending = this.#pending.filter(({ update }) => update.update_id >= offset);
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        if (this.#poll === poll) this.#poll = null;
      };
      const poll: Poll = {
        offset,
        limit,
        answer: (updates) => {
          end();
          resolve(updates);
        },
        refuse: (refusal) => {
          end();
          reject(refusal);
        },
      };
      const timer = setTimeout(() => poll.answer([]), timeout * 1000);
      signal.addEventListener('abort', () => poll.answer([]));
      this.#poll = poll;
      this.#wake();
    });
  }

  /** A second getUpdates ends the one that waits. */
  terminate(): void {
    this.#poll?.refuse(
      new Refusal(
        409,
        'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
      ),
    );
  }

  setWebhook(webhook: Webhook | null): void {
    if (webhook && !/^https?:\/\//.test(webhook.url)) throw badRequest('bad webhook: invalid URL specified');
    this.webhook = webhook?.url ? webhook : null;
    this.#wake();
  }

  stop(): void {
    this.#stopped = true;
    this.#poll?.answer([]);
  }

  #wake(): void {
    if (this.#stopped) return;
    if (this.webhook) {
      for (const { queue } of this.#pending) void this.#push(queue);
      return;
    }
    const ready = this.#pending.slice(0, this.#poll?.limit);
    if (!this.#poll || ready.length === 0) return;
    for (const queued of ready) queued.sent += 1;
    this.#poll.answer(ready.map(({ update }) => update));
  }

  async #push(queue: number): Promise<void> {
    if (this.#pushing.has(queue)) return;
    this.#pushing.add(queue);
    let pauseMs = firstRetryMs;
    for (;;) {
      const next = this.#pending.find((queued) => queued.queue === queue);
      if (!next || !this.webhook || this.#stopped) break;
      next.sent += 1;
      const refused = await this.#post(next.update, this.webhook);
      if (refused === null) {
        this.#pending = this.#pending.filter((queued) => queued !== next);
        pauseMs = firstRetryMs;
      } else {
        next.refused += 1;
        await new Promise((resolve) => setTimeout(resolve, refused || pauseMs));
        pauseMs = Math.min(pauseMs * 2, 2000);
      }
    }
    this.#pushing.delete(queue);
  }

  /** One push; null if it was taken, else the pause in ms that was asked for, 0 for none. */
  async #post(update: Update, { url, secret_token }: Webhook): Promise<number | null> {
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(secret_token && { 'x-telegram-bot-api-secret-token': secret_token }),
        },
        body: JSON.stringify(update),
        signal: AbortSignal.timeout(60_000),
      });
      this.answered.push(response.status);
      if (response.ok) return null;
      this.lastError = `Wrong response from the webhook: ${response.status} ${response.statusText}`;
      return Number(response.headers.get('retry-after') ?? 0) * 1000;
    } catch {
      this.lastError = 'Connection refused';
      return 0;
    }
  }
}
