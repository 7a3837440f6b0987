/** What is known of a room's conversation: how far it is summarised, and when somebody is to look at it. */
import { z } from 'zod';
import type { Memory } from '../../core/memory.js';
import { defineRecord } from '../../store/record.js';

export interface ConversationState {
  agentId: string;
  roomId: string;
  /** Id of the summary; absent: there is none. */
  summary?: string;
  /** What it covers: ids of the first and the last message, and how many those are. */
  first?: string;
  last?: string;
  messages: number;
  /** What has a smaller id is in no summary. */
  from: string;
  /** Of `messages`, those of the conversation that goes on. */
  counted: number;
  /** When its first message was said, and the oldest that the summary covers (Unix ms). */
  beganAt?: number;
  firstAt?: number;
  /** Where the conversation began anew at a limit; as `RoomState.since` had it. */
  renewed?: string;
  told?: boolean;
  /** Raised when something that is covered is changed or gone: what is being made of it counts no more. */
  epoch: number;
  /** When somebody is to look at it (Unix ms). */
  due?: number;
  /** Whoever makes a summary now, until when, and the id it will have. */
  maker?: { by: string; until: number; id: string };
  /** Tries that have failed since the last that did not. */
  failing?: { tries: number; since: number; code: string; message: string };
  /** When the summary was last made of everything (Unix ms). */
  rebuiltAt?: number;
}

/** What a turn has of a room's conversation. */
export interface ConversationView {
  /** Null: there is none, or it is of another conversation. */
  summary: Memory | null;
  /** What has a smaller id, or this one, is in the summary. */
  after: string;
  /** A summary is due and could not be made: the window holds more meanwhile. */
  isBehind: boolean;
  state: ConversationState | null;
  /** What has a smaller id is of an earlier conversation; empty: nothing is. */
  since: string;
}

export const conversationRecord = defineRecord<ConversationState>({
  kind: 'conversation',
  schema: z.looseObject({
    agentId: z.string(),
    roomId: z.string(),
    summary: z.string().optional(),
    first: z.string().optional(),
    last: z.string().optional(),
    messages: z.number(),
    from: z.string(),
    counted: z.number(),
    beganAt: z.number().optional(),
    firstAt: z.number().optional(),
    renewed: z.string().optional(),
    told: z.boolean().optional(),
    epoch: z.number(),
    due: z.number().optional(),
    maker: z.looseObject({ by: z.string(), until: z.number(), id: z.string() }).optional(),
    failing: z
      .looseObject({ tries: z.number(), since: z.number(), code: z.string(), message: z.string() })
      .optional(),
    rebuiltAt: z.number().optional(),
  }),
  group: ({ agentId }) => agentId,
  due: ({ due }) => due,
});

export function newState(agentId: string, roomId: string, from: string): ConversationState {
  return { agentId, roomId, messages: 0, from, counted: 0, epoch: 0 };
}

/** Whether what is summarised belongs to the conversation that goes on, which began at `since`. */
export function isOfNow({ renewed, last }: ConversationState, since: string): boolean {
  return since === '' || renewed === since || (last !== undefined && last >= since);
}

/** Without its summary, which is to be made of everything again. */
export function withoutSummary({
  summary: _,
  first: __,
  last: ___,
  firstAt: ____,
  ...state
}: ConversationState): ConversationState {
  return { ...state, messages: 0, counted: 0, epoch: state.epoch + 1 };
}
