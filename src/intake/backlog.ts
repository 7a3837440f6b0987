import { RetryableError } from '../errors.js';
import type { RoomQueue } from '../queue/queue.js';

/** Age from which a count is too old to go by; until the next one is in, the old one counts. */
const freshMs = 1000;
const longestWaitMs = 30_000;

/**
 * How many rooms wait for their turn, in the whole cluster. Counted when somebody asks, at most once a second, so that
 * asking costs nothing on the way of a message.
 */
export class Backlog {
  readonly #queue: Pick<RoomQueue, 'counts'>;
  readonly #most: number;
  #rooms = 0;
  #countedAt = Number.NEGATIVE_INFINITY;
  #counting = false;

  /** @param most rooms that may wait before senders are asked to come back later. */
  constructor(queue: Pick<RoomQueue, 'counts'>, most: number) {
    this.#queue = queue;
    this.#most = most;
  }

  /** What to tell a sender that can wait; null while there is room. */
  refusal(): RetryableError | null {
    if (!this.#counting && performance.now() - this.#countedAt > freshMs) this.#count();
    if (this.#rooms <= this.#most) return null;
    // The further behind, the later; spread, so that those turned away do not all come back at once.
    const retryAfterMs = Math.min(longestWaitMs, (1000 * this.#rooms) / this.#most) * (1 + Math.random());
    return new RetryableError(
      'overloaded',
      `${this.#rooms} conversations wait for their turn; send the message again later.`,
      { retryAfterMs },
    );
  }

  #count(): void {
    this.#counting = true;
    this.#queue
      .counts()
      .then(({ waiting }) => {
        this.#rooms = waiting;
      })
      // A queue that cannot be asked refuses nothing: messages are safe in the store.
      .catch(() => {})
      .finally(() => {
        this.#counting = false;
        this.#countedAt = performance.now();
      });
  }
}
