/** A way to end one piece of work from outside, besides the signal it has anyway. */
export class Cancellation {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal;
  readonly #follow: () => void;
  readonly #aborted: Promise<never>;
  cancelled = false;

  constructor(outer: AbortSignal) {
    this.#outer = outer;
    this.#follow = () => this.#controller.abort(outer.reason);
    this.#aborted = new Promise<never>((_, reject) => {
      this.signal.addEventListener('abort', () => reject(this.signal.reason), { once: true });
    });
    // Nobody may be racing any more when it ends.
    this.#aborted.catch(() => {});
    if (outer.aborted) this.#follow();
    else outer.addEventListener('abort', this.#follow, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  cancel(): void {
    if (this.signal.aborted) return;
    this.cancelled = true;
    this.#controller.abort(new DOMException('Somebody stopped this.', 'AbortError'));
  }

  /** The work's outcome, or the signal's reason as soon as it aborts, even if the work ignores the signal. */
  race<T>(work: Promise<T>): Promise<T> {
    work.catch(() => {});
    return Promise.race([work, this.#aborted]);
  }

  /** Call when the work is over. */
  clear(): void {
    this.#outer.removeEventListener('abort', this.#follow);
  }
}
