import { RetryableError } from '../../src/extension-api.js';

/** Counts the bytes of uploads that lie in memory: many at once must not fill it. */
export class InFlight {
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * Takes room for an upload. One that is alone always has room.
   * @returns gives the room back; to be called once it lies in memory no more, and harmless to call again.
   * @throws RetryableError `uploads_full`.
   */
  take(bytes: number): () => void {
    if (this.#bytes > 0 && this.#bytes + bytes > this.#maxBytes)
      throw new RetryableError(
        'uploads_full',
        'Too many files are being received at once; send this message again in a few seconds.',
        { retryAfterMs: 3000 },
      );
    this.#bytes += bytes;
    let held = true;
    return () => {
      if (held) this.#bytes -= bytes;
      held = false;
    };
  }
}
