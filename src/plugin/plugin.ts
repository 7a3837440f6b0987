/**
 * Plugin: a module that brings abilities to the agents that name it. What it can do is what it has.
 *
 * - **Action**: something the agent can do (a tool).
 * - **ContextProvider**: adds a paragraph to what the model is told.
 * - **Evaluator**: judges a draft before it is sent, or learns from a finished turn.
 *
 * How to write one: `plugins/README.md`.
 */
import type { ZodType } from 'zod';
import type { Agent } from '../core/character.js';
import type { Author, Memory } from '../core/memory.js';
import type { Turn } from '../core/turn.js';
import type { Phrase } from '../llm/llm.js';

/** What every part of a plugin is given when it is called. */
export interface TurnContext {
  agent: Agent;
  roomId: string;
  turnId: string;
  /** Author of the newest message covered. */
  user: Author;
  /** The messages this turn answers. */
  messages: Memory[];
  memory: MemoryAccess;
  /** Aborted at the timeout, on cancellation and on shutdown. */
  signal: AbortSignal;
}

/** The agent's memory, seen through the scope of the room: nothing of other people's can be reached. */
export interface MemoryAccess {
  /** Keeps a fact. The same fact twice is kept once. */
  remember(text: string): Promise<Memory>;
  /** Facts in this scope that match the words, best first; without words the newest. */
  facts(words?: string): Promise<Memory[]>;
  search(words: string, limit?: number): Promise<Memory[]>;
  /**
   * What the person who is answered wrote here themselves, facts and messages, best first; without words all of it,
   * newest first. Messages of the running turn are not among it.
   */
  own(words?: string): Promise<Memory[]>;
  /** Forgets memories of this scope, and the agent's messages that answer or repeat them. Returns how many of `ids` went. */
  forget(ids: string[]): Promise<number>;
}

export interface ActionContext extends TurnContext {
  /** The same in every retry of the same call: give it to services that know idempotency keys. */
  idempotencyKey: string;
}

export interface Action<P = unknown> {
  /** Letters, digits, `_` and `-`, at most 64: what all model services take. */
  name: string;
  /** For the model: what it does and when to use it. */
  description: string;
  parameters: ZodType<P>;
  /** Default 30,000 ms. */
  timeoutMs?: number;
  /** How people ask for it, so that it works without a language model; a language model is not told. */
  phrases?: Phrase[];
  /** The result as the model reads it. A thrown error's message is told to the model, so it can try otherwise. */
  run(parameters: P, context: ActionContext): Promise<string>;
}

export interface ContextProvider {
  name: string;
  /** Null adds nothing. A failing provider is logged and left out. */
  provide(context: TurnContext): Promise<string | null>;
}

export type Verdict = { accept: true } | { accept: false; advice: string };

export interface Evaluator {
  name: string;
  /** Before commit. A rejected draft is written once more with the advice; the second is taken as it is. */
  judge?(draft: string, context: TurnContext): Promise<Verdict>;
  /** After commit, off the hot path; a failure is logged. */
  learn?(turn: Turn, reply: Memory | null, context: TurnContext): Promise<void>;
}

export interface Plugin {
  name: string;
  actions?: Action[];
  contextProviders?: ContextProvider[];
  evaluators?: Evaluator[];
}

/** Lets TypeScript infer an action's parameters from its schema. */
export function defineAction<P>(action: Action<P>): Action {
  return action as Action;
}
