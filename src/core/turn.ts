/**
 * A turn: one run of the pipeline over pending messages of a room, or over a trigger. Its id is derived from the first
 * of what it covers, so a retry, on any worker, is the same turn.
 *
 * - **open**: what it will cover is pending. **running**: it has begun, so it has a checkpoint.
 * - **waiting**: committed, and over for its room; a decision lets another turn go on from it.
 * - **done**, **failed**, **stopped** (somebody called it off): committed for good.
 */
import type { EvaluationRecord } from './evaluation-record.js';
import { derivedId, newId } from './ids.js';
import type { Attachment, Memory, Source } from './memory.js';
import type { ModelCall } from './model-call.js';
import type { Origin } from './origin.js';
import type { RecallRecord } from './recall-record.js';
import type { Decision, Trigger } from './trigger.js';

export type TurnState = 'open' | 'running' | TurnStatus;

/** What a committed turn can be. */
export const turnStatuses = ['waiting', 'done', 'failed', 'stopped'] as const;
type TurnStatus = (typeof turnStatuses)[number];

/** Tokens as the model counts them; 0 where it does not say. */
export interface Usage {
  /** Of the whole prompt, whatever of it the provider had kept. */
  inputTokens: number;
  /** With what the model has thought. */
  outputTokens: number;
  /** How many of the input the provider had kept from earlier prompts; absent: none, or it does not say. */
  cachedTokens?: number;
}

/**
 * - **planned**: not begun. **awaiting**: it needs a decision. **running**: begun.
 * - **done**, **failed**: it has its result. **denied**: it was not run.
 * - **unknown**: it was running when its process died; nobody knows whether it took effect.
 */
// biome-ignore format: one line.
export const actionStates = ['planned', 'awaiting', 'running', 'done', 'failed', 'denied', 'unknown'] as const;
export type ActionState = (typeof actionStates)[number];

/** One action of a turn. Recorded when it begins and when it ends, before the model is called again. */
export interface ActionRecord {
  /** The model's id of the call; another where that is odd, or was in the turn before. */
  callId: string;
  name: string;
  /** As the model wrote them: JSON text, possibly invalid. */
  arguments: string;
  state: ActionState;
  /** The tool's key; absent: there is none of that name, or an older hub wrote this. */
  tool?: string;
  /** The rule of the policy that decided about it. */
  rule?: string;
  /** Somebody has approved it: it is not asked for again. */
  approved?: true;
  /** Nobody knows whether it took effect, and the turn that waited has said so. */
  told?: true;
  /** By which it is asked for, or was; absent: an older hub has asked. */
  approval?: string;
  /**
   * What the model is told; null: it has not ended. One that is awaiting has a text here, too: a worker that does not
   * know of states runs what has none.
   */
  result: string | null;
  /** What came with the result. */
  files?: Attachment[];
  ok: boolean;
  /** Unix ms; 0: it has not begun. */
  startedAt: number;
  durationMs: number;
  /** Where the words of its result come from, where that is outside. */
  origins?: Origin[];
}

/** One model call of a turn that asked for actions: what it said, and what they gave. */
export interface TurnStep {
  text: string;
  actions: ActionRecord[];
  usage: Usage;
  /** What it took; absent: an older hub asked. */
  made?: ModelCall[];
}

/** What survives of a turn that did not finish: a retry goes on from here and repeats no action that has ended. */
export interface TurnCheckpoint {
  turnId: string;
  roomId: string;
  agentId: string;
  /** Ids of the covered messages. Fixed by the first checkpoint: later messages wait for the next turn. */
  covers: string[];
  steps: TurnStep[];
  /** Attempts that ended with their process; absent: none. */
  tries?: number;
  /** Absent: messages. */
  trigger?: Trigger;
  /** What it has read from outside; absent: nothing. */
  taint?: Origin[];
}

/** A model of the chain that did not write the answer, and why not. */
export interface PassedOver {
  model: string;
  code: string;
  message: string;
}

/** One run of an agent that answers messages of a room. */
export interface Turn extends Omit<TurnCheckpoint, 'tries'> {
  status: TurnStatus;
  /** Until when somebody can decide (Unix ms); only of one that waits, or has waited. */
  waitsUntil?: number;
  /** The turn that went on from this one. */
  continuedBy?: string;
  /** Id of the reply memory; null when the agent had nothing to say. */
  replyId: string | null;
  /** Id of the model that wrote the reply. */
  model: string | null;
  /** Models that were to be asked before it, or of one that failed, those that were asked; absent: none. */
  passedOver?: PassedOver[];
  /** What it recalled, and why; absent: nothing was searched for, or an older hub took it. */
  recall?: RecallRecord;
  /** How its reply was judged; absent: the agent asks for nothing of the kind, or an older hub took it. */
  evaluation?: EvaluationRecord;
  usage: Usage;
  /** What its models were asked after those of its steps; absent: nothing, or an older hub took it. */
  calls?: ModelCall[];
  attempt: number;
  error: { code: string; message: string } | null;
  /** Unix ms. */
  startedAt: number;
  finishedAt: number;
}

