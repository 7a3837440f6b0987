/**
 * Maintenance: work that nobody asks for, done again and again: sweeping, retention, the back-fill of vectors.
 *
 * - **Work**: what is done at each run. It must bear being cut off, and being done twice.
 *
 * The contract (`test/contract/maintenance.ts`):
 * 1. a work runs about every `intervalMs`, the first time within that; a run that takes longer delays the next;
 * 2. never two runs of a work at once, in all processes that share the schedule;
 * 3. a run that fails is logged, and does not end the schedule;
 * 4. works do not wait for one another;
 * 5. when one process ends, those left go on.
 *
 * Not promised: point 2 in the moment after the schedule's own storage was emptied, or for a process that stood still
 * for longer than its hold; the signal of such a run is aborted.
 */

/** `signal` is aborted when the hub stops or the run's hold on its work is lost. */
export type Work = (signal: AbortSignal) => Promise<unknown>;

export interface Maintenance {
  /** Starts to run the work; each name once per process, alike in all of them. Returns at once, and never fails. */
  every(name: string, intervalMs: number, work: Work): void;
  /** Aborts what runs and waits for it; nothing runs here any more. The schedule goes on elsewhere. */
  close(): Promise<void>;
}
