/**
 * Fits what a model could be told to what it takes: one budget for the whole prompt, in tokens, cut before it is built.
 * What is newest and nearest comes first: what is to be answered, its files, what it points at; then what was said
 * before, and what was recalled. Bytes of files are loaded for what is sent alone.
 */
import { ByteGate } from '../core/byte-gate.js';
import type { ModelAbilities } from '../core/model-abilities.js';
import { estimateTokens } from '../core/token-estimate.js';
import type { FileReader } from '../files/reader.js';
import type { ModelMessage, ModelRequest, Note, SystemPart, Tool } from '../llm/llm.js';
import { promptTokens } from '../llm/prompt-text.js';
import { leftOut } from './cutting.js';
import { named, pictureBytes, roomFor, withContents } from './file-contents.js';
import {
  fitAsked,
  fitContext,
  fitEarlier,
  fitOwn,
  fitParts,
  fitPassages,
  fitQuotes,
  fitSummary,
  lastingTokens,
} from './portions.js';
import type { Composed } from './transcript.js';

export interface PromptLimits {
  /** Taken for a model's whole length where nobody knows it, in tokens. */
  contextTokens: number;
  /** Of pictures in one prompt. */
  fileBytes: number;
}

/** A request that a model takes. */
export interface Fitted {
  request: ModelRequest;
  /** Of the prompt; likely too high. */
  tokens(): number;
  /** Call it once the model has answered. */
  release(): void;
}

/** So many prompts full of pictures are in memory at once. */
const fullPrompts = 4;

export class PromptFitter {
  readonly #reader: FileReader;
  readonly #limits: PromptLimits;
  readonly #gate: ByteGate;

  constructor(reader: FileReader, limits: PromptLimits) {
    this.#reader = reader;
    this.#limits = limits;
    this.#gate = new ByteGate(limits.fileBytes * fullPrompts);
  }

  /** @param most tokens of the prompt, where the provider found one too long; its answer is half as long then, too. */
  async fit(
    request: ModelRequest & Partial<Composed>,
    abilities: ModelAbilities,
    signal: AbortSignal,
    most = Infinity,
  ): Promise<Fitted> {
    const shown = request.messages.filter((message) => !request.earlier?.has(message));
    const bytes = Math.min(this.#limits.fileBytes, pictureBytes(shown, abilities));
    const release = await this.#gate.enter(bytes, signal);
    try {
      const fitted = await this.#fitted(request, abilities, signal, most);
      return { request: fitted, tokens: () => promptTokens(fitted), release };
    } catch (error) {
      release();
      throw error;
    }
  }

  async #fitted(
    request: ModelRequest & Partial<Composed>,
    abilities: ModelAbilities,
    signal: AbortSignal,
    most: number,
  ): Promise<ModelRequest> {
    const { messages, temperature, asked = new Set(), earlier = new Set(), unshown = 0 } = request;
    const length = abilities.contextTokens ?? this.#limits.contextTokens;
    const wanted = most === Infinity ? request.maxTokens : Math.ceil(request.maxTokens / 2);
    const maxTokens = Math.min(wanted, Math.max(16, Math.floor(length / 3)));
    const budget = Math.min(length - maxTokens, most) - frameTokens;
    const tools = abilities.tools ? request.tools : [];
    const notes: Note[] = [];

    const always = request.system.filter(({ kind }) => !variable.has(kind));
    const told = lastingTokens(always);
    const called = toolTokens(tools);
    const shortened = told + called > budget / 2 ? always.filter(({ kind }) => kind !== 'examples') : always;
    // Where instructions alone are too long there is no good prompt; the provider has the last word.
    const fixed = called + (shortened === always ? told : lastingTokens(shortened));
    let left = Math.max(budget - fixed, Math.floor(budget / 4));

    const [own, now, before]: [ModelMessage[], ModelMessage[], ModelMessage[]] = [[], [], []];
    for (const message of messages)
      (asked.has(message) ? now : earlier.has(message) ? before : own).push(message);
    const shown = new Map<ModelMessage, ModelMessage>();
    left -= fitOwn(own, Math.floor(left / 2), shown);
    left -= fitAsked(now, Math.floor((left * 3) / 4), shown);
    left -= await this.#fitFiles([...now, ...own], Math.floor(left / 2), abilities, signal, shown);
    left -= fitParts(now, Math.floor(left / 2), shown);

    const system = new Map<SystemPart, SystemPart>();
    left -= fitContext(request.system, Math.floor(left / 4), system, notes);
    const facts = request.system.find((part) => part.kind === 'facts');
    const factTokens = Math.floor(Math.min(left / 4, budget * (facts?.share ?? 1)));
    left -= fitQuotes(request.system, 'facts', factTokens, system, notes);
    left -= fitPassages(request.system, Math.floor(left / 2), system, notes);
    left -= fitSummary(request.system, Math.floor(left / 3), system, notes);
    const recalled = request.system.some((part) => part.kind === 'recalled' && part.memories.length > 0);
    left -= fitEarlier(before, recalled ? Math.floor((left * 3) / 4) : left, shown);
    left -= fitQuotes(request.system, 'recalled', left, system, notes);
    // People ask on about what they have sent. Pictures cost too much to be sent with every question.
    await this.#fitFiles(
      before,
      Math.min(earlierFileTokens, Math.floor(left / 2)),
      abilities,
      signal,
      shown,
      true,
    );

