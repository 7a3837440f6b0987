/** What the loop of tools asks of approvals. */
import type { AskedCall } from './approval.js';

/**
 * - `run`: people have approved this very call, and still may.
 * - `refused`: who approved it may not any more.
 * - `again`: it is not what they approved, or more is asked for now; it is asked for anew. `why` is for people.
 */
export type Review = { kind: 'run' } | { kind: 'refused'; why: string } | { kind: 'again'; why: string };

/** A call of a step, as its turn knows it. */
export interface Asking {
  /**
   * Asks for a call; the same one again is the same approval. Durable when it resolves. Its cards are sent once its turn
   * waits.
   */
  open(call: AskedCall): Promise<void>;
  /** Looks at an approved call once more, right before it runs. @param id of its approval */
  review(id: string, call: AskedCall): Promise<Review>;
  /** What people are told of the calls that a turn waits for, and until when it waits (Unix ms). */
  notice(ids: readonly string[]): Promise<{ text: string; until: number }>;
  /** The turn waits, from now on. */
  waits(ids: readonly string[]): Promise<void>;
}
