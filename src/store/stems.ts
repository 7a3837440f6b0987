/** Words reduced to their stem, by language. */
import { stemmer as danish } from '@orama/stemmers/danish';
import { stemmer as dutch } from '@orama/stemmers/dutch';
import { stemmer as finnish } from '@orama/stemmers/finnish';
import { stemmer as french } from '@orama/stemmers/french';
import { stemmer as german } from '@orama/stemmers/german';
import { stemmer as italian } from '@orama/stemmers/italian';
import { stemmer as norwegian } from '@orama/stemmers/norwegian';
import { stemmer as portuguese } from '@orama/stemmers/portuguese';
import { stemmer as russian } from '@orama/stemmers/russian';
import { stemmer as spanish } from '@orama/stemmers/spanish';
import { stemmer as swedish } from '@orama/stemmers/swedish';
import { LRUCache } from 'lru-cache';
import { stemmer as english } from 'stemmer';
import { arabicStem } from './arabic.js';
import type { LatinLanguage } from './function-words.js';

/** Of the words that are in Latin letters, those that have a stem. */
const latinWord = /^[a-z]{3,}$/;
const cyrillicWord = /^\p{Script=Cyrillic}{3,}$/u;
const arabicWord = /^\p{Script=Arabic}{3,}$/u;

/** Accents are gone by now, with or without whoever wrote: where a stemmer looks for one, it is put back. */
const stemmers: Record<LatinLanguage, (word: string) => string> = {
  en: english,
  de: german,
  fr: french,
  es: (word) => spanish(word.replace(/([cs])ion$/, '$1ión')),
  it: italian,
  pt: (word) => portuguese(word.replace(/oes$/, 'ao').replace(/cao$/, 'ção')),
  nl: dutch,
  sv: swedish,
  da: danish,
  no: norwegian,
  fi: finnish,
};

/** Stemming costs twenty times a look-up, and people use the same words over and over. */
const englishStems = new LRUCache<string, string>({ max: 5_000 });
const otherStems = new LRUCache<string, string>({ max: 5_000 });

/** @param language of a word in Latin letters; other scripts say it themselves. */
export function stemOf(word: string, language: LatinLanguage): string {
  if (language === 'en') {
    // Most words are: they are looked up before they are looked at.
    const known = englishStems.get(word);
    if (known !== undefined) return known;
  }
  if (latinWord.test(word)) {
    if (language === 'en') return cached(englishStems, word, word, english);
    return cached(otherStems, `${language} ${word}`, word, stemmers[language]);
  }
  if (word.charCodeAt(0) < 0x400) return word;
  if (cyrillicWord.test(word)) return cached(otherStems, word, word, russian);
  return arabicWord.test(word) ? arabicStem(word) : word;
}

function cached(
  stems: LRUCache<string, string>,
  key: string,
  word: string,
  make: (word: string) => string,
): string {
  let known = stems.get(key);
  if (known === undefined) {
    known = make(word);
    stems.set(key, known);
  }
  return known;
}
