/** Cuts what a model is told to the room there is for it, in tokens. Whatever is cut says so. */
import type { Part } from '../core/part.js';
import { beginning, estimateTokens } from '../core/token-estimate.js';
import type { ModelMessage, Note, UserMessage } from '../llm/llm.js';
import { promptText } from '../llm/prompt-text.js';

/** Something that was cut, and what it takes. */
export interface Cut<T> {
  value: T;
  tokens: number;
}

/** What a provider adds to each message, or the prompt to each piece of one. */
const frameTokens = 8;
const noteTokens = 30;
/** Of less, nobody is shown a beginning. */
const leastTokens = 40;

/** Of somebody's words, a mark before each line. */
export function wordTokens(text: string): number {
  return estimateTokens(text) + text.split('\n').length;
}

/** Counting reads every letter, and most messages are the ones of the turn before. */
const counted = new WeakMap<ModelMessage, number>();

/** Of a message as a model reads it. */
export function messageTokens(message: ModelMessage): number {
  const known = counted.get(message);
  if (known !== undefined) return known;
  const tokens = newlyCounted(message);
  counted.set(message, tokens);
  return tokens;
}

function newlyCounted(message: ModelMessage): number {
  const { messages } = promptText({ system: [], messages: [message] });
  const calls = message.role === 'assistant' ? (message.calls ?? []) : [];
  const texts = calls.map(({ id, name, arguments: args }) => `${id} ${name} ${args}`);
  return [messages[0]!.text, ...texts].reduce((sum, text) => sum + estimateTokens(text), frameTokens);
}

/** The beginning of a text; nothing of it where there is hardly any room. */
export function cutText(text: string, tokens: number, what = ''): { text: string; notes: Note[] } {
  const whole = wordTokens(text);
  if (whole <= tokens || text === '') return { text, notes: [] };
  const room = tokens - noteTokens;
  const shown = room < leastTokens ? '' : beginning(text, Math.floor((estimateTokens(text) * room) / whole));
  const of = `${count(shown.length)} of ${count(text.length)} characters${what && ` ${what}`}`;
  return { text: shown, notes: [`cut: the first ${of}`] };
}

/** The beginning of its text, and all else that belongs to it. */
export function cutMessage<M extends ModelMessage>(message: M, tokens: number): Cut<M> {
  const whole = messageTokens(message);
  if (whole <= tokens) return { value: message, tokens: whole };
  const frame = messageTokens({ ...message, text: '' });
  const { text, notes } = cutText(message.text, tokens - frame);
  const value = { ...message, text, notes: [...(message.notes ?? []), ...notes] };
  return { value, tokens: messageTokens(value) };
}

/** The message with as much of what it carries as there is room for, what is nearest first; `tokens`: of that alone. */
export function cutParts(
  message: UserMessage,
  { quote, parts = [] }: Pick<UserMessage, 'quote' | 'parts'>,
  tokens: number,
): Cut<UserMessage> {
  let left = tokens;
  const notes: Note[] = [];
  const fitted = <P extends { text: string }>(piece: P, what: string): P | undefined => {
    const { text, ...rest } = piece;
    const frame = frameTokens + estimateTokens(JSON.stringify(rest));
    const cut = cutText(text, left - frame, what);
    if (cut.text === '' && text !== '') return undefined;
    left -= frame + wordTokens(cut.text) + cut.notes.length * noteTokens;
    notes.push(...cut.notes);
    return { ...piece, text: cut.text };
  };
  const quoted = quote && fitted(quote, 'of what it answers');
  const shortened = new Map(
    nearestFirst(parts).map((part) => [part, fitted(part, `of what is ${part.kind}`)]),
  );
  const shown = parts.flatMap((part) => shortened.get(part) ?? []);
  const lost = parts.length - shown.length + (quote && !quoted ? 1 : 0);
  notes.push(...leftOut(lost, 'quoted or attached text', 'quoted or attached texts'));
  const value = {
    ...message,
    ...(quoted && { quote: quoted }),
    ...(shown.length > 0 && { parts: shown }),
    ...(notes.length > 0 && { notes: [...(message.notes ?? []), ...notes] }),
  };
  return { value, tokens: tokens - left };
}

/** What a thread began with, and then what was said last in it; all else comes before. */
function nearestFirst(parts: Part[]): Part[] {
  const [first, ...earlier] = parts.filter(({ kind }) => kind === 'earlier');
  return [...parts.filter(({ kind }) => kind !== 'earlier'), ...(first ? [first] : []), ...earlier.reverse()];
}

/** Nothing where nothing was left out. */
export function leftOut(number: number, one: string, many: string): Note[] {
  return number === 0 ? [] : [`${count(number)} ${number === 1 ? one : many} left out`];
}

function count(number: number): string {
  return number.toLocaleString('en');
}
