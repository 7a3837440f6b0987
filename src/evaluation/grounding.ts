/**
 * What a reply states that stands in nothing its model was given: numbers, dates, names, quotes and addresses. It takes
 * nothing for wrong that may be said in other words: what it finds is a reason to ask for another draft, not a proof.
 */
import { plainAddress } from '../checks/hosts.js';
import { mailsIn } from '../checks/named.js';
import { squeezed } from '../checks/squeezed.js';
import { isFunctionWord } from '../store/function-words.js';
import { languageOf } from '../store/words.js';
import { datesIn, numbersIn, valuesIn } from './stated.js';

export type UnfoundedKind = 'number' | 'date' | 'name' | 'quote' | 'address';

export interface Unfounded {
  kind: UnfoundedKind;
  /** As the reply has it. */
  what: string;
}

const dayMs = 86_400_000;
const mostFound = 20;
const longestShown = 100;

/**
 * @param given all that the model was told and shown
 * @param times when it was told (Unix ms): anybody knows what day that is
 */
export function unfounded(reply: string, given: readonly string[], times: readonly number[]): Unfounded[] {
  const known = given.join('\n');
  const days = times.flatMap((at) => [at - dayMs, at, at + dayMs]).map((at) => dayOf(at));
  const text = withoutMarks(reply);
  const found = [
    ...unfoundedDates(text, known, days),
    ...unfoundedNumbers(text, `${known}\n${days.join('\n')}`),
    ...unfoundedQuotes(text, known),
    ...unfoundedAddresses(text, known),
    ...unfoundedNames(text, known),
  ];
  const distinct = new Map(found.map((one) => [`${one.kind} ${one.what}`, one]));
  return [...distinct.values()]
    .slice(0, mostFound)
    .map(({ kind, what }) => ({ kind, what: what.slice(0, longestShown) }));
}

function dayOf(at: number): string {
  return Number.isFinite(at) ? new Date(at).toISOString().slice(0, 10) : '';
}

/** Numbers of lists and of sources are the reply's own. */
function withoutMarks(reply: string): string {
  return reply.replace(/^[ \t>]*\d{1,3}[.)][ \t]/gm, '').replace(/\[\d{1,3}\](?!\()/g, '');
}

function unfoundedDates(text: string, known: string, days: readonly string[]): Unfounded[] {
  const told = new Set([...datesIn(known), ...datesIn(days.join('\n'))].flatMap((date) => date.days));
  return datesIn(text)
    .filter((date) => !date.days.some((day) => told.has(day)))
    .map(({ said }) => ({ kind: 'date', what: said }));
}

function unfoundedNumbers(text: string, known: string): Unfounded[] {
  const told = valuesIn(known);
  // Of an address every part counts, and of a date day and month together.
  let plain = text.replace(/\S+:\/\/\S+/g, ' ').replace(/\S+@\S+/g, ' ');
  for (const { said } of datesIn(plain))
    plain = plain.replace(said, said.replace(/(?<!\d)\d{1,2}(?!\d)/g, ' '));
  return numbersIn(plain)
    .filter(({ small, meanings }) => !small && !meanings.some((value) => told.has(value)))
    .map(({ said }) => ({ kind: 'number', what: said }));
}

/** Shorter ones are words that are spoken of. */
const leastQuote = 20;
const quoted = /"([^"\n]{20,600})"|“([^”\n]{20,600})”|„([^“”\n]{20,600})[“”]|«([^»\n]{20,600})»/g;

function unfoundedQuotes(text: string, known: string): Unfounded[] {
  const quotes = [...text.matchAll(quoted)].map(([, ...sides]) => sides.find((side) => side !== undefined)!);
  if (quotes.length === 0) return [];
  const told = squeezed(known);
  return quotes
    .filter((quote) => quote.trim().length >= leastQuote && /\s\S+\s/.test(quote.trim()))
    .filter((quote) => !told.includes(squeezed(quote)))
    .map((what) => ({ kind: 'quote', what }));
}

const link = /(?:https?:\/\/|(?<![\p{L}\p{N}.@])www\.)[^\s<>"')\]]+/giu;

function unfoundedAddresses(text: string, known: string): Unfounded[] {
  const told = new Set((known.match(link) ?? []).map((one) => plainAddress(one)));
  const links = (text.match(link) ?? []).filter((one) => !told.has(plainAddress(one)));
  const mails = new Set(mailsIn(known).map(({ address }) => address.toLowerCase()));
  const others = mailsIn(text).filter(({ address }) => !mails.has(address.toLowerCase()));
  return [...links, ...others.map(({ address }) => address)].map((what) => ({ kind: 'address', what }));
}

/** Two or more capitalised words in a row. */
const inCapitals =
  /(?<![\p{L}\p{N}])\p{Lu}\p{Ll}+(?:['’-]\p{L}+)*(?: (?:(?:de|del|van|von|der|la|di|da) )?\p{Lu}\p{Ll}+(?:['’-]\p{L}+)*){1,3}/gu;
const titled =
  /(?<![\p{L}\p{N}])(?:Mr|Mrs|Ms|Dr|Prof|Herrn?|Frau|Mme|Sra?|Señora?)\.? (?:(?:Dr|Prof)\.? )?(\p{Lu}\p{Ll}+(?:['’-]\p{L}+)*)/gu;
/** Where a sentence, a line or a heading begins every word may be in capitals. */
const beginning = /(?:^|[.!?:…]["”»)]?\s|[\n>*#|•–-]\s*|\*\*)$/u;

function unfoundedNames(text: string, known: string): Unfounded[] {
  const told = new Set(wordsOf(known));
  const isNew = (name: string) =>
    wordsOf(name).every((word) => !told.has(word)) && !/^\p{Lu}\p{Ll}?\.?$/u.test(name);
  const withTitle = [...text.matchAll(titled)].filter(([, name]) => isNew(name!)).map(([whole]) => whole);
  // In German every noun has a capital.
  const rows = languageOf(text) === 'de' ? [] : [...text.matchAll(inCapitals)];
  const names = rows
    .filter(({ 0: name, index }) => {
      if (!isNew(name)) return false;
      if (!beginning.test(text.slice(Math.max(0, index - 4), index))) return true;
      // A name that begins a sentence is followed by one.
      return (
        !isFunctionWord(name.split(' ')[0]!.toLowerCase(), ['en']) &&
        /^,? \p{Ll}/u.test(text.slice(index + name.length))
      );
    })
    .map(([name]) => name);
  return [...withTitle, ...names].map((what) => ({ kind: 'name', what }));
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/\p{L}{2,}/gu) ?? [];
}
