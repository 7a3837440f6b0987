/**
 * Schedule: what an agent is to do, or to say, at a time. Whoever made it is asked about as of each run: it may do what
 * they may, and nothing when they may nothing any more.
 *
 * - **Slot**: a time at which it is due. A slot is run once, however many processes see it.
 * - **Reminder**: its text is sent. **Work**: its text is a task for the agent, and makes a turn.
 */
import { z } from 'zod';
import { roles } from '../access/role.js';
import { Asker, Author, Source } from '../core/memory.js';
import { Origin } from '../core/origin.js';
import { defineRecord } from '../store/record.js';
import { When } from './times.js';

/** What becomes of a slot that nobody ran in time: it runs late, once, or not at all, or it is told that it was missed. */
export const missedRules = ['run', 'skip', 'tell'] as const;

export const Schedule = z.looseObject({
  agentId: z.string(),
  /** The room it is for. */
  roomId: z.string(),
  scope: z.string(),
  source: Source,
  /** Whoever made it, as the room knows them, and what their message came with. */
  author: Author,
  asker: Asker.optional(),
  /** What they were then: less, and it is refused. */
  role: z.enum(roles),
  kind: z.enum(['reminder', 'work']),
  text: z.string(),
  when: When,
  missed: z.enum(missedRules),
  /** Unix ms. */
  madeAt: z.number(),
  /** The next slot, Unix ms; null: there is none. */
  next: z.number().nullable(),
  /** Not looked at before (Unix ms), since people have its room. */
  rests: z.number().optional(),
  /** `refused`: whoever made it may not do this any more. */
  state: z.enum(['active', 'paused', 'over', 'refused']),
  /** The last slot, and what became of it. */
  last: z.looseObject({ slot: z.number(), at: z.number(), became: z.string() }).optional(),
  /** What the turn had read that it was made in. */
  taint: z.array(Origin).optional(),
});
export type Schedule = z.infer<typeof Schedule>;

/** When somebody is to look at it, in Unix ms; undefined: nobody. */
export function dueAt({ state, next, rests = 0 }: Schedule): number | undefined {
  return state === 'active' && next !== null ? Math.max(next, rests) : undefined;
}

export const scheduleRecord = defineRecord<Schedule>({
  kind: 'schedule',
  schema: Schedule,
  group: ({ agentId }) => agentId,
  due: dueAt,
});
