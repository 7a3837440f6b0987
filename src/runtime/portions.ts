/** The portions of a prompt: each takes of the room what it needs, and says how many tokens that was. */

import { estimateTokens } from '../core/token-estimate.js';
import type { ModelMessage, Note, Passage, Quote, SystemPart, UserMessage } from '../llm/llm.js';
import { systemText } from '../llm/prompt-text.js';
import { cutMessage, cutParts, cutText, leftOut, messageTokens } from './cutting.js';

/** What is said before a paragraph. */
const headTokens = 10;

function systemTokens(parts: SystemPart[]): number {
  return estimateTokens(systemText(parts));
}

/** By the first of them: an agent is told the same in every turn. */
const lasting = new WeakMap<SystemPart, { parts: SystemPart[]; tokens: number }>();

/** Of parts that stay the same from turn to turn. */
export function lastingTokens(parts: SystemPart[]): number {
  const first = parts[0];
  if (!first) return 0;
  const known = lasting.get(first);
  if (known?.parts.length === parts.length && parts.every((part, at) => part === known.parts[at]))
    return known.tokens;
  const tokens = systemTokens(parts);
  lasting.set(first, { parts, tokens });
  return tokens;
}

/** Calls must keep their results, so these are cut, the oldest most; none takes more than half of it all. */
export function fitOwn(own: ModelMessage[], tokens: number, shown: Map<ModelMessage, ModelMessage>): number {
  let left = tokens;
  for (const message of own.toReversed()) {
    const cut =
      message.role === 'assistant'
        ? { value: message, tokens: messageTokens(message) }
        : cutMessage(message, Math.min(left, tokens / 2));
    left -= cut.tokens;
    shown.set(message, cut.value);
  }
  return tokens - left;
}

/** Without what they carry, and with the names of their files. */
export function fitAsked(
  asked: ModelMessage[],
  tokens: number,
  shown: Map<ModelMessage, ModelMessage>,
): number {
  let left = tokens;
  for (const message of asked.toReversed()) {
    const bare = carries(message) ? { ...message, quote: undefined, parts: undefined } : message;
    const cut = cutMessage(bare, left);
    left -= cut.tokens;
    shown.set(message, cut.value);
  }
  return tokens - left;
}

function carries(message: ModelMessage): message is UserMessage {
  return message.role === 'user' && (message.quote !== undefined || message.parts !== undefined);
}

export function fitParts(
  asked: ModelMessage[],
  tokens: number,
  shown: Map<ModelMessage, ModelMessage>,
): number {
  let left = tokens;
  for (const message of asked.toReversed()) {
    const fitted = shown.get(message);
    if (!carries(message) || fitted?.role !== 'user') continue;
    const cut = cutParts(fitted, message, left);
    left -= cut.tokens;
    shown.set(message, cut.value);
  }
  return tokens - left;
}

/** The newest of them, without a gap. None takes more than half of the room that is left. */
export function fitEarlier(
  earlier: ModelMessage[],
  tokens: number,
  shown: Map<ModelMessage, ModelMessage>,
): number {
  let left = tokens;
  for (const message of earlier.toReversed()) {
    const whole = messageTokens(message);
    const cut = whole <= left / 2 ? { value: message, tokens: whole } : shortened(message, left / 2);
    if (cut.tokens > left / 2 || (cut.value.text === '' && message.text !== '')) break;
    left -= cut.tokens;
    shown.set(message, cut.value);
  }
  return tokens - left;
}

function shortened(message: ModelMessage, tokens: number) {
  if (message.role !== 'user') return cutMessage(message, tokens);
  const { quote, parts, ...bare } = message;
  const cut = cutMessage<UserMessage>(bare, tokens);
  const carried = cutParts(cut.value, { quote, parts }, tokens - cut.tokens);
  return { value: carried.value, tokens: cut.tokens + carried.tokens };
}

export function fitContext(
  system: SystemPart[],
  tokens: number,
  fitted: Map<SystemPart, SystemPart>,
  notes: Note[],
): number {
  let left = tokens;
  for (const part of system) {
    if (part.kind !== 'context') continue;
    const cut = cutText(part.text, left - headTokens, 'of what there is to know');
    notes.push(...cut.notes);
    if (cut.text === '') continue;
    const shown: SystemPart = { kind: 'context', text: cut.text };
    left -= systemTokens([shown]);
    if (cut.notes.length > 0) left -= systemTokens([{ kind: 'omitted', notes: cut.notes }]);
    fitted.set(part, shown);
  }
  return tokens - left;
}

export function fitSummary(
  system: SystemPart[],
  tokens: number,
  fitted: Map<SystemPart, SystemPart>,
  notes: Note[],
): number {
  const part = system.find((one) => one.kind === 'summary');
  if (part?.kind !== 'summary') return 0;
  const cut = cutText(part.text, tokens - 5 * headTokens, 'of the summary');
  notes.push(...cut.notes);
  const shown: SystemPart = { ...part, text: cut.text };
  fitted.set(part, shown);
  return systemTokens([shown]);
}

const quoteCosts = { facts: new WeakMap<Quote, number>(), recalled: new WeakMap<Quote, number>() };

function quoteTokens(kind: 'facts' | 'recalled', quote: Quote): number {
  const known = quoteCosts[kind].get(quote);
  if (known !== undefined) return known;
  const tokens = systemTokens([{ kind, memories: [quote] }]);
  quoteCosts[kind].set(quote, tokens);
  return tokens;
}

export function fitQuotes(
  system: SystemPart[],
  kind: 'facts' | 'recalled',
  tokens: number,
  fitted: Map<SystemPart, SystemPart>,
  notes: Note[],
): number {
  const part = system.find((one) => one.kind === kind);
  if (part?.kind !== kind) return 0;
  let left = tokens;
  const memories: Quote[] = [];
  for (const memory of part.memories) {
    const cost = quoteTokens(kind, memory);
    if (cost > left) continue;
    left -= cost;
    memories.push(memory);
  }
  // What is nearest to the question has come first; it is read in the order in which it was said.
  if (kind === 'recalled') memories.sort((a, b) => a.at - b.at);
  fitted.set(part, { kind, memories });
  const [one, many] = kind === 'facts' ? ['fact', 'facts'] : ['recalled memory', 'recalled memories'];
  notes.push(...leftOut(part.memories.length - memories.length, one, many));
  return tokens - left;
}

/** The best of them; at least the beginning of the first. */
export function fitPassages(
  system: SystemPart[],
  tokens: number,
  fitted: Map<SystemPart, SystemPart>,
  notes: Note[],
): number {
  const part = system.find((one) => one.kind === 'documents');
  if (part?.kind !== 'documents') return 0;
  let left = tokens;
  const passages: Passage[] = [];
  for (const passage of part.passages) {
    const cost = systemTokens([{ kind: 'documents', passages: [passage] }]);
    const cut = cost > left && passages.length === 0 ? shortenedPassage(passage, left, cost) : passage;
    if (cost > left && cut === passage) continue;
    left -= Math.min(cost, left);
    passages.push(cut);
  }
  fitted.set(part, { kind: 'documents', passages });
  notes.push(
    ...leftOut(part.passages.length - passages.length, 'passage of a document', 'passages of documents'),
  );
  return tokens - left;
}

function shortenedPassage(passage: Passage, tokens: number, cost: number): Passage {
  const frame = cost - estimateTokens(passage.text);
  const { text } = cutText(passage.text, tokens - frame);
  return text === '' ? passage : { ...passage, text };
}