    const lost = unshown + messages.length - shown.size;
    const omitted: Note[] = [...leftOut(lost, 'earlier message', 'earlier messages'), ...notes];
    const kept = request.system.flatMap(
      (part) => system.get(part) ?? (shortened.includes(part) ? [part] : []),
    );
    return {
      system: omitted.length > 0 ? [...kept, { kind: 'omitted', notes: omitted }] : kept,
      messages: messages.flatMap((message) => {
        const fitted = shown.get(message);
        return fitted ? sent(fitted, abilities) : [];
      }),
      tools,
      maxTokens,
      ...(temperature !== undefined && { temperature }),
    };
  }

  /** Files of the messages themselves come before those of messages they point at. */
  async #fitFiles(
    asked: ModelMessage[],
    tokens: number,
    abilities: ModelAbilities,
    signal: AbortSignal,
    shown: Map<ModelMessage, ModelMessage>,
    onlyWords = false,
  ): Promise<number> {
    if (!asked.some((message) => message.role === 'user' && message.files?.length)) return 0;
    const room = { ...roomFor(tokens, this.#limits.fileBytes, abilities), onlyWords };
    for (const own of [true, false])
      for (const message of asked.toReversed()) {
        const fitted = shown.get(message);
        if (fitted?.role !== 'user' || !fitted.files?.length) continue;
        shown.set(message, await withContents(fitted, own, this.#reader, abilities, room, signal));
      }
    return tokens - room.tokens;
  }
}

/** Of files of earlier messages, all together: every question pays for them again. */
const earlierFileTokens = 8000;

/** For titles, and for what says what was left out. */
const frameTokens = 150;

/** What depends on the turn; all else is said always. */
const variable = new Set<SystemPart['kind']>([
  'context',
  'facts',
  'documents',
  'recalled',
  'summary',
  'omitted',
]);

/** An agent's tools are the same in every turn. */
const costs = new WeakMap<Tool, number>();

function toolTokens(tools: Tool[]): number {
  return tools.reduce((sum, tool) => {
    const { name, description, parameters } = tool;
    const known = costs.get(tool);
    const cost = known ?? estimateTokens(`${name} ${description} ${JSON.stringify(parameters)}`);
    if (known === undefined) costs.set(tool, cost);
    return sum + cost;
  }, 0);
}

/** Without what only the hub knows of a file, and without images where the model does not see. */
function sent(message: ModelMessage, { sees }: ModelAbilities): ModelMessage {
  if (message.role !== 'user' || !(message.files || message.images)) return message;
  const { files, images, ...rest } = message;
  return {
    ...rest,
    ...(files && { files: files.map(named) }),
    ...(sees && images && { images }),
  };
}
