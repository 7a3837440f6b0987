import type { Embedder } from '../llm/llm.js';

/** Used within this time it is awake, in ms. */
const awakeMs = 60_000;

/** An embedder that rests when nobody asks it is woken as soon as a question is on its way. */
export class Waking {
  readonly #embedder: Embedder | null;
  #waking: Promise<void> | undefined;
  #usedAt = Number.NEGATIVE_INFINITY;

  constructor(embedder: Embedder | null) {
    this.#embedder = embedder;
  }

  /** Whether it is being woken. */
  get under(): boolean {
    return this.#waking !== undefined;
  }

  used(): void {
    this.#usedAt = performance.now();
  }

  wake(): void {
    if (!this.#embedder?.wake || this.#waking || performance.now() - this.#usedAt < awakeMs) return;
    this.#waking = this.#embedder
      .wake()
      // The question will tell why.
      .catch(() => {})
      .finally(() => {
        this.#waking = undefined;
        this.used();
      });
  }
}
