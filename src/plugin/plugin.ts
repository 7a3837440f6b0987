/**
 * Plugin: a module that brings abilities to the agents that name it. What it can do is what it has.
 *
 * - **Action**: something the agent can do (a tool).
 * - **ContextProvider**: adds a paragraph to what the model is told.
 * - **Evaluator**: judges a draft before it is sent, or learns from a finished turn.
 * - **Transforms**: change messages before they are stored, and replies before they are stored and sent.
 * - **Rules**, **events**, **commands**, **routes**: `plugin/hooks.ts`.
 *
 * How to write one: `plugins/README.md`.
 */
import type { ZodType, z } from 'zod';
import type { Notes } from '../connector/connector.js';
import type { Agent } from '../core/character.js';
import type { Author, Memory } from '../core/memory.js';
import type { Origin } from '../core/origin.js';
import type { Requester } from '../core/requester.js';
import type { ToolHints, ToolResult } from '../core/tool-result.js';
import type { Trigger } from '../core/trigger.js';
import type { Turn } from '../core/turn.js';
import {
  branded,
  type Definition,
  type ExtensionBase,
  type ExtensionContext,
  type Settings,
} from '../extensions/extension.js';
import type { Phrase } from '../llm/llm.js';
import type { InboundContext, PluginCommand, PluginEvents, PluginRoutes, PluginRule, Said } from './hooks.js';

/** What every part of a plugin is given when it is called. */
export interface TurnContext {
  agent: Agent;
  roomId: string;
  turnId: string;
  /** The person whose messages this turn answers. */
  user: Author;
  /** The messages this turn answers; where it goes on after a decision, those that were answered by waiting. */
  messages: Memory[];
  /** Why it runs; absent: for the messages. */
  trigger?: Trigger;
  memory: MemoryAccess;
  schedules: ScheduleAccess;
  documents: DocumentAccess;
  /** Who they are, and their role here; looked up when it is asked first. */
  requester(): Promise<Requester>;
  /** What the turn has read from outside so far; it grows while the turn runs. */
  taint: Origin[];
  /** Aborted at the timeout, on cancellation and on shutdown. */
  signal: AbortSignal;
}

/** The agent's memory, seen through the scope of the room: nothing of other people's can be reached. */
export interface MemoryAccess {
  /**
   * Keeps a fact of whoever is answered. The same fact twice is kept once; what it replaces ends.
   * @throws FatalError `invalid_field` for what is never kept, such as passwords: its message says so.
   */
  remember(text: string): Promise<Memory>;
  /** Facts that hold and match the words, best first; without words the newest. */
  facts(words?: string): Promise<Memory[]>;
  /** Facts that held once. Absent: nothing is known of the past. */
  past?(words?: string): Promise<Memory[]>;
  search(words: string, limit?: number): Promise<Memory[]>;
  /**
   * What the person who is answered wrote here themselves, facts and messages, best first; without words all of it,
   * newest first. Messages of the running turn are not among it.
   */
  own(words?: string): Promise<Memory[]>;
  /**
   * Forgets memories of this scope, and the agent's messages that answer or repeat them. Returns how many went.
   * @param words what the person called them: a name among these is what is meant, and other names in them are not
   */
  forget(ids: string[], words?: string): Promise<number>;
}

/**
 * When something is to be done: so long from now, at a local time (`2026-12-24 18:30`, `18:30`), or again and again by a
 * cron pattern of five fields. Zones are IANA names. The hub counts: a model's own clock is wrong.
 */
export type WhenWished = { inMs: number } | { local: string; zone: string } | { cron: string; zone: string };

/** What is to be done, or said, later in this room, in the name of whoever is answered. */
export interface ScheduleAccess {
  /**
   * @param wanted `reminder`: the text is said; `work`: it makes a turn of the agent
   * @returns its id, and its next times in words
   * @throws FatalError `invalid_field`, `quota_exceeded`: the message is for the model
   */
  add(wanted: {
    kind: 'reminder' | 'work';
    text: string;
    when: WhenWished;
  }): Promise<{ id: string; times: string }>;
  /** Theirs in this room that still have something to do, oldest first. */
  list(): Promise<{ id: string; kind: 'reminder' | 'work'; text: string; times: string }[]>;
  /** False: they have none of this id here. */
  remove(id: string): Promise<boolean>;
}

/** Documents that people send. */
export interface DocumentAccess {
  /**
   * Keeps the files of the message that is answered, or else those that its author sent last here.
   * @param everybody for all who talk to the agent on this platform; otherwise for this room alone
   * @returns their names
   * @throws FatalError `permission_denied`, `invalid_field`, `quota_exceeded`: the message is for the model
   */
  keep(everybody: boolean): Promise<string[]>;
}

