import { Interruption } from '../core/deadline.js';

/** The reason of a signal that somebody's `/stop` has aborted. */
export class CalledOffByPerson extends DOMException {
  constructor() {
    super('Somebody stopped this.', 'AbortError');
  }
}

/** A way to end one piece of work from outside, besides the signal it has anyway. */
export class Cancellation extends Interruption {
  cancelled = false;

  cancel(): void {
    if (this.ended) return;
    this.cancelled = true;
    this.end(new CalledOffByPerson());
  }
}
