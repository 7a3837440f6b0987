/**
 * Finds what was said that answers a question, and quotes it with who said it and when.
 *
 * - **Remark**: something that was said, noted or read, in reach of the conversation.
 */
import type { Memory } from '../../core/memory.js';
import type { Grounding, ModelMessage } from '../llm.js';
import { withoutGreeting } from './intent.js';
import { faintStems, isQuestion, keyOf, sentencesOf, stemOfName, stemsOf } from './words.js';

export interface Remark {
  text: string;
  kind: 'said' | 'replied' | 'fact' | 'read';
  /** Who said it, where that is not the one who asks; null: the one who asks. */
  speaker: string | null;
  /** Unix ms; null where it is not known. */
  at: number | null;
  /** Said in the very turn that asks. */
  justNow?: boolean;
}

export interface Find {
  remark: Remark;
  /** The part that answers, ready to be quoted. */
  quote: string;
  /** 1: every word of the question is in it. */
  score: number;
}

const quoteChars = 240;
/** From here on a find answers the question; below, it is only the nearest there is. */
export const answers = 0.6;
export const near = 0.2;

/**
 * Everything that can be quoted, oldest first, the same words once.
 *
 * @param earlier messages before the question, oldest first.
 * @param asker name of the one who asks, in a room of several.
 */
export function remarksIn(earlier: ModelMessage[], grounding: Grounding, asker: string | null): Remark[] {
  const remarks: Remark[] = [];
  const recalled = grounding.recalled.map((memory) => remarkOf(memory, asker));
  const facts = grounding.facts.map((memory) => remarkOf(memory, asker));
  remarks.push(...[...recalled, ...facts].sort((a, b) => (a.at ?? 0) - (b.at ?? 0)));
  for (const message of earlier) {
    if (message.role === 'assistant') {
      if (message.text) remarks.push({ text: message.text, kind: 'replied', speaker: null, at: null });
    } else if (message.role === 'user') {
      const { speaker, text } = spoken(message.text, asker);
      remarks.push({ text, kind: 'said', speaker, at: message.at ?? null });
    }
  }
  return distinct(remarks.filter(({ text }) => text.trim()));
}

function remarkOf({ role, kind, author, content, createdAt }: Memory, asker: string | null): Remark {
  const what =
    kind === 'fact' ? 'fact' : kind !== 'message' ? 'read' : role === 'assistant' ? 'replied' : 'said';
  const other = asker !== null && author.name !== undefined && author.name !== asker;
  return { text: content.text, kind: what, speaker: other ? (author.name ?? null) : null, at: createdAt };
}

/** In a room of several, the hub puts the speaker's name before the text. */
function spoken(text: string, asker: string | null): { speaker: string | null; text: string } {
  const named = asker === null ? null : /^([^\n:]{1,256}): /.exec(text);
  if (!named?.[1]) return { speaker: null, text };
  return { speaker: named[1] === asker ? null : named[1], text: text.slice(named[0].length) };
}

/** The same words twice are one remark, with the time of the one that has it; a fact gives way to what was said. */
function distinct(remarks: Remark[]): Remark[] {
  const byKey = new Map<string, Remark>();
  for (const remark of remarks) {
    const key = keyOf(remark.text) || remark.text.trim();
    const known = byKey.get(key);
    const better = !known || known.kind === 'replied' || (known.kind === 'fact' && remark.kind === 'said');
    const kept = better ? remark : known;
    const at = kept.kind === remark.kind ? (remark.at ?? known?.at ?? null) : kept.at;
    byKey.delete(key);
    byKey.set(key, { ...kept, at });
  }
  return [...byKey.values()];
}

/**
 * @param name the character's, which may stand at the head of a sentence.
 * @returns what bears on the question, best first, each remark once.
 */
