/** A server that has too much to do is left alone for a while, longer each time, by all who would ask it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { MongoServerError } from 'mongodb';
import { CarrierError } from '../../errors.js';

/** Atlas turns operations away, or ends them (mongodb.com/docs/atlas/overload-errors); 489 says so of a search. */
const codes = new Set([462, 463, 473, 489]);

/** Before each further try of one who asks; between half of it and one and a half, so that not all come at once. */
const pausesMs = [100, 300, 900];
/** After the last try nobody asks: at first for the shortest time, then doubled up to the longest. */
const shortestRestMs = 2_000;
const longestRestMs = 60_000;

export class Overload {
  #rest = { ms: 0, until: 0 };
  #last: CarrierError | undefined;

  /** Throws what the last one was told, without asking, while the server is left alone. */
  async patiently<T>(work: () => Promise<T>): Promise<T> {
    if (this.#last && Date.now() < this.#rest.until) throw this.#last;
    for (let tries = 0; ; tries++) {
      try {
        const done = await work();
        this.#rest = { ms: 0, until: 0 };
        return done;
      } catch (error) {
        if (!isOverload(error)) throw error;
        const pause = pausesMs[tries];
        if (pause === undefined) {
          const ms = Math.min(Math.max(2 * this.#rest.ms, shortestRestMs), longestRestMs);
          this.#rest = { ms, until: Date.now() + ms };
          this.#last = error as CarrierError;
          throw error;
        }
        await sleep(pause * (0.5 + Math.random()));
      }
    }
  }
}

/** Whether the server has too much to do: whoever asks again at once, or for more, makes it worse. */
export function isOverload(error: unknown): boolean {
  if (error instanceof CarrierError) return isOverload(error.cause);
  if (!(error instanceof MongoServerError)) return false;
  return error.hasErrorLabel('SystemOverloadedError') || codes.has(Number(error.code));
}
