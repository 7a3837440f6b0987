/** What derives from what is to be forgotten, in one scope; pure. */
import type { Memory } from '../../core/memory.js';
import type { Origin } from '../../core/origin.js';
import type { MoreEdited } from '../../store/history.js';
import { tellingTerms, termsOf } from '../../store/words.js';
import { ForgottenWords, forgottenText } from './forgotten-words.js';
import { isOwn, type Whose } from './whose.js';

/**
 * How far it reaches. `one`: a message that was deleted, and what was made of it. `words`: besides, what else its author
 * said that repeats it. `topic`: and what echoes it.
 */
export type Reach = 'one' | 'words' | 'topic';

/** A memory of others that quotes it, as it is to be. */
interface Masked {
  memory: Memory;
  text: string;
  more: MoreEdited;
}

export interface Trace {
  /** The person's own messages, and what they had the agent do later. */
  messages: Memory[];
  replies: Memory[];
  facts: Memory[];
  summaries: Memory[];
  /** Parts of documents. */
  chunks: Memory[];
  masked: Masked[];
  /** What names it as where its words come from, as it is to be. */
  tainted: { memory: Memory; taint: Origin[] }[];
  words: ForgottenWords;
  /** Ids of what was asked for, and of what facts among it were read from. */
  sources: string[];
}

export function goneOf({ messages, replies, facts, summaries, chunks }: Trace): Memory[] {
  // Derived things first: what is cut off is found again by what is left.
  return [...summaries, ...chunks, ...facts, ...replies, ...messages];
}

/**
 * @param asked what is to be forgotten, of one scope
 * @param all what is in that scope
 */
export function traceOf(
  asked: readonly Memory[],
  all: readonly Memory[],
  { whose, reach, topic }: { whose: Whose; reach: Reach; topic?: string | undefined },
): Trace {
  const sources = new Map(asked.map((memory) => [memory.id, memory]));
  const byId = new Map(all.map((memory) => [memory.id, memory]));
  // A fact is not forgotten while what it was read from is there.
  for (const { fact } of asked)
    for (const id of fact?.from ?? []) {
      const said = byId.get(id);
      if (said && isOwn(said, whose)) sources.set(id, said);
    }
  const others = all.filter((memory) => !isOwn(memory, whose) && !isReplyTo(sources, memory));
  const words = ForgottenWords.of([...sources.values()], others, topic);
  const trace: Trace = {
    ...{ messages: [], replies: [], facts: [], summaries: [], chunks: [], masked: [], tainted: [], words },
    sources: [...sources.keys()],
  };
  const own = all.filter((memory) => isOwn(memory, whose) && memory.kind !== 'fact');
  const gone = new Map(
    own
      .filter((memory) => sources.has(memory.id) || goesWith(memory, words, reach))
      .map((memory) => [memory.id, memory]),
  );
  trace.messages.push(...gone.values());
  for (const memory of all)
    if (!gone.has(memory.id)) sort(memory, trace, { sources, gone, byId, whose, reach });
  const left = new Set(goneOf(trace).map(({ id }) => id));
  const names = filesIn(trace);
  for (const memory of all) {
    const taint = left.has(memory.id) ? null : renamed(memory.taint, words, names);
    if (taint) trace.tainted.push({ memory, taint });
  }
  return trace;
}

/** Names of the files that go. */
export function filesIn(trace: Trace): Set<string> {
  return new Set(goneOf(trace).flatMap(({ content }) => content.attachments.map(({ name }) => name)));
}

/** Origins keep their kinds, so what was tainted stays so; null: they name nothing of it. */
export function renamed(
  taint: readonly Origin[] | undefined,
  words: ForgottenWords,
  files: ReadonlySet<string>,
): Origin[] | null {
  if (!taint) return null;
  const anew = taint.map((origin) => ({
    ...origin,
    what:
      origin.kind === 'file' && files.has(origin.what)
        ? forgottenText
        : (words.masked(origin.what) ?? origin.what),
  }));
  return anew.some(({ what }, at) => what !== taint[at]!.what) ? anew : null;
}

interface Known {
  sources: ReadonlyMap<string, Memory>;
  /** The person's messages that go. */
  gone: ReadonlyMap<string, Memory>;
  byId: ReadonlyMap<string, Memory>;
  whose: Whose;
  reach: Reach;
}

/** What waits for its answer stays, unless it was asked for. */
function goesWith({ content, createdAt, status }: Memory, words: ForgottenWords, reach: Reach): boolean {
  if (status === 'pending' || reach === 'one') return false;
  return reach === 'topic' ? words.echoedIn(content.text) : words.repeatedIn(content.text, createdAt);
}

