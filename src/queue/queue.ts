/**
 * RoomQueue: decides which room is worked on when. It carries room ids, and whose they are; the work itself is in the
 * store.
 *
 * - **Schedule**: "this room has something to do".
 * - **Run**: one call of the handler for a room.
 * - **Parked**: a run that failed for good; the room is free again.
 * - **Slot**: where one run takes place. A process has as many as runs it does at once.
 * - **Share**: whose a room's next run is: of which tenant, agent and person.
 *
 * The contract (`test/contract/queue.ts`):
 * 1. never two runs of a room at once, across processes;
 * 2. a schedule made after a run began is followed by another run (no lost wake-up);
 * 3. schedules of a waiting room coalesce;
 * 4. a failing run is retried with exponential back-off and jitter, then parked and reported; a fatal error
 *    is parked at once, and a run that failed because a store was away (`store_unavailable`) is retried for ever;
 * 5. other rooms go on meanwhile;
 * 6. no person, agent or tenant takes all slots of a process: a few are left for whoever has nothing running there, so
 *    that somebody new waits no longer than alone. Of those who wait, each has a turn after the other, and nobody is
 *    left out for ever. With one slot there is only the order of turns.
 *
 * Not promised: that a schedule survives a crash. The sweeper finds the room again from the store.
 */
import type { Share } from '../core/share.js';

export interface Run {
  roomId: string;
  /** 1 for the first try. */
  attempt: number;
  /** Aborted when the queue closes and its deadline has passed, or the hold on the room is lost. */
  signal: AbortSignal;
  /**
   * Throws the signal's reason if the room may be another process's by now. Call it right before what must not be done
   * twice: a process that was frozen has not yet seen its signal abort when it goes on.
   */
  hold(): void;
}

/** Throwing a `FatalError` parks the room at once; anything else is tried again. */
export type RunHandler = (run: Run) => Promise<void>;

/** Called once a run is given up, while the room is still held; must not throw. */
export type ParkedHandler = (run: Run, error: unknown) => Promise<void>;

export interface ScheduleOptions {
  /** The run it asks for begins no sooner; one that is due earlier does not wait for it. */
  delayMs?: number;
  /** Absent: as known; a room of which nothing is known counts for itself. */
  share?: Share;
}

export interface RoomQueue {
  /**
   * Resolves once the schedule is taken. Errors: `store_unavailable` (retryable), `shutting_down`.
   */
  schedule(roomId: string, options?: ScheduleOptions): Promise<void>;
  /** Starts working; call once. */
  process(handler: RunHandler, parked: ParkedHandler): void;
  /** Rooms waiting, running, and waiting for a retry or a delay. */
  counts(): Promise<{ waiting: number; running: number; delayed: number }>;
  /** Takes no more work, lets runs finish for `deadlineMs`, then aborts their signals. */
  close(deadlineMs?: number): Promise<void>;
}