/** What an action is given when it runs. */
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
  /**
   * Whether a call waits until an operator has approved it, for days if need be; the room goes on meanwhile. What it
   * throws counts as yes.
   */
  needsApproval?: boolean | ((parameters: P, context: TurnContext) => boolean);
  /**
   * What else an approval of a call holds for, such as the digest of a file that the call names: where it gives another text
   * when the call is to run, the call is asked for anew. So it is where this throws.
   */
  boundTo?(parameters: P, context: TurnContext): string | Promise<string>;
  /**
   * Whether it may run again where its process died while it ran, with the same idempotency key. Default: it may not, and
   * the model is told that nobody knows whether it took effect.
   */
  repeatable?: boolean;
  /** What it does to the world; absent: it changes something, loses nothing, and brings no words from outside. */
  hints?: ToolHints;
  /** The result, or its text as the model reads it. A thrown error's message is told to the model, so it can try otherwise. */
  run(parameters: P, context: ActionContext): Promise<string | ToolResult>;
}

export interface ContextProvider {
  name: string;
  /** Null adds nothing. A failing provider is logged and left out. */
  provide(context: TurnContext): Promise<string | null>;
}

/** Whether a draft is sent, or what to make better. */
export type Verdict = { accept: true } | { accept: false; advice: string };

export interface Evaluator {
  name: string;
  /** Before commit. A rejected draft is written once more with the advice; the second is taken as it is. */
  judge?(draft: string, context: TurnContext): Promise<Verdict>;
  /** After commit, off the hot path; a failure is logged. */
  learn?(turn: Turn, reply: Memory | null, context: TurnContext): Promise<void>;
}

/**
 * Called in the order of the agent's plugins, each with what the one before made. Where one fails, nothing goes on
 * unchanged: the message is refused and its sender told; a reply is tried again with its turn.
 */
export interface Transforms {
  /** What it gives is stored, searched and read by models, in the place of what was sent. Null: the message is dropped. */
  inbound?(said: Said, context: InboundContext): Said | null | Promise<Said | null>;
  /** What it gives is stored and sent. People see nothing of the reply before. */
  outbound?(text: string, context: TurnContext): string | Promise<string>;
}

/** What a plugin can have; all of it is optional. */
export interface PluginParts {
  /** Called once a process, before anything else of it. What it throws is logged, and it is tried again later. */
  open?(): void | Promise<void>;
  /** Called when the hub stops, after the last turn. */
  close?(): void | Promise<void>;
  actions?: Action[];
  contextProviders?: ContextProvider[];
  evaluators?: Evaluator[];
  transforms?: Transforms;
  rules?: PluginRule[];
  events?: PluginEvents;
  commands?: PluginCommand[];
  routes?: PluginRoutes;
}

/** A plugin without settings can be exported as it is. */
export interface Plugin extends PluginParts {
  name: string;
}

/** What `create` is given. */
export interface PluginContext<S extends Settings = Settings> extends ExtensionContext<S> {
  /** The plugin's own small durable values, the same in every process of the hub. */
  notes: Notes;
  /** Aborted when the hub stops. */
  signal: AbortSignal;
}

/** A plugin with settings, as `definePlugin` makes it. */
export interface PluginExtension<S extends Settings = Settings> extends ExtensionBase<S> {
  readonly kind: 'plugin';
  /**
   * Agents that name it take no messages and send no replies while it cannot be used. Default: they run without it.
   * For what must see everything, such as what removes secrets.
   */
  readonly required?: boolean;
  /** Called once a process, and again later where it throws. */
  create(context: PluginContext<S>): PluginParts | Promise<PluginParts>;
}

/** Defines a plugin with settings: how to make one from them. */
export function definePlugin<S extends Settings = z.ZodObject<Record<never, never>>>(
  definition: Definition<PluginExtension<S>>,
): PluginExtension<S> {
  return branded({ ...definition, kind: 'plugin' as const });
}

/** Lets TypeScript infer an action's parameters from its schema. */
export function defineAction<P>(action: Action<P>): Action {
  return action as Action;
}

/** A plugin that works. */
export interface RunningPlugin {
  readonly name: string;
  readonly parts: PluginParts;
}

/** The plugins of this process, as the rest of the hub asks for them. */
export interface PluginDesk {
  /**
   * Those an agent names that work now, in its order; the same list until that changes. Waits a few seconds at most,
   * for plugins that were never tried or whose file has changed.
   * @throws RetryableError `plugin_failed` while one that is `required` cannot be used.
   */
  of(agent: Agent): readonly RunningPlugin[] | Promise<readonly RunningPlugin[]>;
  /** Tells the agent's observers, after the fact. Returns at once and never throws. */
  tell<K extends keyof PluginEvents>(agentId: string, kind: K, event: EventOf<K>): void;
}

export type EventOf<K extends keyof PluginEvents> = Parameters<NonNullable<PluginEvents[K]>>[0];
