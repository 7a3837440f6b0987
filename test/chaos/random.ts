/** Chance that can be repeated: the same seed gives the same run, as far as the machine's own timing allows. */
export class Random {
  #state: number;

  /** `stream` keeps the uses apart: a fault more does not change the load. */
  constructor(seed: number, stream: string) {
    this.#state = [...stream].reduce(
      (hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 16_777_619),
      seed,
    );
  }

  /** From 0 up to, not including, 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  between(low: number, high: number): number {
    return low + this.next() * (high - low);
  }

  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.next() * items.length)]!;
  }

  /** A gap of a Poisson process with that mean. */
  gap(mean: number): number {
    return -mean * Math.log(1 - this.next());
  }
}
