import type { TurnCheckpoint } from '../core/turn.js';
import { whileAway } from '../core/while-away.js';
import { FatalError } from '../errors.js';
import type { Logger } from '../logger.js';
import type { Run } from '../queue/queue.js';

/** Attempts that end with the process before the turn is given up. */
const mostTries = 3;
/** From so many on, one suspect runs at a time: what ran beside a turn that kills its process is not counted with it. */
const aloneFrom = 2;
/** What has waited for longer, in ms, may have been tried before. */
const longMs = 10_000;

export interface Attempt {
  checkpoint: TurnCheckpoint;
  /** When the first of what it covers was stored (Unix ms). */
  storedAt: number;
  run: Run;
}

/**
 * Turns that may have killed a process. Their attempts are counted before they begin and counted back when they end by
 * anything but the end of the process, so what stays counted is what ended with it. A turn that comes and is answered at
 * once is no suspect, and pays nothing.
 */
export class Suspects {
  readonly #since = Date.now();
  readonly #save: (checkpoint: TurnCheckpoint) => Promise<void>;
  readonly #log: Logger;
  #line: Promise<unknown> = Promise.resolve();

  constructor(save: (checkpoint: TurnCheckpoint) => Promise<void>, log: Logger) {
    this.#save = save;
    this.#log = log;
  }

  /** @throws FatalError `turn_crashed` where it has ended its process too often. */
  async attempt<T>(attempt: Attempt, work: () => Promise<T>): Promise<T> {
    const { tries = 0 } = attempt.checkpoint;
    if (tries === 0 && !this.#isSuspect(attempt)) return work();
    if (tries >= mostTries)
      throw new FatalError('turn_crashed', `The hub ended ${tries} times while it took this turn.`);
    if (tries < aloneFrom) return this.#counted(attempt, work);
    return this.#alone(() => this.#counted(attempt, work));
  }

  #isSuspect({ storedAt }: Attempt): boolean {
    return storedAt < this.#since || Date.now() - storedAt > longMs;
  }

  async #counted<T>({ checkpoint, run }: Attempt, work: () => Promise<T>): Promise<T> {
    const { tries = 0 } = checkpoint;
    run.signal.throwIfAborted();
    run.hold();
    checkpoint.tries = tries + 1;
    await this.#save(checkpoint);
    try {
      return await work();
    } catch (error) {
      checkpoint.tries = tries;
      await this.#countBack(checkpoint, run);
      throw error;
    }
  }

  /** Whoever has the room now counts for itself. */
  async #countBack(checkpoint: TurnCheckpoint, run: Run): Promise<void> {
    try {
      // A hub that stops in order still has the room, though its runs are told to end.
      await whileAway(run.signal, async () => {
        if ((run.signal.reason as { code?: unknown } | undefined)?.code !== 'shutting_down') run.hold();
        await this.#save(checkpoint);
      });
    } catch (err) {
      this.#log.debug({ err, turnId: checkpoint.turnId }, 'an attempt stays counted');
    }
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#line.then(work, work);
    this.#line = mine.catch(() => {});
    return mine;
  }
}
