import type { Concerned, Pause } from '../access/pause.js';
import type { Switches } from '../access/switches.js';
import { atMost } from '../core/deadline.js';
import type { HeldRooms } from '../takeover/held-rooms.js';
import type { Hold } from '../takeover/hold.js';
import { Cancellation } from './cancellation.js';

/** So long what was called off may take to end in order. */
const settlingMs = 200;

interface Running {
  cancellation: Cancellation;
  concerned: Concerned;
  roomId: string;
  turnId: string;
  pause: Pause | null;
  hold: Hold | null;
}

/** How a turn ended that was not answered: somebody called it off, paused what it is of, or took its room over. */
export interface CalledOff {
  pause: Pause | null;
  hold: Hold | null;
}

type Switched = Pick<Switches, 'check' | 'keepLooking' | 'onChange'>;
type Held = Pick<HeldRooms, 'of' | 'keepLooking' | 'onChange'>;

/** Turns that run in this process, and what ends them from outside. */
export class RunningTurns {
  readonly #switches: Switched;
  readonly #held: Held;
  readonly #running = new Map<string, Running>();

  constructor(switches: Switched, held: Held) {
    this.#switches = switches;
    this.#held = held;
    // Who cannot be looked up now is looked up again before the next call of a model.
    const look = () => {
      for (const running of this.#running.values()) this.#endIfItMust(running).catch(() => {});
    };
    switches.onChange(look);
    held.onChange(look);
  }

  /** Without effect on a turn that does not run here. */
  cancel(turnId: string): void {
    this.#running.get(turnId)?.cancellation.cancel();
  }

  /** What the work gives. What ignores that it was called off goes on for a while, and nobody waits for it. */
  async take<T>(
    turnId: string,
    { signal, ...about }: { concerned: Concerned; roomId: string; signal: AbortSignal },
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<{ answer: T } | CalledOff> {
    const cancellation = new Cancellation(signal);
    const running: Running = { cancellation, ...about, turnId, pause: null, hold: null };
    this.#running.set(turnId, running);
    const enough = [this.#switches.keepLooking(), this.#held.keepLooking()];
    try {
      // Paused or taken over since it was last asked, before changes were told to this turn.
      await this.#endIfItMust(running);
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
      for (const end of enough) end();
      this.#running.delete(turnId);
      cancellation.clear();
    }
  }

  async #endIfItMust(running: Running): Promise<void> {
    const hold = await this.#held.of(running.roomId);
    // The turn that asked for people says so itself.
    const isTaken = hold !== null && hold.turnId !== running.turnId;
    const pause = isTaken ? null : await this.#switches.check(running.concerned);
    if (!(isTaken || pause) || running.cancellation.ended) return;
    Object.assign(running, { pause, hold: isTaken ? hold : null });
    running.cancellation.cancel();
  }
}
