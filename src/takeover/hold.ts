/**
 * Hold: an operator, or the agent itself, has taken a room over for people to answer. While it lasts the agent takes no
 * turn there and nothing of it is delivered; what people write is stored as history. See `docs/takeover.md`.
 */
import { z } from 'zod';
import { type Memory, Source } from '../core/memory.js';
import { Origin } from '../core/origin.js';
import type { OutboundMessage, Turn } from '../core/turn.js';
import { defineRecord } from '../store/record.js';

const Hold = z.looseObject({
  roomId: z.string(),
  agentId: z.string(),
  /** As audit rows name them; `agent`: it asked for people itself. */
  by: z.string(),
  /** What people call them, where that is known. */
  name: z.string().optional(),
  /** Unix ms. */
  since: z.number(),
  /** When it ends by itself (Unix ms); absent: once it is handed back. */
  until: z.number().optional(),
  reason: z.string().optional(),
  /** It began by writing there: writing again makes it longer. */
  byHand: z.boolean().optional(),
  /** The turn that asked for people: what it says last is still delivered. */
  turnId: z.string().optional(),
});
export type Hold = z.infer<typeof Hold>;

/** By room. */
export const holdRecord = defineRecord<Hold>({
  kind: 'room-hold',
  schema: Hold,
  group: ({ agentId }) => agentId,
  due: ({ until }) => until,
});

const Draft = z.looseObject({
  ...{ turnId: z.string(), text: z.string(), at: z.number() },
  /** Where it is said once the room is handed back: it was promised, and no message asked for it. */
  later: z.looseObject({ scope: z.string(), source: Source, taint: z.array(Origin).optional() }).optional(),
});
export type Draft = z.infer<typeof Draft>;

/** What the agent was about to say in a room when it was taken over, the newest last. Due: what is to be said later. */
export const draftRecord = defineRecord<{ agentId: string; roomId: string; drafts: Draft[] }>({
  kind: 'room-draft',
  schema: z.looseObject({ agentId: z.string(), roomId: z.string(), drafts: z.array(Draft) }),
  group: ({ agentId }) => agentId,
  due: ({ drafts }) => drafts.find(({ later }) => later)?.at,
});

/** Of what a turn was about to say: a reminder, or what else came by the clock, is owed to whoever was promised it. */
export function laterOf(
  { covers, trigger }: Pick<Turn, 'covers' | 'trigger'>,
  { scope, source, taint }: Pick<Memory, 'scope' | 'source' | 'taint'>,
): Pick<Draft, 'later'> {
  if (covers.length > 0 && trigger?.kind !== 'schedule') return {};
  return { later: { scope, source, ...(taint && { taint }) } };
}

const Note = z.looseObject({
  id: z.string(),
  by: z.string(),
  name: z.string().optional(),
  text: z.string(),
  at: z.number(),
});
export type Note = z.infer<typeof Note>;

/** What operators note of a room for one another and for the agent, the newest last. */
export const roomNoteRecord = defineRecord<{ agentId: string; roomId: string; notes: Note[] }>({
  kind: 'room-note',
  schema: z.looseObject({ agentId: z.string(), roomId: z.string(), notes: z.array(Note) }),
  group: ({ agentId }) => agentId,
});

/** Whether an operator wrote it in the agent's name. */
export function isByOperator({
  role,
  author,
  agentId,
}: Pick<Memory, 'role' | 'author' | 'agentId'>): boolean {
  return role === 'assistant' && !author.bot && author.id !== agentId;
}

/** Whether it must not leave while the room is held: what operators write does, and what the hub itself tells. */
export function isWithheld(
  hold: Hold,
  {
    turnId,
    memory,
    replaceable,
    replaces,
  }: Pick<OutboundMessage, 'turnId' | 'memory' | 'replaceable' | 'replaces'>,
): boolean {
  if (replaceable || replaces !== undefined || isByOperator(memory)) return false;
  return hold.turnId !== turnId;
}

export function lasts({ until }: Hold, now: number): boolean {
  return until === undefined || until > now;
}
