/**
 * Which language a text is in: guessed from its script and its function words, always the same for the same text. A
 * wrong guess must do no harm, so a text in Latin letters is English where little speaks against it, and a question is
 * looked up in every language that it may be in.
 */
import { countsOf, hasForeignWord, type LatinLanguage, latinLanguages } from './function-words.js';

/** One foreign word may be a name's: Las Vegas. */
const leastForeign = 2;

/** @param words as `words.ts` cuts them. `accented`: the text has Latin letters that English has not. */
export function latinLanguageOf(words: readonly string[], accented: boolean): LatinLanguage {
  if (!hasForeignWord(words)) return 'en';
  const counts = countsOf(words);
  const most = Math.max(...counts);
  if (counts[0] === most || (most < leastForeign && !accented)) return 'en';
  return latinLanguages[counts.indexOf(most)]!;
}

/** Languages that a question may be in: what it looks for may have been taken for any of them. English is always among them. */
export function latinLanguagesOf(words: readonly string[]): readonly LatinLanguage[] {
  const counts = countsOf(words);
  const foreign = Math.max(...counts.slice(1));
  if (counts[0]! > foreign) return ['en'];
  return latinLanguages.filter((language, i) => language === 'en' || counts[i]! * 2 >= foreign);
}

/** Whose small words say nothing in a question. In *my dog* Danish has one, too, and there it is the dog that is looked for. */
export function languagesHeard(words: readonly string[]): readonly LatinLanguage[] {
  const counts = countsOf(words);
  const most = Math.max(...counts);
  return latinLanguages.filter(
    (language, i) => language === 'en' || (counts[i]! > counts[0]! && counts[i]! * 2 >= most),
  );
}
