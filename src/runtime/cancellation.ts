import { Interruption } from '../core/deadline.js';

/** A way to end one piece of work from outside, besides the signal it has anyway. */
export class Cancellation extends Interruption {
  cancelled = false;

  cancel(): void {
    if (this.ended) return;
    this.cancelled = true;
    this.end(new DOMException('Somebody stopped this.', 'AbortError'));
  }
}
