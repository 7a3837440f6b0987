/**
 * How far one line of events has been seen to, in whatever order the work ends: it never passes something that was
 * begun and is not done, nor a stretch that has yet to be read. Positions are whole numbers that grow with time: an id
 * of the platform, or a time in its smallest unit.
 */
export class CatchUpMark {
  readonly #unseen = new Set<bigint>();
  /** Their first positions. */
  readonly #gaps = new Set<{ from: bigint }>();
  #newest: bigint;

  /** @param start all up to it has been seen to. */
  constructor(start: bigint) {
    this.#newest = start;
  }

  /** All up to this has been seen to, and what comes after it is to be asked for after a gap. */
  get upTo(): bigint {
    let upTo = this.#newest;
    for (const position of this.#unseen) if (position <= upTo) upTo = position - 1n;
    for (const { from } of this.#gaps) if (from <= upTo) upTo = from - 1n;
    return upTo;
  }

  /** Nothing is being seen to, and nothing is to be read. */
  get idle(): boolean {
    return this.#unseen.size === 0 && this.#gaps.size === 0;
  }

  /** Something at this position came. Once is enough, however often it comes. */
  begin(position: bigint): void {
    this.#unseen.add(position);
    if (position > this.#newest) this.#newest = position;
  }

  /** It need not come again. For what failed, do not say so: the mark waits for it. */
  seen(position: bigint): void {
    this.#unseen.delete(position);
  }

  /** What came after the mark may have been missed; call the result when it was read. */
  gap(): () => void {
    const gap = { from: this.upTo + 1n };
    this.#gaps.add(gap);
    return () => void this.#gaps.delete(gap);
  }
}
