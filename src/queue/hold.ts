import { RetryableError } from '../errors.js';

/**
 * One run's hold on its room. It lasts for a while after each renewal and then ends by itself, told by the clock: a
 * process that was frozen, or cut off, knows that it has lost the room before anyone can tell it.
 */
export class Hold {
  readonly #controller = new AbortController();
  readonly #ms: number;
  #until: number;
  #timer: NodeJS.Timeout;

  /** Lasts `ms` from `since` (as of `performance.now()`), which must lie before the moment it was asked for. */
  constructor(ms: number, since: number) {
    this.#ms = ms;
    this.#until = since + ms;
    this.#timer = this.#watch();
  }

  /** Aborted as soon as the loss is noticed; what must not be done twice asks `check` besides. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get lost(): boolean {
    if (performance.now() >= this.#until)
      this.lose(
        new RetryableError('store_unavailable', 'The hold on the room was lost; another worker goes on.'),
      );
    return this.signal.aborted;
  }

  check(): void {
    if (this.lost) throw this.signal.reason;
  }

  /** A hold that was lost stays lost. */
  renew(since: number): void {
    this.#until = Math.max(this.#until, since + this.#ms);
  }

  lose(reason: Error): void {
    clearTimeout(this.#timer);
    if (!this.signal.aborted) this.#controller.abort(reason);
  }

  /** The run is over. */
  end(): void {
    clearTimeout(this.#timer);
  }

  #watch(): NodeJS.Timeout {
    return setTimeout(() => {
      if (!this.lost) this.#timer = this.#watch();
    }, this.#until - performance.now());
  }
}
