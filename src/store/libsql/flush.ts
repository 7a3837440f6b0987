/**
 * Flushes of the write-ahead log. SQLite has handed a committed group to the kernel; a flush brings it to the disk,
 * without holding up the thread that writes. One is under way at a time: whoever comes meanwhile shares the next one.
 */
export class Flush {
  readonly #sync: () => Promise<void>;
  #running: Promise<void> | null = null;
  #next: Promise<void> | null = null;

  /** @param sync flushes what has been written to the log until now; once it has failed, it is not called again. */
  constructor(sync: () => Promise<void>) {
    this.#sync = sync;
  }

  /** Resolves when all that is committed now is on the disk: a flush under way may have begun too early for that. */
  covering(): Promise<void> {
    if (this.#running === null) return this.#start();
    this.#next ??= this.#running.then(() => this.#start());
    return this.#next;
  }

  /** Resolves when no flush is under way any more, whatever came of it. */
  async settled(): Promise<void> {
    await (this.#next ?? this.#running)?.catch(() => {});
  }

  #start(): Promise<void> {
    this.#next = null;
    const running = this.#sync();
    this.#running = running;
    // After a failed one nobody can know what is on the disk (the kernel forgets what it could not write): it stays.
    running.then(
      () => {
        if (this.#running === running) this.#running = null;
      },
      () => {},
    );
    return running;
  }
}
