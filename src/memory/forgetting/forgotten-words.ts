/**
 * The words of what is to be forgotten, to find where else they stand.
 *
 * - **Mark**: a word that tells by itself: a number or a code (`4711`, `ZK41907_3`), or a name within a sentence. One that
 *   others had said before is none.
 * - A text **repeats** something when it holds all of it, or one of its marks that is a number; it **echoes** it with
 *   any of its marks, or with half of its telling words, too.
 */
import type { Memory } from '../../core/memory.js';
import { tellingTerms, termsOf } from '../../store/words.js';

export const forgottenText = '[forgotten]';

/** Shorter texts, and those of a single word, stand in many messages that have nothing to do with them. */
const leastTerms = 2;
/** What wishes and statements are framed with, as stems: two of these are no echo. */
const frame = new Set(
  'pleas rememb forget forgot delet eras note keep mind tell told say said call name yes ok okai thank hello hi'.split(
    ' ',
  ),
);
/** Of more texts than these, half of the words of one of them stand in nearly everything. */
const mostEchoed = 50;

const word = /[\p{L}\p{M}\p{N}]+(?:[-_.@:/+#][\p{L}\p{M}\p{N}]+)*/gu;
const part = /[\p{L}\p{M}\p{N}]+/gu;
/** Years, dates, times of day and prices of two digits stand everywhere. */
const usualNumber = /^(?:(?:19|20)\d\d|\d{1,4}[-./]\d{1,2}[-./]\d{1,4}|\d{1,2}[:.]\d\d(?:[:.]\d\d)?)$/;

/** Days, hours and years tell no more within other words. */
const smallNumber = /^(?:\d{1,2}|(?:19|20)\d\d)$/;

interface Text {
  /** Unix ms: nothing is repeated before it is said. */
  at: number;
  terms: string[];
  /** How many of its terms an echo has. */
  least: number;
  /** Absent: only its words are known, and those as keys. */
  whole?: string;
}

interface Mark {
  at: number;
  number: boolean;
}

/** As it may be kept for a while: keys of words, which tell nobody without the secret what they are. */
export interface KeyedWords {
  texts: { at: number; terms: string[]; least: number }[];
  marks: ({ key: string } & Mark)[];
}

const mostKept = 300;

export class ForgottenWords {
  readonly #texts: readonly Text[];
  readonly #marks: ReadonlyMap<string, Mark>;
  readonly #keyOf: (word: string) => string;
  /** Which texts have a term. */
  readonly #having = new Map<string, number[]>();

  private constructor(
    texts: readonly Text[],
    marks: ReadonlyMap<string, Mark>,
    keyOf: (word: string) => string,
  ) {
    this.#texts = texts;
    this.#marks = marks;
    this.#keyOf = keyOf;
    for (const [number, { terms }] of texts.entries())
      for (const term of terms) this.#having.set(term, [...(this.#having.get(term) ?? []), number]);
  }

  /**
   * @param others what else was said where it was said: words that were theirs first tell nothing
   * @param topic what it was called by whoever wants it forgotten: what has all of these words echoes it
   */
  static of(memories: readonly Memory[], others: readonly Memory[], topic = ''): ForgottenWords {
    const marks = new Map<string, Mark>();
    const first = new Map<string, number>();
    for (const memory of memories)
      for (const [mark, number] of marksOf(memory.content.text)) {
        const known = marks.get(mark);
        const at = Math.min(saidAt(memory), known?.at ?? Number.POSITIVE_INFINITY);
        marks.set(mark, { at, number: number || known?.number === true });
        first.set(mark, Math.min(memory.createdAt, first.get(mark) ?? memory.createdAt));
      }
    // Who names it by a name means that one: of "met Anna in Berlin", Anna.
    const meant = new Set([...wordsOf(topic)].filter((said) => marks.get(said)?.number === false));
    if (meant.size > 0)
      for (const [mark, { number }] of marks) if (!number && !meant.has(mark)) marks.delete(mark);
    for (const { content, createdAt } of others)
      for (const said of wordsOf(content.text)) if (createdAt < (first.get(said) ?? 0)) marks.delete(said);
    const texts = memories.flatMap((memory): Text[] => {
      const { kind, content } = memory;
      const terms = tellingTerms(content.text).filter((term) => !frame.has(term) && !smallNumber.test(term));
      const single = kind === 'fact' && terms.length === 1;
      if (terms.length < leastTerms && !single) return [];
      const least = single ? 1 : Math.max(leastTerms, Math.ceil(terms.length / 2));
      return [{ at: saidAt(memory), whole: inOneLine(content.text), terms, least }];
    });
    const named = tellingTerms(topic);
    if (named.length > 0) texts.push({ at: 0, terms: named, least: named.length });
    return new ForgottenWords(texts, marks, (said) => said);
  }

  static kept({ texts, marks }: KeyedWords, keyOf: (word: string) => string): ForgottenWords {
    return new ForgottenWords(texts, new Map(marks.map(({ key, ...mark }) => [key, mark])), keyOf);
  }

  get isEmpty(): boolean {
    return this.#texts.length + this.#marks.size === 0;
  }

  keyed(keyOf: (word: string) => string): KeyedWords {
    const texts = this.#texts
      .slice(-mostKept)
      .map(({ at, terms, least }) => ({ at, terms: terms.map(keyOf), least }));
    const marks = [...this.#marks].slice(-mostKept).map(([mark, how]) => ({ key: keyOf(mark), ...how }));
    return { texts, marks };
  }

  /** @param at when it was written (Unix ms); absent: at any time since */
  repeatedIn(text: string, at = Number.POSITIVE_INFINITY): boolean {
    return this.#hasMark(text, at, true) || this.#wholeIn(text, at).length > 0;
  }

  echoedIn(text: string, at = Number.POSITIVE_INFINITY): boolean {
    if (this.#hasMark(text, at, false) || this.#wholeIn(text, at).length > 0) return true;
    return this.#texts.length <= mostEchoed && this.#sharing(text, at).length > 0;
  }

  /** The text without what it repeats; null: it repeats nothing. */
  masked(text: string, at = Number.POSITIVE_INFINITY): string | null {
    let left = text;
    for (const { whole } of this.#wholeIn(text, at)) left = replaced(left, whole!);
    left = left.replace(word, (said) => {
      if (this.#isMark(plain(said), at, true)) return forgottenText;
      return said.replace(part, (one) => (this.#isMark(plain(one), at, true) ? forgottenText : one));
    });
    return left === text ? null : left;
  }

  #hasMark(text: string, at: number, numbers: boolean): boolean {
    if (this.#marks.size === 0) return false;
    for (const said of wordsOf(text)) if (this.#isMark(said, at, numbers)) return true;
    return false;
  }

  #isMark(said: string, at: number, numbers: boolean): boolean {
    const mark = this.#marks.get(this.#keyOf(said));
    return mark !== undefined && mark.at <= at && (mark.number || !numbers);
  }

  #wholeIn(text: string, at: number): Text[] {
    if (this.#texts.length === 0) return [];
    const here = inOneLine(text);
    return this.#sharing(text, at).filter(({ whole }) => whole !== undefined && here.includes(whole));
  }

  /** Those of which it has enough words. */
  #sharing(text: string, at: number): Text[] {
    const shared = new Map<number, number>();
    for (const term of new Set(termsOf(text)))
      for (const number of this.#having.get(this.#keyOf(term)) ?? [])
        shared.set(number, (shared.get(number) ?? 0) + 1);
    return [...shared].flatMap(([number, count]) => {
      const said = this.#texts[number]!;
      return said.at <= at && count >= said.least ? [said] : [];
    });
  }
}

/** A fact was said before it was kept; when, not all of them know. */
function saidAt({ kind, createdAt }: Memory): number {
  return kind === 'fact' ? 0 : createdAt;
}

function plain(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

function inOneLine(text: string): string {
  return plain(text).replace(/\s+/g, ' ').trim();
}

/** With the parts of those that have some: `zephyrine-4711`, `zephyrine`, `4711`. */
function wordsOf(text: string): Set<string> {
  const words = plain(text).match(word) ?? [];
  return new Set([...words, ...words.flatMap((one) => one.match(part) ?? [])]);
}

/** Marks, and whether they are numbers. */
function marksOf(text: string): Map<string, boolean> {
  const marks = new Map<string, boolean>();
  const written = text.normalize('NFKC');
  for (const { 0: found, index } of written.matchAll(word)) {
    const begins = /(?:^|[.!?:]\s*|["“„(]\s*)$/u.test(written.slice(0, index));
    const parts = found.match(part)!;
    for (const [at, one] of [found, ...(parts.length > 1 ? parts : [])].entries()) {
      if (isNumber(one) && !(at > 0 && usualNumber.test(found))) marks.set(one.toLowerCase(), true);
      else if (isName(one) && (!begins || at > 0))
        marks.set(one.toLowerCase(), marks.get(one.toLowerCase()) ?? false);
    }
  }
  return marks;
}

function isNumber(said: string): boolean {
  return /\p{N}/u.test(said) && said.replace(/[^\p{L}\p{N}]/gu, '').length >= 4 && !usualNumber.test(said);
}

/** Everybody writes these large. */
const large = new Set(
  (
    'monday tuesday wednesday thursday friday saturday sunday january february march april may june july august ' +
    'september october november december'
  ).split(' '),
);

function isName(said: string): boolean {
  const usual = large.has(said.toLowerCase());
  // Beside another word, stop words do not count.
  return (
    /^\p{Lu}/u.test(said) && [...said].length >= 3 && !usual && tellingTerms(`${said} another`).length > 1
  );
}

/** All of it, however it is written. */
function replaced(text: string, whole: string): string {
  const escaped = whole.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+');
  return text.normalize('NFKC').replace(new RegExp(escaped, 'giu'), forgottenText);
}
