/** What a model was given for its answer, as texts: what the answer can be compared with. */
import type { TurnStep } from '../core/turn.js';
import type { ModelMessage, Quote, SystemPart } from '../llm/llm.js';
import type { Composed } from './transcript.js';

interface Material {
  texts: string[];
  /** Unix ms. */
  times: number[];
}

/** Null: neither documents nor memories were used, or files were read, of which nobody here knows the words. */
export function materialOf(
  { system, messages, passages = [] }: Composed,
  steps: readonly TurnStep[],
): Material | null {
  const quotes = system.flatMap((part) => ('memories' in part ? part.memories : []));
  const summaries = system.filter(({ kind }) => kind === 'summary');
  if (passages.length + quotes.length + summaries.length === 0) return null;
  if (
    messages.some((message) => message.role === 'user' && (message.files?.length || message.images?.length))
  )
    return null;
  const asked = messages.flatMap((message) => ('at' in message && message.at ? [message.at] : []));
  return {
    texts: [
      ...system.flatMap(textsOf),
      ...messages.flatMap(wordsOf),
      ...steps.flatMap(({ text, actions }) => [text, ...actions.map(({ result }) => result ?? '')]),
    ].filter((text) => text !== ''),
    times: [Date.now(), ...asked, ...quotes.map(({ at }) => at)],
  };
}

function textsOf(part: SystemPart): string[] {
  switch (part.kind) {
    case 'persona':
      return [part.name, part.bio];
    case 'style':
      return part.rules;
    case 'examples':
      return part.pairs.map(({ reply }) => reply);
    case 'facts':
    case 'recalled':
      return part.memories.flatMap(quoteTexts);
    case 'documents':
      return part.passages.flatMap(({ name, section, text, page }) => [
        name,
        section,
        text,
        String(page ?? ''),
      ]);
    case 'instructions':
    case 'context':
    case 'summary':
      return [part.text];
    default:
      return [];
  }
}

function quoteTexts({ by, text, notes = [] }: Quote): string[] {
  return [by === 'agent' ? '' : (by.name ?? ''), text, ...notes];
}

function wordsOf(message: ModelMessage): string[] {
  if (message.role !== 'user') return [message.text, ...(message.notes ?? [])];
  const { text, quote, parts = [], speaker, notes = [] } = message;
  return [
    text,
    speaker?.name ?? '',
    quote?.author ?? '',
    quote?.text ?? '',
    ...parts.map((part) => part.text),
    ...notes,
  ];
}
