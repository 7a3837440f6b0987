/** Long work on the hub's own thread, in steps: no more than 2 ms of it between two turns of the event loop. */
import { setImmediate as nextTurn } from 'node:timers/promises';

const mostPerTurnMs = 2;

export class Pace {
  #used = 0;
  #turn: Promise<void> | null = null;

  /** Each step should take less than a millisecond. Done at once, when it takes few. */
  async run<T>(steps: Generator<void, T>): Promise<T> {
    for (;;) {
      const begun = performance.now();
      while (this.#used + performance.now() - begun < mostPerTurnMs) {
        const step = steps.next();
        if (!step.done) continue;
        this.#used += performance.now() - begun;
        return step.value;
      }
      this.#used = mostPerTurnMs;
      this.#turn ??= nextTurn().then(() => {
        this.#turn = null;
        this.#used = 0;
      });
      await this.#turn;
    }
  }
}