export function find(question: string, remarks: Remark[], name: string): Find[] {
  const asked = stemsOf(question);
  if (/\bwho am i\b/i.test(question)) asked.add(stemOfName);
  if (asked.size === 0) return [];
  const aboutMyself = /\b(did|have|had) you\b|\byou (said|say|told|mentioned|asked|suggested?)\b/i.test(
    question,
  );
  const aboutAsking = /\b(did|have) i (ever )?ask/i.test(question);
  const asksClearly = [...asked].some((stem) => !faintStems.has(stem));
  const introduces = /\b(my name|who (am|was) i|i('m| am) called)\b/i.test(question);
  const candidates = candidatesFrom(remarks, question, aboutAsking, name);
  const weights = weightsOf(asked, candidates);
  const total = [...asked].reduce((sum, stem) => sum + (weights.get(stem) ?? 0), 0);

  const best = new Map<Remark, Find>();
  for (const [order, { remark, sentence, stems, question: isAsked }] of candidates.entries()) {
    let sum = 0;
    let clear = 0;
    for (const stem of asked) {
      if (!stems.has(stem)) continue;
      sum += weights.get(stem) ?? 0;
      if (!faintStems.has(stem)) clear++;
    }
    if (introduces && introduction.test(sentence)) sum = Math.max(sum, total * 0.8);
    else if (sum === 0 || (clear === 0 && (asksClearly || !fitsFaintly(question, sentence)))) continue;
    const share = sum / total;
    const dense = sum > 0 ? Math.min(1, asked.size / Math.max(1, stems.size)) : 0;
    const kind = remark.kind === 'replied' ? (aboutMyself ? 1.1 : 0.7) : 1;
    const asking = isAsked && !aboutAsking ? 0.55 : 1;
    // A later remark corrects an earlier one; a sentence about nothing else is more to the point.
    const finer = (order / candidates.length) * 0.05 + dense * 0.02;
    const score = share * kind * asking * (expects(question, sentence) ? 1.1 : 1) + finer;
    const known = best.get(remark);
    if (!known || score > known.score) best.set(remark, { remark, quote: sentence, score });
  }
  return withoutEchoes([...best.values()].sort((a, b) => b.score - a.score)).map(quotable);
}

/** `I am Peter`, which has no word of "what is my name?". */
const introduction = /\b(?:[Ii] am|[Ii]['’]m|[Cc]all me|[Tt]his is)\s+\p{Lu}[\p{L}'-]+/u;

interface Candidate {
  remark: Remark;
  sentence: string;
  stems: Set<string>;
  question: boolean;
}

function candidatesFrom(
  remarks: Remark[],
  question: string,
  aboutAsking: boolean,
  name: string,
): Candidate[] {
  const asked = stemsOf(question);
  const key = keyOf(question);
  return remarks.flatMap((remark) =>
    sentencesOf(remark.text).flatMap((sentence) => {
      const stems = stemsOf(sentence);
      const isAsked = isQuestion(withoutGreeting(sentence, name).rest);
      // The question itself, or the same asked in other words, is no answer to it.
      if (keyOf(sentence) === key) return [];
      if (isAsked && !aboutAsking && alike(asked, stems) > 0.6) return [];
      return [{ remark, sentence, stems, question: isAsked }];
    }),
  );
}

function alike(a: Set<string>, b: Set<string>): number {
  const shared = [...a].filter((stem) => b.has(stem)).length;
  return shared / Math.max(1, a.size + b.size - shared);
}

/** The rarer a word among the candidates, the more it says. */
function weightsOf(asked: Set<string>, candidates: Candidate[]): Map<string, number> {
  const weights = new Map<string, number>();
  for (const stem of asked) {
    const holders = candidates.filter(({ stems }) => stems.has(stem)).length;
    const rarity = Math.log(1 + (candidates.length + 1) / (holders + 1));
    weights.set(stem, rarity * (faintStems.has(stem) ? 0.4 : 1));
  }
  return weights;
}

/** Where a question is only of a name, a home or an age, whose it is must fit. */
function fitsFaintly(question: string, sentence: string): boolean {
  const text = ` ${sentence.toLowerCase().replace(/[’ʼ]/g, "'")} `;
  if (/\b(my|our|i|me|we)\b/i.test(question)) {
    if (/\b(name|called)/i.test(question))
      return /\bmy (?:\w+ )?name\b|\b(call me|i am called|i'm called|people call me)\b/.test(text);
    return /\b(i|i'm|my|we|our)\b/.test(text);
  }
  return /\b(your?)\b/i.test(question) ? /\byou/.test(text) : true;
}

/** Whether a sentence has the kind of thing that is asked for. */
function expects(question: string, sentence: string): boolean {
  const asked = question.toLowerCase();
  if (/\b(when|what (day|date|time)|birthday)\b/.test(asked))
    return /\d|\b(mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|\b(tomorrow|tonight|noon|midnight)\b/i.test(
      sentence,
    );
  if (/\bhow (many|much|old|long|far|tall|big)\b|\bnumber\b/.test(asked))
    return /\d|\b(one|two|three|four|five|six|seven|eight|nine|ten|dozen|hundred)\b/i.test(sentence);
  if (/\bwhere\b/.test(asked)) return /\b(in|at|near|from|to|on|under|behind|inside)\b/i.test(sentence);
  if (/\bwho\b/.test(asked)) return /\s\p{Lu}/u.test(sentence);
  if (/\bnames?\b|\bcalled\b/.test(asked)) return /\b(name|named|names|called|call)\b|name's/i.test(sentence);
  return false;
}

/** What the agent replied with a quote of what someone said is not a second source of it. */
function withoutEchoes(finds: Find[]): Find[] {
  const said = finds.filter(({ remark }) => remark.kind !== 'replied').map(({ quote }) => keyOf(quote));
  return finds.filter(
    ({ remark }) => remark.kind !== 'replied' || !said.some((key) => key && keyOf(remark.text).includes(key)),
  );
}

/** The whole remark where it is short, else the sentence that answers. */
function quotable(find: Find): Find {
  const whole = plain(find.remark.text);
  const quote =
    whole.length <= quoteChars && sentencesOf(find.remark.text).length <= 2 ? whole : plain(find.quote);
  return { ...find, quote: cut(quote, quoteChars) };
}

/**
 * One line of harmless text: no control or direction marks, which could make it look like something else, and
 * no quotation marks that would end the quote.
 */
export function plain(text: string): string {
  return text
    .slice(0, 4000)
    .replace(
      /\[file ("(?:[^"\\]|\\.){0,300}"), [^\]]{0,200}\](?: "(?:[^"\\]|\\.)*"(?: \[cut\])?)?/g,
      '(file $1)',
    )
    .replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replace(/[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g, (mark) =>
      // Joins emoji and the letters of some scripts.
      mark === '\u200d' || mark === '\u200c' ? mark : '',
    )
    .replace(/[“”„«»]/g, "'")
    .trim();
}

export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const head = text.slice(0, length).replace(/[\ud800-\udbff]$/, '');
  const space = head.lastIndexOf(' ');
  return `${(space > length / 2 ? head.slice(0, space) : head).replace(/[\s,;:.]+$/, '')}…`;
}

/** As people say it: `On 22 November at 14:03 you said: “my dog is called Biscuit”.` */
export function tell({ remark, quote }: { remark: Remark; quote: string }, thisYear: number | null): string {
  const when = remark.at === null ? null : moment(remark.at, thisYear);
  const who = remark.speaker ?? 'you';
  const quoted = /[?!…]$/.test(quote) ? `“${quote}”` : `“${quote.replace(/\.$/, '')}”.`;
  if (remark.justNow) return `Just now ${who} said: ${quoted}`;
  switch (remark.kind) {
    case 'said':
      return `${when ? `On ${when} ${who}` : `Earlier ${who}`} ${isQuestion(quote) ? 'asked' : 'said'}: ${quoted}`;
    case 'replied':
      return `${when ? `On ${when} I` : 'Earlier I'} said: ${quoted}`;
    case 'fact':
      return `${when ? `On ${when} I` : 'I'} noted: ${quoted}`;
    case 'read':
      return `My notes${when ? ` of ${when}` : ''} say: ${quoted}`;
  }
}

const clocks = new Map<boolean, Intl.DateTimeFormat>();

/** `22 November at 14:03`, on the hub's clock, with the year where it is another one. */
function moment(at: number, thisYear: number | null): string | null {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return null;
  const other = thisYear !== null && date.getFullYear() !== thisYear;
  let clock = clocks.get(other);
  if (!clock) {
    clock = new Intl.DateTimeFormat('en-GB', {
      day: 'numeric',
      month: 'long',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
      ...(other ? { year: 'numeric' } : {}),
    });
    clocks.set(other, clock);
  }
  const part = Object.fromEntries(clock.formatToParts(date).map(({ type, value }) => [type, value]));
  return `${part.day} ${part.month}${other ? ` ${part.year}` : ''} at ${part.hour}:${part.minute}`;
}

/** The year of the newest thing that is known, as the present is not. */
export function yearOf(remarks: Remark[]): number | null {
  const times = remarks.map(({ at }) => at ?? Number.NaN).filter(Number.isFinite);
  return times.length > 0 ? new Date(times.reduce((a, b) => Math.max(a, b))).getFullYear() : null;
}
