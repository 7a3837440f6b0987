/**
 * Model services: what writes text and what measures meaning.
 *
 * - **Chunk**: a piece of an answer as it is written.
 * - **Tool**: an action as the model sees it. **Call**: the model's wish to use one.
 * - **Grounding**: the facts the system text was made from, for a model that cannot read prose.
 *
 * Errors: `model_unavailable` (retryable: 429, 5xx, lost connection; `retryAfterMs` as the provider says),
 * `model_timeout` (retryable), `model_refused` (fatal: bad key, bad request, unknown model).
 */
import type { Character } from '../core/character.js';
import type { Memory } from '../core/memory.js';
import type { ModelAbilities } from '../core/model-abilities.js';
import type { Usage } from '../core/turn.js';

/** The model's wish to use a tool. */
export interface ToolCall {
  id: string;
  name: string;
  /** JSON text as the model wrote it; may be invalid. */
  arguments: string;
}

/** An action as the model sees it. */
export interface Tool {
  name: string;
  description: string;
  /** JSON Schema (draft 2020-12) of the arguments. */
  parameters: Record<string, unknown>;
  /** Reads the arguments out of plain words; null when the words do not ask for this. */
  recognise?: (text: string) => Record<string, unknown> | null;
}

/** A picture of a message, for models that see. */
export interface Image {
  mediaType: string;
  bytes: Uint8Array;
}

/** One message of what a model is shown, oldest first. */
export type ModelMessage =
  /** `at`: when it was said, Unix ms, where that is known. */
  | { role: 'user'; text: string; at?: number; images?: Image[] }
  | { role: 'assistant'; text: string; calls?: ToolCall[] }
  | { role: 'tool'; callId: string; name: string; text: string };

export interface Grounding {
  character: Character;
  /** Older memories that bear on the question, best first. */
  recalled: Memory[];
  facts: Memory[];
}

/** All that a model is asked with. */
export interface ModelRequest {
  system: string;
  messages: ModelMessage[];
  tools: Tool[];
  maxTokens: number;
  temperature?: number;
  grounding: Grounding;
}

/** A piece of an answer as it is written. */
export type ModelChunk =
  | { type: 'text'; text: string }
  | { type: 'call'; call: ToolCall }
  /** Always last. */
  | { type: 'end'; finish: 'stop' | 'calls' | 'length' | 'filtered'; usage: Usage };

/** What writes answers. */
export interface LanguageModel {
  /** `endpoint:model`. */
  readonly id: string;
  readonly abilities: ModelAbilities;
  /** Ends early, by throwing the signal's reason, when the signal aborts. */
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelChunk>;
}

/** What measures meaning: texts whose vectors are close mean much the same. */
export interface Embedder {
  /** `provider:model`; stored with every vector. */
  readonly id: string;
  /** Length of every vector. */
  readonly dimensions: number;
  /** Unit vectors, one a text, in order. */
  embed(texts: string[]): Promise<Float32Array[]>;
  close(): Promise<void>;
}
