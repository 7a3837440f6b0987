import type { Logger } from '../logger.js';
import type { Maintenance, Work } from './maintenance.js';

export interface InProcessMaintenanceOptions {
  /** The first run of every work comes this soon, in ms, so that a hub that is often restarted does them all. */
  firstMs: number;
  log: Logger;
}

/** The maintenance of the embedded hub: timers. */
export class InProcessMaintenance implements Maintenance {
  readonly #options: InProcessMaintenanceOptions;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #running = new Set<Promise<void>>();
  readonly #abort = new AbortController();

  constructor(options: InProcessMaintenanceOptions) {
    this.#options = options;
  }

  every(name: string, intervalMs: number, work: Work): void {
    const runIn = (ms: number) => {
      if (this.#abort.signal.aborted) return;
      const timer = setTimeout(() => {
        const run = this.#run(name, work).finally(() => {
          this.#running.delete(run);
          runIn(intervalMs);
        });
        this.#running.add(run);
      }, ms);
      this.#timers.set(name, timer.unref());
    };
    runIn(Math.min(intervalMs, this.#options.firstMs));
  }

  async close(): Promise<void> {
    this.#abort.abort();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    await Promise.all(this.#running);
  }

  async #run(name: string, work: Work): Promise<void> {
    const { signal } = this.#abort;
    try {
      await work(signal);
    } catch (err) {
      if (!signal.aborted) this.#options.log.error({ err, work: name }, 'maintenance failed; trying again');
    }
  }
}