interface Ending extends Pick<Turn, 'status' | 'attempt' | 'startedAt'> {
  reply: Memory | null;
  /** Default now. */
  finishedAt?: number;
  model?: string | null;
  usage?: Usage;
  error?: Turn['error'];
  waitsUntil?: number;
  passedOver?: PassedOver[];
  recall?: RecallRecord | undefined;
  evaluation?: EvaluationRecord | undefined;
  calls?: ModelCall[] | undefined;
}

/** The committed turn that a checkpoint has become. */
export function turnOf(begun: TurnCheckpoint, ending: Ending): Turn {
  const { turnId, roomId, agentId, covers, steps, trigger, taint } = begun;
  const {
    status,
    reply,
    model = null,
    // What was paid for counts, whatever became of it.
    usage = steps.reduce((sum, step) => addUsage(sum, step.usage), noUsage),
    calls = [],
    error = null,
    waitsUntil,
    passedOver,
    recall,
    evaluation,
  } = ending;
  const { attempt, startedAt, finishedAt = Date.now() } = ending;
  const replyId = reply?.id ?? null;
  return {
    ...{ turnId, roomId, agentId, covers, steps, status, replyId, model, usage, error },
    ...{ attempt, startedAt, finishedAt },
    ...(trigger && trigger.kind !== 'message' && { trigger }),
    ...(taint && taint.length > 0 && { taint }),
    ...(waitsUntil !== undefined && { waitsUntil }),
    ...(passedOver && passedOver.length > 0 && { passedOver }),
    ...(recall && { recall }),
    ...(evaluation && { evaluation }),
    ...(calls.length > 0 && { calls }),
  };
}

/** As stored before actions had states, or since. A copy, which may be changed. */
export function readSteps(steps: TurnStep[]): TurnStep[] {
  return steps.map((step) => ({ ...step, actions: step.actions.map(readAction) }));
}

function readAction(stored: Omit<ActionRecord, 'state'> & { state?: ActionState }): ActionRecord {
  const { state, result, startedAt, ok } = stored;
  if (state !== undefined) return { ...stored, state };
  if (result === null) return { ...stored, state: startedAt > 0 ? 'running' : 'planned' };
  return { ...stored, state: ok ? 'done' : 'failed' };
}

/** The steps of a waiting turn as its continuation begins with them; what they cost is counted there, once. */
export function decidedSteps(steps: TurnStep[], decision: Decision): TurnStep[] {
  return readSteps(steps).map(({ made, ...step }) => ({
    ...step,
    usage: noUsage,
    actions: step.actions.map((action): ActionRecord => {
      if (action.state === 'unknown') return { ...action, told: true };
      if (action.state !== 'awaiting') return action;
      const decided = decision.calls?.[action.callId] ?? decision;
      if (decided.approve) return { ...action, state: 'planned', approved: true, result: null };
      return { ...action, state: 'denied', ok: false, result: denial(decided) };
    }),
  }));
}

function denial({ expired, by, note }: Decision): string {
  if (expired) return 'This was not done: nobody approved it in time.';
  return `This was not done: ${by ?? 'somebody'} denied it.${note ? ` They say: ${note}` : ''}`;
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
  /**
   * The turn of an earlier message of the room, in whose place this one is to stand. Several in a row may name the same
   * one: what any of them is shown as is in its place then.
   */
  replaces?: string;
  /** Others may take its place later. */
  replaceable?: true;
  /** What the one that it replaces is shown as now, first to last; known when it is sent, and never stored. */
  replacing?: { messageIds: string[] };
}

/** Null where nothing is to be sent: all senders fetch the reply themselves. `createdAt`: Unix ms. */
export function outboundOf(
  memory: Memory,
  turnId: string,
  asked: Source[],
  createdAt: number,
  place: Pick<OutboundMessage, 'replaces' | 'replaceable'> = {},
): OutboundMessage | null {
  const answers = asked.filter(({ pull }) => !pull);
  const to = answers.at(-1);
  if (!to) return null;
  const { agentId, roomId } = memory;
  return { id: newId(), agentId, roomId, turnId, memory, to, answers, attempts: 0, createdAt, ...place };
}

const noUsage: Usage = Object.freeze({ inputTokens: 0, outputTokens: 0 });

export function turnIdOf(first: Memory): string {
  return derivedId('turn', first.id);
}

export function addUsage(a: Usage, b: Usage): Usage {
  const cachedTokens = (a.cachedTokens ?? 0) + (b.cachedTokens ?? 0);
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    ...(cachedTokens > 0 && { cachedTokens }),
  };
}
