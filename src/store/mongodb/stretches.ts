/**
 * Pauses of a process that writes a line it shares with others, one write after the other. Who writes without a pause
 * knows where the line ends; the others must read that first, and would be late every time.
 */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

/** Writes follow one another for so long, or for ten of them; twenty times as long where nobody was met for a while. */
const stretchMs = 100;
const stretchWrites = 10;
const aloneAfterMs = 10_000;
/** After so long without a write the next one begins a stretch. */
const idleMs = 20;
/** A pause is no longer than this, however slow the server is. */
const mostPauseMs = 250;

export class Stretches {
  readonly #read: () => Promise<unknown>;
  #begun = -Infinity;
  #ended = -Infinity;
  #metOthers = -Infinity;
  /** What the last write took, in ms. */
  #took = 0;

  /** @param read what others must read before they write: as long as that takes, and a write, a pause must be */
  constructor(read: () => Promise<unknown>) {
    this.#read = read;
  }

  /** Somebody else wrote into the line. */
  metOthers(): void {
    this.#metOthers = performance.now();
  }

  wrote(tookMs: number): void {
    this.#took = tookMs;
    this.#ended = performance.now();
  }

  /** Before a write; resolves at once, or after a pause that is due. */
  async turn(): Promise<void> {
    const now = performance.now();
    const isStretch = now - this.#ended < idleMs;
    const most = Math.max(stretchMs, stretchWrites * this.#took);
    const isAlone = now - this.#metOthers > aloneAfterMs;
    if (isStretch && now - this.#begun < (isAlone ? 20 : 1) * most) return;
    if (isStretch) {
      await this.#read();
      const readMs = performance.now() - now;
      // With the read, twice what others need: wherever they are now, they have time for all of it.
      await sleep(Math.min(readMs + 2 * this.#took, mostPauseMs));
    }
    this.#begun = performance.now();
  }
}
