/** Jobs of one channel run one after another, in the order they came; channels do not wait for one another. */
export class Lanes {
  readonly #last = new Map<string, Promise<void>>();
  readonly #onError: (error: unknown) => void;
  #open = true;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** Resolves when the job has run, or when the lanes were closed before it could; never rejects. */
  run(channelId: string, job: () => Promise<void>): Promise<void> {
    const before = this.#last.get(channelId) ?? Promise.resolve();
    const mine = before.then(async () => {
      if (this.#open) await job().catch(this.#onError);
      if (this.#last.get(channelId) === mine) this.#last.delete(channelId);
    });
    this.#last.set(channelId, mine);
    return mine;
  }

  /** Begins no further job, and waits for those that have begun. */
  async close(): Promise<void> {
    this.#open = false;
    await Promise.all(this.#last.values());
  }
}
