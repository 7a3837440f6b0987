/** What became another or went, so that whoever holds a part of it elsewhere can follow. */

/** Remembered at least, once there were as many; twice as many at most. More than come while a large scope is read first. */
const most = 20_000;

/** `seq`: of the memory; 0 where only vectors have changed. */
export type Change = [scope: number, seq: number];

export class Changes {
  #changes: Change[] = [];
  #count = 0;

  /** How many there have been. */
  get count(): number {
    return this.#count;
  }

  note(...change: Change): void {
    this.#changes.push(change);
    this.#count++;
    if (this.#changes.length > 2 * most) this.#changes = this.#changes.slice(-most);
  }

  /** It may be anything. */
  noteAll(): void {
    this.#changes = [];
    this.#count++;
  }

  /** Those behind the first `count`; null when it may be anything, or that is too long ago to tell. */
  since(count: number): Change[] | null {
    const missed = this.#count - count;
    if (missed > this.#changes.length) return null;
    return missed === 0 ? [] : this.#changes.slice(-missed);
  }
}
