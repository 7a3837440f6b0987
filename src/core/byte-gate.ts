/** Bounds the bytes that several hold at once. Who comes first enters first. */
export class ByteGate {
  readonly #most: number;
  #held = 0;
  readonly #waiting: { bytes: number; enter: () => void }[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** @returns what gives the bytes back; calling it twice does no harm. @throws the signal's reason. */
  async enter(bytes: number, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (bytes === 0) return () => {};
    await new Promise<void>((resolve, reject) => {
      const place = {
        bytes,
        enter: () => {
          signal.removeEventListener('abort', leave);
          resolve();
        },
      };
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(place), 1);
        reject(signal.reason);
        this.#next();
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.push(place);
      this.#next();
    });
    let held = bytes;
    return () => {
      this.#held -= held;
      held = 0;
      this.#next();
    };
  }

  #next(): void {
    for (;;) {
      const first = this.#waiting[0];
      // One that asks for more than there is enters alone.
      if (!first || (this.#held > 0 && this.#held + first.bytes > this.#most)) return;
      this.#waiting.shift();
      this.#held += first.bytes;
      first.enter();
    }
  }
}
