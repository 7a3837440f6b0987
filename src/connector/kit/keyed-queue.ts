import { RetryableError } from '../../errors.js';

/** Jobs of one key run one after another, in the order they came; keys do not wait for one another. */
export class KeyedQueue {
  /** Of each key that has jobs, when its newest is over; never rejects. */
  readonly #last = new Map<string, Promise<void>>();
  #open = true;

  /** Keys that have jobs. */
  get size(): number {
    return this.#last.size;
  }

  /**
   * Settles as the job does. That one fails does not keep the next from running.
   * @throws RetryableError `shutting_down` when the queue was closed before the job could begin.
   */
  run<T>(key: string, job: () => T | Promise<T>): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve();
    const mine = before.then(() => {
      if (!this.#open) throw new RetryableError('shutting_down', 'It stops, and begins nothing new.');
      return job();
    });
    const leave = () => {
      if (this.#last.get(key) === over) this.#last.delete(key);
    };
    const over: Promise<void> = mine.then(leave, leave);
    this.#last.set(key, over);
    return mine;
  }

  /** Resolves when all that is in the queue now is over. Never rejects. */
  async idle(): Promise<void> {
    await Promise.all(this.#last.values());
  }

  /** Drops what has not begun, and resolves when what runs is over. */
  close(): Promise<void> {
    this.#open = false;
    return this.idle();
  }
}
