/**
 * Trigger: why a turn runs, where that is no message. It is stored as a memory of the kind `trigger`, so that it has a
 * place in the room's line, a unique key, a claim and a retry as messages have; nothing recalls it.
 */
import { z } from 'zod';

const decided = {
  approve: z.boolean(),
  /** Who decided, as the audit log names them; absent: nobody did in time. */
  by: z.string().max(512).optional(),
  /** What whoever decided had to say; the model reads it. */
  note: z.string().max(2000).optional(),
  /** The time to decide was over. */
  expired: z.literal(true).optional(),
};

/** What somebody, or the time, has decided about the calls of a waiting turn. */
export const Decision = z.object({
  ...decided,
  /**
   * Of each call by its id, where they were decided one by one; `approve` is whether all were approved then. Absent: all
   * alike. Hubs that do not know it deny all calls of which one was denied.
   */
  calls: z.record(z.string(), z.object(decided)).optional(),
});
export type Decision = z.infer<typeof Decision>;

/** Whether a call may run by it. */
export function approvesAny({ approve, calls }: Decision): boolean {
  return calls ? Object.values(calls).some((call) => call.approve) : approve;
}

export const Trigger = z.discriminatedUnion('kind', [
  /** Usual, and absent in what is stored. */
  z.object({ kind: z.literal('message') }),
  /** A waiting turn goes on. */
  z.object({ kind: z.literal('decision'), turnId: z.string(), decision: Decision }),
  /** The time has come; the memory's text says for what. */
  z.object({ kind: z.literal('schedule'), scheduleId: z.string() }),
  /** People gave the room back, and what they left unanswered is answered now; the memory's text says so. */
  z.object({ kind: z.literal('handed-back') }),
  /** Another turn asks; the memory's text says for what. */
  z.object({
    kind: z.literal('parent'),
    turnId: z.string(),
    /** It began this task, and this is the task's turn of that number. */
    task: z.object({ id: z.string(), round: z.number() }).optional(),
  }),
]);
export type Trigger = z.infer<typeof Trigger>;
