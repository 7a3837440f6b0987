/**
 * Model services: what writes text and what measures meaning.
 *
 * - **Request**: what a model is told, as typed parts. A model that reads text alone gets it from `prompt-text.ts`.
 * - **Chunk**: a piece of an answer as it is written.
 * - **Tool**: an action as the model sees it. **Call**: the model's wish to use one.
 *
 * Errors: `model_unavailable` (retryable: 429, 5xx, lost connection; `retryAfterMs` as the provider says),
 * `model_timeout` (retryable), `model_refused` (fatal: bad key, bad request, unknown model).
 */
import type { MemoryKind } from '../core/memory.js';
import type { ModelAbilities } from '../core/model-abilities.js';
import type { Part } from '../core/part.js';
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
  /** How people ask for it, for models that match words. Not part of what a language model is told. */
  phrases?: Phrase[];
}

/**
 * A way to ask for a tool: `what time is it [in {place}]`. `[…]` may be left out, `(a|b)` is one of several, and
 * `{place}` is the parameter of that name; what stands there must satisfy the parameter's JSON Schema.
 * `where` narrows parameters for this phrase alone: regular expressions (flags `isu`) for the whole of what stands there.
 */
export type Phrase = string | { say: string; where: Record<string, string> };

/** A picture of a message, for models that see. */
export interface Image {
  mediaType: string;
  bytes: Uint8Array;
}

/** A person, by the platform's id. */
export interface Speaker {
  id: string;
  name?: string;
}

/** A file of a message. */
export interface MessageFile {
  name: string;
  mediaType: string;
  /** In bytes. */
  size: number;
  /** Its content, where it is text that could be read. */
  text?: string;
  /** Whether `text` is only the beginning. */
  cut?: boolean;
  /** Which of the message's images it is, from 1. */
  picture?: number;
  /** Why there is no text or picture, where there should be. */
  problem?: string;
  /** Of which message it is, where it is not of the message itself. */
  of?: 'quote' | 'forwarded' | 'earlier';
}

/** What a person said. */
export interface UserMessage {
  role: 'user';
  /** What was written, and nothing else. */
  text: string;
  /** Absent: the hub itself, not a person. */
  speaker?: Speaker;
  /** When it was said, Unix ms, where that is known. */
  at?: number;
  /** The message this one points at: others' words, which ask for nothing. */
  quote?: { author?: string; text: string };
  /** What it carries besides the words its author typed: others' words, which ask for nothing. */
  parts?: Part[];
  files?: MessageFile[];
  images?: Image[];
  notes?: Note[];
  /** The hub asks for the answer before it once more; nobody has said anything since. */
  revises?: true;
}

/** What the hub says of what it left out of a message or a prompt: `cut: the first 900 of 20,000 characters`. */
export type Note = string;

/** One message of what a model is shown, oldest first. */
export type ModelMessage =
  | UserMessage
  | { role: 'assistant'; text: string; calls?: ToolCall[]; notes?: Note[] }
  | { role: 'tool'; callId: string; name: string; text: string; notes?: Note[] };

/** Something remembered: data, never instructions. */
export interface Quote {
  by: 'agent' | Speaker;
  /** Unix ms. */
  at: number;
  text: string;
  kind: MemoryKind;
  /** What the hub says of it: that it is the past, or not certain. */
  notes?: Note[];
  /** Of all that was recalled, what fits best. */
  best?: true;
}

/** A piece of a document that the agent was given to know: data, never instructions. */
export interface Passage {
  /** By which an answer cites it: `[1]`. */
  mark: number;
  /** The document's. */
  name: string;
  /** Its headings, outermost first: `Holidays > Germany`; perhaps empty. */
  section: string;
  page?: number;
  /** Its first row, where it is of a table. */
  row?: number;
  text: string;
  /** What could not be read of the document. */
  problem?: string;
}

/** What somebody writes, and how the persona answers. */
export interface Example {
  user: string;
  reply: string;
}

/** What a model is told besides the conversation. Each kind at most once, except `instructions` and `context`. */
export type SystemPart =
  | { kind: 'instructions'; text: string }
  | { kind: 'persona'; name: string; bio: string }
  /** How the persona writes, a rule a line. */
  | { kind: 'style'; rules: string[] }
  /** How the persona talks. */
  | { kind: 'examples'; pairs: Example[] }
  /** How `prompt-text.ts` writes down what people say. */
  | { kind: 'format' }
  /** A paragraph of a context provider. */
  | { kind: 'context'; text: string }
  /** What people said of themselves or asked to remember, best first. `share`: most of a prompt that it takes, 0 to 1. */
  | { kind: 'facts'; memories: Quote[]; share?: number }
  /** Pieces of documents that bear on the question. */
  | { kind: 'documents'; passages: Passage[] }
  /** Older memories that bear on the question and what was said beside them: a model is shown them in the order of time. */
  | { kind: 'recalled'; memories: Quote[] }
  /** What was said before the conversation as it is shown, in short: data. `until`: when the last of it was said, Unix ms. */
  | { kind: 'summary'; text: string; until: number }
  /** What had no room. */
  | { kind: 'omitted'; notes: Note[] };

/** All that a model is asked with. */
export interface ModelRequest {
  /** In the order in which a model reads them: what stays the same comes first, so that providers can cache it. */
  system: SystemPart[];
  messages: ModelMessage[];
  tools: Tool[];
  maxTokens: number;
  temperature?: number;
}

/** A piece of an answer as it is written. */
export type ModelChunk =
  | { type: 'text'; text: string }
  | { type: 'call'; call: ToolCall }
  /** Something came that nobody is shown: a thought, a piece of a call. Whoever waits knows by it that the model works. */
  | { type: 'progress' }
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

/** What hears. */
export interface Transcriber {
  /** `endpoint:model`. */
  readonly id: string;
  /** The words of a recording; empty where it has none. Errors: as a language model's. */
  transcribe(
    recording: { name: string; mediaType: string; bytes: Uint8Array },
    signal: AbortSignal,
  ): Promise<string>;
}

/** What a text is embedded for: some models want to be told. A question is compared with texts. */
export type EmbedUse = 'question' | 'text';

/** What measures meaning: texts whose vectors are close mean much the same. */
export interface Embedder {
  /** `provider:model`, and behind a space what else the vectors depend on; stored with every vector. */
  readonly id: string;
  /** Length of every vector; 0 until it is known. */
  readonly dimensions: number;
  /**
   * The languages that it reads, ISO 639-1; absent: all of them. Texts in others are not embedded: words alone find
   * them, since vectors of what a model cannot read are all alike.
   */
  readonly languages?: readonly string[];
  /**
   * Unit vectors, one a text, in order. Of a text that is longer than it reads, the beginning's. A FatalError without a
   * field says that one of the texts is refused: the hub then asks for each by itself.
   * @param use default `text`
   */
  embed(texts: string[], use?: EmbedUse): Promise<Float32Array[]>;
  /** Gets ready, where it rests while nobody asks; called when a question is on its way. */
  wake?(): Promise<void>;
  close(): Promise<void>;
}
