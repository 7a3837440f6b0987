/**
 * Words as every store's index knows them: lower case, without accents, reduced to their stem in the language of the
 * text, and scripts that write no spaces cut into pairs of letters, and single ones where one letter may be a word. A
 * **term** is such a word.
 */
import { isFunctionWord, type LatinLanguage } from './function-words.js';
import { languagesHeard, latinLanguageOf, latinLanguagesOf } from './language.js';
import { languageOfScript, scriptOf } from './script.js';
import { stemOf } from './stems.js';

/** Raise it when the same text gives other terms than before: an index is then built anew. */
export const termsVersion = 2;

const longestTerm = 64;
/** A part of a text with so many units shares its memory (`SlicedString::kMinLength` of V8); shorter ones are copies. */
const leastShared = 13;
const mostTellingTerms = 24;
/** Of all forms together; searches take a hundred. */
const mostSoughtTerms = 96;

const unspaced =
  '\\p{scx=Han}\\p{scx=Hiragana}\\p{scx=Katakana}\\p{scx=Hangul}\\p{scx=Thai}\\p{scx=Lao}\\p{scx=Khmer}\\p{scx=Myanmar}';
const letter = '[\\p{L}\\p{N}\\p{M}]';
/** C++ and C# are not C, and A+ is not A. */
const sign = '(?:(?<=\\p{L})(?:\\+\\+|#)(?!\\p{L})|(?<=(?<![\\p{L}\\p{N}])\\p{L})\\+(?![\\p{L}\\p{N}+]))?';
/** A run of one of the scripts without spaces, or else a word. */
const run = new RegExp(`((?:(?=${letter})[${unspaced}])+)|(?:(?![${unspaced}])${letter})+${sign}`, 'gu');
const asciiWord = /[a-z0-9]+/g;
const asciiWordOrSign = /[a-z0-9]+(?:(?<=[a-z])(?:\+\+|#)(?![a-z])|(?<=(?<![a-z0-9])[a-z])\+(?![a-z0-9+]))?/g;

const ascii = /^[\0-\x7f]*$/;
const signs = /[+#]/;
/** Marks over and in letters that people leave out as they like: accents, but not that of й, and Semitic vowel signs. */
const marks =
  /(?<![иИ])\u0306|[\u0300-\u0305\u0307-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0640\u064b-\u065f\u0670\u06d6-\u06dc]/g;
/** Written, but not seen: within a word they part nothing. */
const unseen = /\u200d|[\u00ad\u200c\u2060\ufeff]/g;
/** Letters that are written in two ways, and are no letter with an accent to Unicode. */
const alike = new Map(
  Object.entries({
    ...{ ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd', ı: 'i' },
    ...{ ى: 'ي', ی: 'ي', ې: 'ي', ة: 'ه', ک: 'ك' },
    ...Object.fromEntries([...'٠١٢٣٤٥٦٧٨٩'].map((digit, i) => [digit, String(i)])),
    ...Object.fromEntries([...'۰۱۲۳۴۵۶۷۸۹'].map((digit, i) => [digit, String(i)])),
  }),
);
const twofold = new RegExp(`[${[...alike.keys()].join('')}]`, 'g');

/** A single one of these letters may be a word: 猫, 책. */
const wordLetter = /[\p{scx=Han}\p{scx=Hangul}]/u;
/** Single letters that stand in most texts. */
const commonLetters = new Set(
  '的了是我你您他她它们們这這那有在不么麼什吗嗎呢吧和就都也很要会會到说說去把个個一上下里裡过過对對为為啊哪谁誰' +
    '이가은는을를에의도로고다요니까지해하거있없나너내',
);

interface Cut {
  words: string[];
  /** It has letters that English has not. */
  accented: boolean;
}

/** The text's terms, in order, as often as they occur. */
export function termsOf(text: string): string[] {
  const { words, accented } = wordsOf(text);
  return stemmed(words, latinLanguageOf(words, accented));
}

/**
 * The text's language, ISO 639-1 (`en`, `ja`), guessed from its letters and small words; `und`: it has no letters, or is
 * in a script that no language is guessed for.
 */
export function languageOf(text: string): string {
  const script = scriptOf(text);
  if (script !== 'Latin') return languageOfScript[script] ?? 'und';
  const { words, accented } = wordsOf(text);
  return latinLanguageOf(words, accented);
}

/** The distinct terms that say what the text is about; none when it has no words. Function words count only when there is nothing else. */
export function tellingTerms(text: string): string[] {
  const { words, accented } = wordsOf(text);
  return [...new Set(stemmed(tellingWords(words), latinLanguageOf(words, accented)))];
}

/** What to look for: the telling terms, in each form that the index may have them in. */
export function soughtTerms(text: string): string[] {
  const { words } = wordsOf(text);
  const languages = latinLanguagesOf(words);
  const sought = new Set<string>();
  for (const word of tellingWords(words))
    for (const language of languages) sought.add(stemOf(word, language));
  return [...sought].slice(0, mostSoughtTerms);
}

/** Distinct, the longest first: long words are rare words, and say most about what is looked for. */
function tellingWords(words: readonly string[]): string[] {
  const distinct = [...new Set(words)];
  const languages = [...languagesHeard(words), 'ru', 'ar'];
  const telling = distinct.filter((word) => !commonLetters.has(word) && !isFunctionWord(word, languages));
  return (telling.length > 0 ? telling : distinct)
    .sort((a, b) => b.length - a.length)
    .slice(0, mostTellingTerms);
}

function stemmed(words: readonly string[], language: LatinLanguage): string[] {
  return words.map((word) => stemOf(word, language));
}

function wordsOf(text: string): Cut {
  if (ascii.test(text)) {
    const found = text.toLowerCase().match(signs.test(text) ? asciiWordOrSign : asciiWord) ?? [];
    return { words: clipped(found), accented: false };
  }
  const words: string[] = [];
  const bare = text.normalize('NFKD').replace(marks, '').normalize('NFKC').replace(unseen, '').toLowerCase();
  const plain = bare.replace(twofold, (found) => alike.get(found)!);
  for (const [word, unspacedRun] of plain.matchAll(run)) {
    if (unspacedRun) words.push(...pieces(unspacedRun));
    else words.push(word);
  }
  return { words: clipped(words), accented: /[\u00c0-\u024f]/.test(text) };
}

function clipped(words: string[]): string[] {
  return words.map((word) => (word.length < leastShared ? word : ownCopy(word.slice(0, longestTerm))));
}

/** V8 keeps the whole text for a longer part of it, and caches and indexes keep terms. */
function ownCopy(part: string): string {
  return Buffer.from(part).toString();
}

/** Pairs of letters, and those that may be a word of their own. */
function pieces(run: string): string[] {
  const letters = [...run];
  if (letters.length < 2) return letters;
  const found: string[] = [];
  letters.forEach((one, i) => {
    if (wordLetter.test(one)) found.push(one);
    const next = letters[i + 1];
    if (next !== undefined) found.push(one + next);
  });
  return found;
}
