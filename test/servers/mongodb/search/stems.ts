import { stemmer } from 'stemmer';

const words = /[\p{L}\p{N}_]+/gu;

/** The stop words MongoDB's English text index and Lucene's English analyzer leave out, the common core. */
const stopWords = new Set(
  (
    'a about above after again against all am an and any are as at be because been before being below between both ' +
    'but by can could did do does doing down during each few for from further had has have having he her here hers ' +
    'him his how i if in into is it its me more most my no nor not of off on once only or other our ours out over ' +
    'own same she should so some such than that the their theirs them then there these they this those through to ' +
    'too under until up very was we were what when where which while who whom why will with would you your yours'
  ).split(' '),
);

export function tokens(text: string): string[] {
  return text.toLowerCase().normalize('NFKD').replace(/\p{M}/gu, '').match(words) ?? [];
}

/** Stemmed and without stop words. */
export function stems(text: string): string[] {
  return tokens(text)
    .filter((token) => !stopWords.has(token))
    .map((token) => stemmer(token));
}