function sort(memory: Memory, trace: Trace, known: Known): void {
  const { sources } = known;
  switch (memory.kind) {
    case 'fact':
      if (sources.has(memory.id) || isFactOf(memory, trace.words, known)) trace.facts.push(memory);
      else mask(memory, trace, known);
      return;
    case 'summary':
      if (sources.has(memory.id) || covers(memory, trace.words, known)) trace.summaries.push(memory);
      return;
    case 'document':
      if (sources.has(memory.id)) trace.chunks.push(memory);
      return;
    default:
      if (sources.has(memory.id) || (memory.role === 'assistant' && goesAsReply(memory, trace.words, known)))
        trace.replies.push(memory);
      else mask(memory, trace, known);
  }
}

/**
 * The agent's own words go when they answer what goes, or echo it to the same person. What it said to others is theirs:
 * nobody takes away their answers by writing and forgetting their words.
 */
function goesAsReply(
  { content, turnId, createdAt }: Memory,
  words: ForgottenWords,
  { gone, byId, whose, reach }: Known,
): boolean {
  if (content.replyTo !== null && gone.has(content.replyTo)) return true;
  const echoes = words.echoedIn(content.text, createdAt);
  const answered = content.replyTo === null ? undefined : byId.get(content.replyTo);
  // Of several messages that one turn answered, only the last one is named.
  const ofTurn = turnId !== null && [...gone.values()].some((said) => said.turnId === turnId);
  if (ofTurn && (reach !== 'one' || echoes)) return true;
  return echoes && (!answered || isOwn(answered, whose));
}

function isFactOf(fact: Memory, words: ForgottenWords, { gone, byId, whose, reach }: Known): boolean {
  if (!isOwn(fact, whose)) return false;
  const from = fact.fact?.from;
  if (!from) return [...gone.values()].some((said) => madeOf(said, fact)) || reachesFact(fact, words, reach);
  if (!from.some((id) => gone.has(id))) return reachesFact(fact, words, reach);
  const left = from.map((id) => byId.get(id)).filter((said) => said && !gone.has(said.id));
  return !left.some((said) => saysSo(said!.content.text, fact));
}

function reachesFact({ content }: Memory, words: ForgottenWords, reach: Reach): boolean {
  return reach === 'topic'
    ? words.echoedIn(content.text)
    : reach === 'words' && words.repeatedIn(content.text);
}

/** Facts of older hubs name their turn alone, which may have noted others, of what the same person said besides. */
function madeOf(said: Memory, fact: Memory): boolean {
  return said.turnId !== null && said.turnId === fact.turnId && saysSo(said.content.text, fact);
}

/** Whether a text has half of a fact's telling words. */
export function saysSo(text: string, fact: Memory): boolean {
  const known = new Set(termsOf(text));
  const terms = tellingTerms(fact.content.text);
  return terms.filter((term) => known.has(term)).length * 2 >= terms.length;
}

/** A rolling summary holds what the ones before it held, so only its end counts. */
function covers(
  { roomId, content, summary, createdAt }: Memory,
  words: ForgottenWords,
  { gone }: Known,
): boolean {
  if (words.echoedIn(content.text)) return true;
  return [...gone.values()].some(
    (said) => said.roomId === roomId && (summary ? said.id <= summary.last : said.createdAt <= createdAt),
  );
}

/** What others say stays but for the words themselves, and for what it quotes. */
function mask(memory: Memory, trace: Trace, { gone, whose, reach }: Known): void {
  const { content, createdAt } = memory;
  const { quote, parts } = content;
  if (isOwn(memory, whose) && reach === 'one' && !quote && !parts) return;
  const text = isOwn(memory, whose) ? null : trace.words.masked(content.text, createdAt);
  const carried = parts?.map((part) => ({ ...part, text: trace.words.masked(part.text) ?? part.text }));
  const carries = carried?.some((part, at) => part.text !== parts![at]!.text) ?? false;
  const quotes =
    quote !== undefined &&
    ((content.replyTo !== null && gone.has(content.replyTo)) || trace.words.masked(quote.text) !== null);
  const more = { ...(quotes && { quote: null }), ...(carries && { parts: carried! }) };
  if (text !== null || quotes || carries) trace.masked.push({ memory, text: text ?? content.text, more });
}

function isReplyTo(asked: ReadonlyMap<string, Memory>, { content }: Memory): boolean {
  return content.replyTo !== null && asked.has(content.replyTo);
}
