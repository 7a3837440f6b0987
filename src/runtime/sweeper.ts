import type { Logger } from '../logger.js';
import type { RoomQueue } from '../queue/queue.js';
import type { Outbox } from '../store/outbox.js';
import type { TurnStore } from '../store/turn-store.js';

/** Rooms scheduled in one sweep, of each kind; the next sweep takes the rest. */
const batch = 1000;

export interface SweeperParts {
  turns: TurnStore;
  outbox: Outbox;
  turnQueue: RoomQueue;
  deliveryQueue: RoomQueue;
  /** Time between sweeps, and the age from which a waiting message counts as forgotten, in ms. */
  intervalMs: number;
  log: Logger;
}

/**
 * Looks for rooms with work the queue does not know of, after a crash or when a queue was emptied, and schedules
 * them. Scheduling a room twice is harmless, so it may err on the eager side.
 */
export class Sweeper {
  readonly #parts: SweeperParts;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(parts: SweeperParts) {
    this.#parts = parts;
  }

  /** Sweeps everything that waits, whatever its age, then goes on at intervals. */
  async start(): Promise<void> {
    const found = await this.sweep(Date.now() + 1);
    if (found > 0) this.#parts.log.info({ rooms: found }, 'taking up what was left waiting');
    this.#again();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** Schedules rooms whose work has waited since before `before` (Unix ms); returns how many. */
  async sweep(before: number): Promise<number> {
    const { turns, outbox, turnQueue, deliveryQueue } = this.#parts;
    const [pending, undelivered] = await Promise.all([
      turns.waiting(before, batch),
      outbox.waiting(before, batch),
    ]);
    await Promise.all([
      ...pending.map((room) => turnQueue.schedule(room)),
      ...undelivered.map((room) => deliveryQueue.schedule(room)),
    ]);
    return pending.length + undelivered.length;
  }

  #again(): void {
    if (this.#stopped) return;
    const { intervalMs, log } = this.#parts;
    this.#timer = setTimeout(async () => {
      try {
        await this.sweep(Date.now() - intervalMs);
      } catch (err) {
        if (!this.#stopped) log.error({ err }, 'sweep failed; trying again');
      }
      this.#again();
    }, intervalMs);
    this.#timer.unref();
  }
}
