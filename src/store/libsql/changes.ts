/** In which scopes something became another or went, so that whoever holds a part of them elsewhere can follow. */

/** Remembered ones. */
const most = 1_000;

export class Changes {
  #scopes: number[] = [];
  #count = 0;

  /** How many there have been. */
  get count(): number {
    return this.#count;
  }

  note(scope: number): void {
    this.#scopes.push(scope);
    this.#count++;
    if (this.#scopes.length > most) this.#scopes.shift();
  }

  /** It may be any scope. */
  noteAll(): void {
    this.#scopes = [];
    this.#count++;
  }

  /** Scopes of those behind the first `count`; null when it may be any, or that is too long ago to tell. */
  since(count: number): number[] | null {
    const missed = this.#count - count;
    if (missed > this.#scopes.length) return null;
    return missed === 0 ? [] : [...new Set(this.#scopes.slice(-missed))];
  }
}
