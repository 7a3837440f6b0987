/**
 * Words as every store's index knows them: lower case, without accents, English ones reduced to their stem, and
 * scripts that write no spaces cut into pairs of letters. A **term** is such a word.
 */
import { LRUCache } from 'lru-cache';
import { stemmer } from 'stemmer';

/** Raise it when the same text gives other terms than before: an index is then built anew. */
export const termsVersion = 1;

const longestTerm = 64;
/** A part of a text with so many units shares its memory (`SlicedString::kMinLength` of V8); shorter ones are copies. */
const leastShared = 13;
const mostTellingTerms = 24;

const unspaced =
  '\\p{scx=Han}\\p{scx=Hiragana}\\p{scx=Katakana}\\p{scx=Hangul}\\p{scx=Thai}\\p{scx=Lao}\\p{scx=Khmer}\\p{scx=Myanmar}';
const letter = '[\\p{L}\\p{N}\\p{M}]';
/** A run of one of the scripts without spaces, or else a word. */
const run = new RegExp(`((?:(?=${letter})[${unspaced}])+)|(?:(?![${unspaced}])${letter})+`, 'gu');

const accents = /[\u0300-\u036f]/g;
const ascii = /^[\0-\x7f]*$/;
const englishWord = /^[a-z]{3,}$/;

/** Stemming costs twenty times a look-up, and people use the same words over and over. */
const stems = new LRUCache<string, string>({ max: 5_000 });

const stopWords = new Set(
  (
    'a about after all also am an and any are as at be because been but by can could did do does doing don for ' +
    'from get had has have having he her here him his how i if in into is it its just know like ll m me more my ' +
    'no not now of on or our out re s she should so some t than that the their them then there these they this ' +
    'those to too up us ve very was we were what when where which who whom why will with would you your'
  ).split(' '),
);

/** The text's terms, in order, as often as they occur. */
export function termsOf(text: string): string[] {
  return wordsOf(text).map(stem);
}

/** The distinct terms worth looking for; none when there are no words. Stop words count only when there is nothing else. */
export function tellingTerms(text: string): string[] {
  const words = [...new Set(wordsOf(text))];
  const telling = words.filter((word) => !stopWords.has(word));
  return (
    [...new Set((telling.length > 0 ? telling : words).map(stem))]
      // Long words are rare words: they say most about what is looked for.
      .sort((a, b) => b.length - a.length)
      .slice(0, mostTellingTerms)
  );
}

function wordsOf(text: string): string[] {
  if (ascii.test(text)) return clipped(text.toLowerCase().match(/[a-z0-9]+/g) ?? []);
  const words: string[] = [];
  const plain = text.normalize('NFKD').replace(accents, '').normalize('NFKC').toLowerCase();
  for (const [word, unspacedRun] of plain.matchAll(run)) {
    if (unspacedRun) words.push(...pairs(unspacedRun));
    else words.push(word);
  }
  return clipped(words);
}

function clipped(words: string[]): string[] {
  return words.map((word) => (word.length < leastShared ? word : ownCopy(word.slice(0, longestTerm))));
}

/** V8 keeps the whole text for a longer part of it, and caches and indexes keep terms. */
function ownCopy(part: string): string {
  return Buffer.from(part).toString();
}

function pairs(run: string): string[] {
  const letters = [...run];
  if (letters.length < 2) return letters;
  return letters.slice(1).map((next, i) => letters[i]! + next);
}

function stem(word: string): string {
  if (!englishWord.test(word)) return word;
  let known = stems.get(word);
  if (known === undefined) {
    known = stemmer(word);
    stems.set(word, known);
  }
  return known;
}
