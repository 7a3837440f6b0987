import type { Concerned, Pause } from '../access/pause.js';
import type { Switches } from '../access/switches.js';
import { atMost } from '../core/deadline.js';
import { Cancellation } from './cancellation.js';

/** So long what was called off may take to end in order. */
const settlingMs = 200;

interface Running {
  cancellation: Cancellation;
  concerned: Concerned;
  pause: Pause | null;
}

/** How a turn ended that was not answered: somebody called it off, or paused what it is of. */
export interface CalledOff {
  pause: Pause | null;
}

/** Turns that run in this process, and what ends them from outside. */
export class RunningTurns {
  readonly #switches: Pick<Switches, 'check' | 'keepLooking'>;
  readonly #running = new Map<string, Running>();

  constructor(switches: Pick<Switches, 'check' | 'keepLooking' | 'onChange'>) {
    this.#switches = switches;
    switches.onChange(() => {
      // Who cannot be looked up now is looked up again before the next call of a model.
      for (const running of this.#running.values()) this.#endIfPaused(running).catch(() => {});
    });
  }

  /** Without effect on a turn that does not run here. */
  cancel(turnId: string): void {
    this.#running.get(turnId)?.cancellation.cancel();
  }

  /** What the work gives. What ignores that it was called off goes on for a while, and nobody waits for it. */
  async take<T>(
    turnId: string,
    { concerned, signal }: { concerned: Concerned; signal: AbortSignal },
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<{ answer: T } | CalledOff> {
    const cancellation = new Cancellation(signal);
    const running: Running = { cancellation, concerned, pause: null };
    this.#running.set(turnId, running);
    const enough = this.#switches.keepLooking();
    try {
      // Paused since it was last asked, before changes were told to this turn.
      await this.#endIfPaused(running);
      if (cancellation.cancelled) return running;
      const working = work(cancellation.signal);
      const answer = await cancellation.race(working).catch(async (error) => {
        if (!cancellation.cancelled) throw error;
        // Calls that it cut off are written down meanwhile.
        await atMost(
          settlingMs,
          working.catch(() => {}),
        );
      });
      return cancellation.cancelled ? running : { answer: answer as T };
    } finally {
      enough();
      this.#running.delete(turnId);
      cancellation.clear();
    }
  }

  async #endIfPaused(running: Running): Promise<void> {
    const pause = await this.#switches.check(running.concerned);
    if (!pause || running.cancellation.ended) return;
    running.pause = pause;
    running.cancellation.cancel();
  }
}
