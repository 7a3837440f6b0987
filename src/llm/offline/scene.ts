/** What lies before the offline model: the turn it is to answer, and what went before. */
import type { ModelMessage, ModelRequest } from '../llm.js';

export interface Scene {
  /** Texts of the turn, all of them to be answered, without speakers' names. */
  burst: string[];
  /** What the tools gave that were called in this turn, in order; null: none were called yet. */
  results: { name: string; text: string }[] | null;
  /** Messages before the turn. */
  earlier: ModelMessage[];
  /** Nothing was answered before this turn, and nothing is remembered. */
  first: boolean;
  /** The last speaker's name, in a room of several. */
  asker: string | null;
}

export function sceneOf(request: ModelRequest): Scene {
  const { grounding } = request;
  const messages = request.messages.map(withoutQuotes);
  let end = messages.length;
  while (end > 0 && isStep(messages[end - 1])) end--;
  let start = end;
  while (start > 0 && messages[start - 1]?.role === 'user') start--;
  const steps = messages.slice(end);
  const burst = messages.slice(start, end).filter((message) => message.role === 'user');
  const earlier = messages.slice(0, start);
  const isShared = speakers(messages).size > 1;
  const asker = isShared ? (speakerOf(burst.at(-1)?.text ?? '') ?? null) : null;
  return {
    burst: burst.map(({ text }) => (isShared ? text.replace(named, '') : text)),
    results: steps.some(({ role }) => role === 'tool') ? steps.filter((step) => step.role === 'tool') : null,
    earlier,
    first: !earlier.some(({ role }) => role === 'assistant') && grounding.recalled.length === 0,
    asker,
  };
}

/** As the hub writes what a message points at: others' words, which ask for nothing. */
const quoting = /\n\n\[in reply to "(?:[^"\\]|\\.){0,600}", quoted\] "(?:[^"\\]|\\.)*"/g;

function withoutQuotes(message: ModelMessage): ModelMessage {
  return message.role === 'user' ? { ...message, text: message.text.replace(quoting, '') } : message;
}

/** A part of the running turn: a call, or what came of one. */
function isStep(message: ModelMessage | undefined): boolean {
  return message?.role === 'tool' || (message?.role === 'assistant' && (message.calls?.length ?? 0) > 0);
}

const named = /^([^\n:]{1,256}): /;

function speakerOf(text: string): string | undefined {
  return named.exec(text)?.[1];
}

/** In a room of several, the hub puts a name before every text; in others, only some texts look so. */
function speakers(messages: ModelMessage[]): Set<string> {
  const names = new Set<string>();
  for (const message of messages) {
    if (message.role !== 'user') continue;
    const name = speakerOf(message.text);
    if (name === undefined) return new Set();
    names.add(name);
  }
  return names;
}
