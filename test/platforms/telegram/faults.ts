/** What goes wrong on demand, for calls of one method or of any. */
export interface Fault {
  /** Absent: any method but getUpdates. */
  method?: string;
  /** How often; default 1. */
  times?: number;
  /** Strikes every such call for so long, in place of `times`. */
  forMs?: number;
  /** The HTTP status to refuse with; 429 carries `retryAfter` seconds. Absent: the call goes on. */
  status?: number;
  description?: string;
  retryAfter?: number;
  /** What an edge server says in place of the Bot API, with `status`: a page, or JSON of its own; `drop` says when. */
  page?: string;
  /** Waits before anything else. */
  delayMs?: number;
  /** Hangs up: before the call is carried out, or after, so that only the answer is lost. */
  drop?: 'before' | 'after';
}

export class Faults {
  #planned: (Fault & { times: number; until: number })[] = [];

  plan(fault: Fault): void {
    const { forMs } = fault;
    const times = forMs === undefined ? 1 : Number.POSITIVE_INFINITY;
    this.#planned.push({ times, until: Date.now() + (forMs ?? Number.POSITIVE_INFINITY), ...fault });
  }

  clear(): void {
    this.#planned = [];
  }

  /** The fault that strikes this call, if one does. */
  next(method: string): Fault | undefined {
    this.#planned = this.#planned.filter(({ until }) => until > Date.now());
    const fault = this.#planned.find((planned) =>
      planned.method ? planned.method.toLowerCase() === method : method !== 'getupdates',
    );
    if (!fault) return;
    fault.times -= 1;
    if (fault.times <= 0) this.#planned = this.#planned.filter((planned) => planned !== fault);
    return fault;
  }
}
