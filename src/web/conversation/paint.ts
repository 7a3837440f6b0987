/** When a text that grows is shown: with the browser's frames, and less often where showing it takes long. */
export class Paint {
  #due: (() => void) | null = null;
  #frame = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #costMs = 0;

  /** The last one asked for is what is done. In a tab that nobody sees it waits until somebody does. */
  soon(show: () => void): void {
    const waits = this.#due !== null;
    this.#due = show;
    if (waits) return;
    // Typing goes on beside it: two thirds of the time are for that.
    this.#timer = setTimeout(() => {
      this.#frame = requestAnimationFrame(() => this.#show());
    }, this.#costMs * 2);
  }

  stop(): void {
    clearTimeout(this.#timer);
    cancelAnimationFrame(this.#frame);
    this.#due = null;
  }

  #show(): void {
    const show = this.#due;
    this.#due = null;
    const since = performance.now();
    show?.();
    setTimeout(() => {
      this.#costMs = Math.min(1000, performance.now() - since);
    });
  }
}
