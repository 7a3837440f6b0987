import { Deadline } from '../core/deadline.js';
import { RetryableError } from '../errors.js';

/** How long the answer of an agent's models is waited for, in ms. */
export interface AnswerLimits {
  /** All of it, whichever models are asked for it; one that is asked late has `firstMs` all the same. */
  wholeMs: number;
  /** Until a model begins, where another one is left to ask. */
  firstMs: number;
  /** Between two pieces of it. */
  idleMs: number;
}

interface Waiting {
  model: string;
  /** For the whole of its answer, in ms. */
  wholeMs: number;
  /** Absent: it may begin as late as it likes. */
  firstMs?: number;
  idleMs: number;
}

/** The wait for one model's answer: it ends with `model_timeout` where the answer does not begin, stops, or is too long. */
export class Patience extends Deadline {
  readonly #waiting: Waiting;
  #silence: NodeJS.Timeout | undefined;
  #begun = false;

  constructor(waiting: Waiting, outer: AbortSignal) {
    const { model, wholeMs, firstMs } = waiting;
    super(wholeMs, outer, () => late(`${model} did not finish within ${Math.round(wholeMs)} ms.`));
    this.#waiting = waiting;
    if (firstMs !== undefined)
      this.#silence = this.#after(firstMs, `${model} did not begin to answer within ${firstMs} ms.`);
  }

  /** A piece of the answer came. What only keeps a connection open is none. */
  heard(): void {
    if (this.#begun) {
      this.#silence?.refresh();
      return;
    }
    this.#begun = true;
    clearTimeout(this.#silence);
    const { model, idleMs } = this.#waiting;
    this.#silence = this.#after(idleMs, `${model} fell silent for ${idleMs} ms in the middle of its answer.`);
  }

  override clear(): void {
    clearTimeout(this.#silence);
    super.clear();
  }

  #after(ms: number, message: string): NodeJS.Timeout {
    return setTimeout(() => this.end(late(message)), ms);
  }
}

function late(message: string): RetryableError {
  return new RetryableError('model_timeout', message);
}
