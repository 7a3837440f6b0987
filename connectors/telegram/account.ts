/** The bot's own account. It may be renamed while we run: then it is called by its new name. */
import { LRUCache } from 'lru-cache';
import { atMost } from '../../src/extension-api.js';
import type { Api } from './api.js';
import { otherBots } from './entities.js';
import type { Message, User } from './payload.js';
import { wordsOf } from './reader.js';

/** How long an account is taken to be called what it was, in ms. */
const freshMs = 300_000;

/** How long one that is asked for is waited for where an older answer is at hand, in ms. */
const patienceMs = 2000;

export class Account {
  readonly #api: Api;
  /** Names that were not ours when we last asked. */
  readonly #others = new LRUCache<string, true>({ max: 1000, ttl: freshMs });
  #known: User | null = null;
  #askedAt = Number.NEGATIVE_INFINITY;
  #asking: Promise<User> | null = null;

  constructor(api: Api) {
    this.#api = api;
  }

  /** @throws what the API throws, while it has never answered. */
  async get(): Promise<User> {
    if (!this.#known) return this.#ask();
    if (performance.now() - this.#askedAt > freshMs) this.#ask().catch(() => {});
    return this.#known;
  }

  /** As `get`; where a message names a bot that we have not heard of, it may be us. */
  async hearing(message: Partial<Message>): Promise<User> {
    const bot = await this.get();
    const { text, entities } = wordsOf(message);
    const unknown = otherBots(text, entities, bot).filter((name) => !this.#others.has(name));
    if (unknown.length === 0) return bot;
    for (const name of unknown) this.#others.set(name, true);
    return (
      (await atMost(
        patienceMs,
        this.#ask().catch(() => bot),
      )) ?? bot
    );
  }

  #ask(): Promise<User> {
    this.#askedAt = performance.now();
    this.#asking ??= this.#api
      .call('getMe', {})
      .then((user) => {
        this.#known = user;
        return user;
      })
      .finally(() => {
        this.#asking = null;
      });
    return this.#asking;
  }
}
