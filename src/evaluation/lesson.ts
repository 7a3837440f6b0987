/**
 * Lesson: a rule that an agent could have in future. It is proposed by the hub, from what its replies failed by, or by an
 * operator; it stands in prompts once somebody with the permission has approved it, and only as long.
 */
import { z } from 'zod';
import { defineRecord } from '../store/record.js';

export const lessonStates = ['proposed', 'approved', 'rejected', 'removed'] as const;
export type LessonState = (typeof lessonStates)[number];

const Change = z.looseObject({
  state: z.enum(lessonStates),
  text: z.string(),
  by: z.string(),
  /** Unix ms. */
  at: z.number(),
});

export const Lesson = z.looseObject({
  agentId: z.string(),
  text: z.string(),
  state: z.enum(lessonStates),
  /** Counts its changes, from 1. */
  version: z.number(),
  /** Turns that it was learnt from, by id. */
  from: z.array(z.string()),
  /** Why it is proposed, in the hub's words. */
  why: z.string().optional(),
  /** Oldest first. */
  changes: z.array(Change),
});
export type Lesson = z.infer<typeof Lesson>;

export const lessonRecord = defineRecord<Lesson>({
  kind: 'lesson',
  schema: Lesson,
  group: ({ agentId }) => agentId,
});

export const longestLesson = 500;

/** One line, as every rule of how an agent writes is one. */
export function lessonText(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, longestLesson);
}
