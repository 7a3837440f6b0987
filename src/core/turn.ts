/**
 * A turn: one run of the pipeline over all pending messages of a room. Its id is derived from the first
 * message it covers, so a retry, on any worker, is the same turn.
 */
import { derivedId, newId } from './ids.js';
import type { Memory, Source } from './memory.js';

/** Tokens as the model counts them; 0 where it does not say. */
export interface Usage {
  inputTokens: number;
  outputTokens: number;
}

/** One action of a turn. Recorded when it begins and when it ends, before the model is called again. */
export interface ActionRecord {
  /** The model's id of the call. */
  callId: string;
  name: string;
  /** As the model wrote them: JSON text, possibly invalid. */
  arguments: string;
  /** What the model is told; null: it began, and whether it took effect is not known. */
  result: string | null;
  ok: boolean;
  /** Unix ms. */
  startedAt: number;
  durationMs: number;
}

/** One model call of a turn that asked for actions: what it said, and what they gave. */
export interface TurnStep {
  text: string;
  actions: ActionRecord[];
  usage: Usage;
}

/** What survives of a turn that did not finish: a retry goes on from here and repeats no action. */
export interface TurnCheckpoint {
  turnId: string;
  roomId: string;
  agentId: string;
  /** Ids of the covered messages. Fixed by the first checkpoint: later messages wait for the next turn. */
  covers: string[];
  steps: TurnStep[];
}

/** One run of an agent that answers messages of a room. */
export interface Turn extends TurnCheckpoint {
  status: 'done' | 'failed';
  /** Id of the reply memory; null when the agent had nothing to say. */
  replyId: string | null;
  /** Id of the model that wrote the reply. */
  model: string | null;
  usage: Usage;
  attempt: number;
  error: { code: string; message: string } | null;
  /** Unix ms. */
  startedAt: number;
  finishedAt: number;
}

/** A reply on its way to its platform. Delivered at least once, in order within its room. */
export interface OutboundMessage {
  id: string;
  agentId: string;
  roomId: string;
  turnId: string;
  /** The reply as it stands in history. */
  memory: Memory;
  /** Where to: the source of the newest message answered. */
  to: Source;
  /** The sources of all messages answered (but those whose senders fetch the reply), oldest first. */
  answers: Source[];
  /** Failed tries so far. */
  attempts: number;
  createdAt: number;
}

/** Null where nothing is to be sent: all senders fetch the reply themselves. */
export function outboundOf(memory: Memory, turnId: string, asked: Source[]): OutboundMessage | null {
  const answers = asked.filter(({ pull }) => !pull);
  const to = answers.at(-1);
  if (!to) return null;
  const { agentId, roomId, createdAt } = memory;
  return { id: newId(), agentId, roomId, turnId, memory, to, answers, attempts: 0, createdAt };
}

export function turnIdOf(first: Memory): string {
  return derivedId('turn', first.id);
}

export function addUsage(a: Usage, b: Usage): Usage {
  return { inputTokens: a.inputTokens + b.inputTokens, outputTokens: a.outputTokens + b.outputTokens };
}
