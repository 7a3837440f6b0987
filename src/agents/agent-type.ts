/**
 * Agent type: how an agent takes its turns. A character names one with `type`; the hub's own is `conversational`.
 *
 * - **Task**: one turn to take: whose, the messages, what an earlier attempt did.
 * - **Draft**: the answer, before it is committed and delivered.
 *
 * Not promised: that a turn is tried once. An attempt that dies is followed by another, which gets the same checkpoint.
 */
import type { z } from 'zod';
import type { Agent } from '../core/character.js';
import type { EvaluationRecord } from '../core/evaluation-record.js';
import type { TurnEvent } from '../core/events.js';
import type { Attachment } from '../core/memory.js';
import type { ModelCall } from '../core/model-call.js';
import type { RecallRecord } from '../core/recall-record.js';
import type { RoomState } from '../core/room.js';
import type { PassedOver, TurnCheckpoint, Usage } from '../core/turn.js';
import {
  branded,
  type Definition,
  type ExtensionBase,
  type ExtensionContext,
  type Settings,
} from '../extensions/extension.js';
import type { Evaluator, TurnContext } from '../plugin/plugin.js';

/** One turn to take. */
export interface TurnTask {
  agent: Agent;
  context: TurnContext;
  /** Steps of an earlier attempt come back in here, and new ones are added to it. */
  checkpoint: TurnCheckpoint;
  room: RoomState;
  /** Steps of the checkpoint whose texts people have read, in the reply of a turn that waited. */
  told?: number;
  /** Note here what models were asked, as it ends: it is told of the turn however that ends. What a step took goes with it. */
  made: ModelCall[];
  publish(event: TurnEvent): void;
  /** Tells watchers that what they have of the answer is void, but for this beginning: another model starts over. */
  retell(text: string): void;
  /** Throws once the room may be another worker's. Call it right before what must not be done twice. */
  hold(): void;
  /** Asked before a model is, and before each call; what it throws ends the turn there. Absent: nothing ends it. */
  before?(): Promise<void>;
}

/** An answer before it is committed. */
export interface Draft {
  text: string;
  model: string;
  usage: Usage;
  /** Models that were to be asked before that one, and why they did not answer. */
  passedOver?: PassedOver[];
  /** What was recalled for it, and why; absent: nothing was searched for. */
  recall?: RecallRecord | undefined;
  /** How it was judged; absent: it was not. */
  evaluation?: EvaluationRecord | undefined;
  /** Nothing is said, and nothing stands in history. */
  silent?: boolean;
  /** What tools gave, to be kept with the answer. */
  files?: Attachment[];
  /** They learn from the turn once it is committed. */
  evaluators: Evaluator[];
  /** Calls wait for a decision, until then (Unix ms); the text says for which. */
  waiting?: { until: number };
}

/** What takes turns: composes, asks models, acts. */
export interface TurnTaker {
  /** A `RetryableError` is tried again; a `FatalError` ends the turn, and the person is told. */
  answer(task: TurnTask): Promise<Draft>;
}

/** What an agent type is made with. */
export interface AgentTypeContext<S extends Settings = Settings> extends ExtensionContext<S> {
  /** How the hub itself takes a turn: composes, asks the models, acts, evaluates. Build on it, or do without. */
  conversational: TurnTaker;
  /** How the hub works on goals over many turns; it takes turns that answer people as `conversational`. */
  working: TurnTaker;
}

/** An agent type, as `defineAgentType` makes it. */
export interface AgentTypeExtension<S extends Settings = Settings> extends ExtensionBase<S> {
  readonly kind: 'agentType';
  /** Called once a process, for all agents of the type. */
  create(context: AgentTypeContext<S>): TurnTaker | Promise<TurnTaker>;
}

/** Defines an agent type: what takes an agent's turns. */
export function defineAgentType<S extends Settings = z.ZodObject<Record<never, never>>>(
  definition: Definition<AgentTypeExtension<S>>,
): AgentTypeExtension<S> {
  return branded({ ...definition, kind: 'agentType' as const });
}
