/**
 * Where spendings lie: a record each. What is asked of one while it is being written goes together in the next write, so a
 * busy worker writes it rarely, and workers meet there rather than their calls.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { RetryableError } from '../errors.js';
import type { TypedRecords, Versioned } from '../store/record.js';
import type { Spending } from './spending.js';

/** Gives what is to lie there, the same object where nothing changes, and what its caller wants to know. */
export type Change<T> = (spending: Spending | null) => { next: Spending | null; answer: T };

interface Waiting {
  change: Change<unknown>;
  resolve(answer: never): void;
  reject(error: unknown): void;
}

export const mostKnown = 5_000;
const mostTries = 60;
/** Between tries, by chance up to this and longer with each, in ms. */
const pauseMs = 4;

export class Ledger {
  readonly #records: TypedRecords<Spending>;
  /** As they were last read or written here; another process may have changed them since. */
  readonly #known = new LRUCache<string, Versioned<Spending>>({ max: mostKnown });
  readonly #waiting = new Map<string, Waiting[]>();
  readonly #writing = new Set<Promise<void>>();

  constructor(records: TypedRecords<Spending>) {
    this.#records = records;
  }

  /**
   * Durable when it resolves. `change` may run several times.
   * @throws RetryableError `store_unavailable`; nobody can say then whether it has changed.
   */
  change<T>(id: string, change: Change<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(id);
      const one = { change, resolve, reject };
      if (waiting) {
        waiting.push(one);
        return;
      }
      this.#waiting.set(id, [one]);
      const writing = this.#work(id).finally(() => this.#writing.delete(writing));
      this.#writing.add(writing);
    });
  }

  /** Anew from the store; null: nothing was spent. */
  async read(id: string): Promise<Spending | null> {
    return (await this.#records.get(id))?.value ?? null;
  }

  /** What was asked for is written, or is not. */
  async ended(): Promise<void> {
    await Promise.all(this.#writing);
  }

  async #work(id: string): Promise<void> {
    for (;;) {
      // What is asked for in this tick goes together.
      await undefined;
      const taken = this.#waiting.get(id) ?? [];
      if (taken.length === 0) {
        this.#waiting.delete(id);
        return;
      }
      this.#waiting.set(id, []);
      try {
        const answers = await this.#write(id, taken);
        for (const [index, { resolve }] of taken.entries()) resolve(answers[index] as never);
      } catch (error) {
        this.#known.delete(id);
        for (const { reject } of taken) reject(error);
      }
    }
  }

  async #write(id: string, changes: Waiting[]): Promise<unknown[]> {
    const known = this.#known.get(id);
    let found = known ?? (await this.#records.get(id));
    for (let tries = 1; tries <= mostTries; tries++) {
      let value = found?.value ?? null;
      const answers = changes.map(({ change }) => {
        const { next, answer } = change(value);
        value = next;
        return answer;
      });
      if (value !== null && value !== found?.value) {
        const version = found?.version ?? 0;
        if (await this.#records.put(id, value, version)) {
          this.#known.set(id, { id, version: version + 1, value });
          return answers;
        }
        if (tries > 1) await sleep(Math.random() * Math.min(tries, 25) * pauseMs);
        // What is only known here may be old, and then it is no ground to refuse anything.
      } else if (!known || tries > 1) return answers;
      found = await this.#records.get(id);
      if (found) this.#known.set(id, found);
      else this.#known.delete(id);
    }
    throw new RetryableError('store_unavailable', `Others change the spending "${id}" all the time.`);
  }
}
