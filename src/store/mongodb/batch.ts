/**
 * Writes that come while others are under way go together in one command. A lone write waits for nobody; under
 * load, many share a round trip and a flush to the servers' journals.
 */
export class Batch<T, R> {
  readonly #send: (items: T[]) => Promise<(R | Promise<R>)[]>;
  readonly #lanes: number;
  readonly #most: number;
  #queue: { item: T; resolve(result: R | Promise<R>): void; reject(error: unknown): void }[] = [];
  #sending = 0;

  /**
   * `send` gives the results in the order of the items, some perhaps later, or fails for all of them. Up to `lanes` calls of it run at
   * once, each with at most `most` items.
   */
  constructor(
    send: (items: T[]) => Promise<(R | Promise<R>)[]>,
    { lanes, most }: { lanes: number; most: number },
  ) {
    this.#send = send;
    this.#lanes = lanes;
    this.#most = most;
  }

  add(item: T): Promise<R> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ item, resolve, reject });
      // At the end of the tick: what is added in one go goes in one command.
      if (this.#queue.length === 1) queueMicrotask(() => this.#next());
    });
  }

  #next(): void {
    while (this.#sending < this.#lanes && this.#queue.length > 0) {
      const taken = this.#queue.splice(0, this.#most);
      this.#sending++;
      void this.#deliver(taken).finally(() => {
        this.#sending--;
        this.#next();
      });
    }
  }

  async #deliver(
    taken: { item: T; resolve(result: R | Promise<R>): void; reject(error: unknown): void }[],
  ): Promise<void> {
    try {
      const results = await this.#send(taken.map(({ item }) => item));
      taken.forEach(({ resolve }, i) => void resolve(results[i]!));
    } catch (error) {
      for (const { reject } of taken) reject(error);
    }
  }
}
