/** What goes wrong on demand. */

export interface Fault {
  /** Answer with this status instead. */
  status?: number;
  /** Seconds, for the `Retry-After` of a 429. */
  retryAfter?: number;
  /** Refuse with this error of the API's own. */
  error?: string;
  /** Answer with this web page, as a proxy or a page to sign in does; with `status`, or 200. */
  page?: string;
  /** Send elsewhere. */
  location?: string;
  /** Close the connection without an answer. */
  drop?: boolean;
  /** Answer later, in ms. */
  delayMs?: number;
  /** The call takes effect, and only then goes wrong: its answer is lost. */
  afterwards?: boolean;
  /** How many calls; default 1. */
  times?: number;
}

export class Faults {
  readonly #planned: { method: string; fault: Fault; left: number }[] = [];

  /** For the next calls of a method; `*` is any, `download` and `upload` are files' ways. */
  on(method: string, fault: Fault): void {
    this.#planned.push({ method, fault, left: fault.times ?? 1 });
  }

  clear(): void {
    this.#planned.length = 0;
  }

  take(method: string): Fault | null {
    const plan = this.#planned.find(
      (each) => each.left > 0 && (each.method === method || each.method === '*'),
    );
    if (!plan) return null;
    plan.left -= 1;
    return plan.fault;
  }
}
