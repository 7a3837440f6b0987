/** Work on the hub's own thread: no more than 5 ms of it between two turns of the event loop, whoever asks for it. */
import { setImmediate as nextTurn } from 'node:timers/promises';

const mostPerTurnMs = 5;

export class Pace {
  /** When this turn's time is over; null before its first work. */
  #end: number | null = null;
  #turn: Promise<void> | null = null;

  /** Whether this turn has had its share: then wait for another one. */
  get isOver(): boolean {
    const now = performance.now();
    if (this.#end === null) {
      this.#end = now + mostPerTurnMs;
      setImmediate(() => {
        this.#end = null;
      });
    }
    return now >= this.#end;
  }

  /** Resolves in the next turn. */
  next(): Promise<void> {
    this.#turn ??= nextTurn().then(() => {
      this.#turn = null;
    });
    return this.#turn;
  }

  /**
   * Each step should take less than a millisecond. Done at once, when it takes few. Whoever has waited for a turn does
   * something in it, however long others have taken: else a busy hub would never get to it.
   */
  async run<T>(steps: Generator<void, T>): Promise<T> {
    if (this.isOver) await this.next();
    for (;;) {
      do {
        const step = steps.next();
        if (step.done) return step.value;
      } while (!this.isOver);
      await this.next();
    }
  }
}
