/**
 * Light stemming of Arabic: the article, joined particles and endings are cut off, roots are left alone. Follows
 * light10 (Larkey, Ballesteros, Connell 2007), with the endings for "your" and "our", which people who chat need.
 */
const article = /^(?:وال|بال|كال|فال|لل|ال)(?=.{2})/u;
const and = /^و(?=.{3})/u;
const endings = ['ها', 'هم', 'كم', 'نا', 'ان', 'ات', 'ون', 'ين', 'يه', 'ه', 'ي', 'ك'];
/** Letters that must be left of a word. */
const least = 3;

/** @param word without vowel signs, its forms of alef, yeh and teh marbuta made one (`words.ts`) */
export function arabicStem(word: string): string {
  let stem = word.replace(article, '');
  if (stem === word) stem = word.replace(and, '').replace(article, '');
  for (const ending of endings)
    if (stem.endsWith(ending) && stem.length - ending.length >= least) stem = stem.slice(0, -ending.length);
  return stem;
}
