/**
 * A cache of things that grow in place, bounded by what they hold together. (lru-cache does not do that: given an
 * object that it holds already, it goes on with the old size.)
 */
export class CountedCache<V extends { readonly size: number }> {
  /** The one that was used last comes last. */
  readonly #entries = new Map<string, { value: V; size: number }>();
  readonly #most: number;
  readonly #dropped: ((value: V) => void) | undefined;
  #held = 0;

  /** `dropped` is called with whatever leaves the cache. */
  constructor(most: number, dropped?: (value: V) => void) {
    this.#most = most;
    this.#dropped = dropped;
  }

  /** What all of it holds. */
  get held(): number {
    return this.#held;
  }

  get(key: string): V | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** Without using it. */
  peek(key: string): V | undefined {
    return this.#entries.get(key)?.value;
  }

  /** False when it is larger than the whole cache, and was not kept. */
  keep(key: string, value: V): boolean {
    this.delete(key);
    if (value.size > this.#most) return false;
    this.#entries.set(key, { value, size: value.size });
    this.#held += value.size;
    this.#makeRoom();
    return true;
  }

  /** To be called after a change of its value: it is counted anew. */
  changed(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#held += entry.value.size - entry.size;
    entry.size = entry.value.size;
    if (entry.size > this.#most) this.delete(key);
    else this.#makeRoom();
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#entries.delete(key);
    this.#held -= entry.size;
    this.#dropped?.(entry.value);
  }

  clear(): void {
    for (const key of this.#entries.keys()) this.delete(key);
  }

  #makeRoom(): void {
    for (const key of this.#entries.keys()) {
      if (this.#held <= this.#most) return;
      this.delete(key);
    }
  }
}
