import type { Lease, LeaseHolder, Leases } from './lease.js';

/** For a hub of its own: nobody else contends but parts of the same process, first come, first served. */
export class InProcessLeases implements Leases {
  readonly #lines = new Map<string, LeaseHolder[]>();
  #fence = 0;

  contend(name: string, holder: LeaseHolder): Lease {
    const line = this.#lines.get(name) ?? [];
    this.#lines.set(name, line);
    line.push(holder);
    if (line.length === 1) this.#give(line);
    return {
      get held() {
        return line[0] === holder;
      },
      release: async () => {
        const place = line.indexOf(holder);
        if (place < 0) return;
        line.splice(place, 1);
        if (place === 0) this.#give(line);
        if (line.length === 0) this.#lines.delete(name);
      },
    };
  }

  #give(line: LeaseHolder[]): void {
    const fence = ++this.#fence;
    // Not before `contend` has returned, as over a network.
    queueMicrotask(() => line[0]?.gained(fence));
  }
}
