/** What is made once for each key and kept, unless making it fails: what was missing may be there the next time. */
export class Kept<T> {
  readonly #made = new Map<unknown, Promise<T>>();

  get(key: unknown, make: () => Promise<T>): Promise<T> {
    const known = this.#made.get(key);
    if (known) return known;
    const made = make();
    this.#made.set(key, made);
    made.catch(() => {
      if (this.#made.get(key) === made) this.#made.delete(key);
    });
    return made;
  }

  /** It is made anew when it is asked for next. */
  forget(key: unknown): void {
    this.#made.delete(key);
  }

  values(): Promise<T>[] {
    return [...this.#made.values()];
  }
}
