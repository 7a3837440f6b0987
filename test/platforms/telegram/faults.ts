/** What goes wrong on demand, for calls of one method or of any. */
export interface Fault {
  /** Absent: any method but getUpdates. */
  method?: string;
  /** How often; default 1. */
  times?: number;
  /** The HTTP status to refuse with; 429 carries `retryAfter` seconds. Absent: the call goes on. */
  status?: number;
  description?: string;
  retryAfter?: number;
  /** Waits before anything else. */
  delayMs?: number;
  /** Hangs up: before the call is carried out, or after, so that only the answer is lost. */
  drop?: 'before' | 'after';
}

export class Faults {
  #planned: (Fault & { times: number })[] = [];

  plan(fault: Fault): void {
    this.#planned.push({ times: 1, ...fault });
  }

  clear(): void {
    this.#planned = [];
  }

  /** The fault that strikes this call, if one does. */
  next(method: string): Fault | undefined {
    const fault = this.#planned.find((planned) =>
      planned.method ? planned.method.toLowerCase() === method : method !== 'getupdates',
    );
    if (!fault) return;
    fault.times -= 1;
    if (fault.times <= 0) this.#planned = this.#planned.filter((planned) => planned !== fault);
    return fault;
  }
}
