/**
 * Task: a goal that an agent works on over many turns, in the name of whoever gave it.
 *
 * - **Round**: one turn of it, in its place in the room's line; what others say meanwhile is answered between two.
 * - **Over**: done, failed or stopped: for good. Paused, blocked and at a limit: it goes on once somebody resumes it.
 * - **Child**: a task that another one has begun. It runs only while all above it run; its result is told to its parent.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { roles } from '../access/role.js';
import { Memory } from '../core/memory.js';
import { Origin } from '../core/origin.js';
import { defineRecord } from '../store/record.js';

export const taskStates = ['running', 'paused', 'blocked', 'limit', 'done', 'failed', 'stopped'] as const;
export type TaskState = (typeof taskStates)[number];

const Step = z.looseObject({
  text: z.string(),
  state: z.enum(['open', 'done', 'failed']),
  /** What came of it, as the model says. */
  note: z.string().optional(),
});

const { agentId, roomId, scope, source, author, asker } = Memory.shape;

export const Task = z.looseObject({
  ...{ agentId, roomId, scope, source, author, asker },
  /** The message in which it was asked for: once that is forgotten, it stops. */
  asked: z.string(),
  /** The turn that began it. */
  startedBy: z.string(),
  /** What whoever asked for it was then: once they are less, it is blocked. */
  role: z.enum(roles),
  goal: z.string(),
  steps: z.array(Step),
  /** What the model said last, for itself. */
  notes: z.string(),
  state: z.enum(taskStates),
  /** Why it is in this state, for people. */
  why: z.string().optional(),
  result: z.string().optional(),
  /** The turn that works on it or comes next, from 1. */
  round: z.number(),
  /** The turn of this round, once it has begun. */
  turnId: z.string().optional(),
  /** An attempt at that turn is running, or has ended with its process. */
  trying: z.boolean().optional(),
  /** Since it was last begun or resumed. */
  spent: z.looseObject({ turns: z.number(), tokens: z.number(), workedMs: z.number() }),
  /** Turns in a row in which it did nothing. */
  idle: z.number(),
  limits: z.looseObject({ turns: z.number(), tokens: z.number(), minutes: z.number() }),
  parent: z.string().optional(),
  /** 0: it has no parent. */
  depth: z.number(),
  children: z.array(z.string()),
  /** Counts changes that people are shown, and those they have been. */
  looks: z.number(),
  shown: z.number(),
  /** The message that shows how far it is, by its turn. */
  message: z.string().optional(),
  /** Unix ms, as what follows. */
  startedAt: z.number(),
  endedAt: z.number().optional(),
  /** When somebody is to look whether it goes on; absent: nobody need. */
  lookAt: z.number().optional(),
  taint: z.array(Origin).optional(),
});
export type Task = z.infer<typeof Task>;

export const taskRecord = defineRecord<Task>({
  kind: 'task',
  schema: Task,
  group: ({ roomId }) => roomId,
  due: ({ lookAt }) => lookAt,
});

export const noSpending = { turns: 0, tokens: 0, workedMs: 0 };

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
const idChars = 10;

/** Short enough to be typed; the same for the same key. */
export function taskIdOf(key: string): string {
  const bytes = createHash('sha256').update(key).digest();
  const chars = Array.from({ length: idChars }, (_, at) => alphabet[bytes[at]! % alphabet.length]);
  return `ta_${chars.join('')}`;
}

/** As somebody typed it; null: it is none. */
export function readTaskId(typed: string): string | null {
  const id = typed.trim().toLowerCase();
  return /^ta_[a-z2-7]{10}$/.test(id) ? id : null;
}

export function isOver({ state }: Pick<Task, 'state'>): boolean {
  return state === 'done' || state === 'failed' || state === 'stopped';
}

/** Of which task these messages are a round; undefined: they are no task's. */
export function roundOf(messages: readonly Memory[]): { id: string; round: number } | undefined {
  const trigger = messages[0]?.trigger;
  return trigger?.kind === 'parent' ? trigger.task : undefined;
}
