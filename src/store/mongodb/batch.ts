import { performance } from 'node:perf_hooks';
import { isRetryable } from '../../errors.js';
import { unavailable } from './faults.js';

interface Waiting<T, R> {
  item: T;
  since: number;
  resolve(result: R | Promise<R>): void;
  reject(error: unknown): void;
}

/**
 * Writes that come while others are under way go together in one command. A lone write waits for nobody; under
 * load, many share a round trip and a flush to the servers' journals.
 */
export class Batch<T, R> {
  readonly #send: (items: T[]) => Promise<(R | Promise<R>)[]>;
  readonly #lanes: number;
  readonly #most: number;
  readonly #waitMs: number;
  #queue: Waiting<T, R>[] = [];
  #sending = 0;

  /**
   * `send` gives the results in the order of the items, some perhaps later, or fails for all of them. Up to `lanes` calls
   * of it run at once, each with at most `most` items. Who has waited for `waitMs` is not sent any more: what went before
   * is not answered.
   */
  constructor(
    send: (items: T[]) => Promise<(R | Promise<R>)[]>,
    { lanes, most, waitMs }: { lanes: number; most: number; waitMs: number },
  ) {
    this.#send = send;
    this.#lanes = lanes;
    this.#most = most;
    this.#waitMs = waitMs;
  }

  add(item: T): Promise<R> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ item, since: performance.now(), resolve, reject });
      // At the end of the tick: what is added in one go goes in one command.
      if (this.#queue.length === 1) queueMicrotask(() => this.#next());
    });
  }

  #next(): void {
    while (this.#sending < this.#lanes && this.#queue.length > 0) {
      if (this.#isLate(this.#queue[0]!)) {
        this.#queue.shift()!.reject(unavailable('MongoDB has not answered what was asked before.'));
        continue;
      }
      const taken = this.#queue.splice(0, this.#most);
      this.#sending++;
      void this.#deliver(taken).finally(() => {
        this.#sending--;
        this.#next();
      });
    }
  }

  #isLate({ since }: Waiting<T, R>): boolean {
    return performance.now() - since >= this.#waitMs;
  }

  async #deliver(taken: Waiting<T, R>[]): Promise<void> {
    try {
      const results = await this.#send(taken.map(({ item }) => item));
      taken.forEach(({ resolve }, i) => void resolve(results[i]!));
    } catch (error) {
      for (const { reject } of taken) reject(error);
    }
  }
}

/** All together; and each for itself where one that the server will never take would fail the others. */
export async function apart<T, R>(
  items: T[],
  together: (items: T[]) => Promise<R[]>,
  alone: (item: T) => Promise<R>,
): Promise<(R | Promise<R>)[]> {
  try {
    return await together(items);
  } catch (error) {
    if (items.length === 1 || isRetryable(error)) throw error;
    return items.map(alone);
  }
}
