import { LRUCache } from 'lru-cache';
import type { EventBus } from '../bus/bus.js';
import { type AccessEvent, accessTopic } from '../core/events.js';
import type { Logger } from '../logger.js';

/**
 * How long what was read counts, in ms: with the time that reading takes, what is taken away in another process counts
 * here within a second, also if its event is lost.
 */
export const freshMs = 800;
const mostKept = 10_000;

/** What was read lately, by key. What could not be read is not kept. */
export class Fresh<T> {
  readonly #read = new LRUCache<string, Promise<T>>({ max: mostKept, ttl: freshMs, ttlResolution: 0 });

  get size(): number {
    return this.#read.size;
  }

  get(key: string, read: () => Promise<T>): Promise<T> {
    const known = this.#read.get(key);
    if (known) return known;
    // Its age counts from here: what is read may be as old as the question.
    const reading = read();
    this.#read.set(key, reading);
    reading.catch(() => {
      if (this.#read.peek(key) === reading) this.#read.delete(key);
    });
    return reading;
  }

  clear(): void {
    this.#read.clear();
  }
}

/** Everything about people and roles that is kept for a moment: one change lets go of all, in every process. */
export class Freshness {
  readonly #bus: EventBus;
  readonly #kept: { clear(): void }[] = [];

  constructor(bus: EventBus) {
    this.#bus = bus;
  }

  kept<T>(): Fresh<T> {
    const fresh = new Fresh<T>();
    this.#kept.push(fresh);
    return fresh;
  }

  /** Call when something is stored. */
  changed(): void {
    this.#clear();
    this.#bus.publish(accessTopic, { type: 'access.changed' });
  }

  /** Listens to the other processes. */
  watch(log: Pick<Logger, 'warn'>): void {
    this.#bus
      .subscribe<AccessEvent>(accessTopic, () => this.#clear())
      .catch((err) => log.warn({ err }, 'changes of roles are seen a little later'));
  }

  #clear(): void {
    for (const kept of this.#kept) kept.clear();
  }
}
