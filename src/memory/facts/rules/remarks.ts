/** What is said besides, behind a comma. */
import { isOccupation } from './occupations.js';
import { verbOf } from './verbs.js';

/** "a Skoda, sold it to my cousin", "a baker, best decision ever": the first part. */
export function withoutRemark(rest: string): string {
  if (/^,/.test(rest)) return '';
  for (const { index } of rest.matchAll(/\s*,\s*/g)) {
    const words = rest
      .slice(index)
      .replace(/^[\s,]+/, '')
      .split(' ')
      .slice(0, 3);
    if (/^(?:not|and|or|instead|rather)$/i.test(words[0]!)) continue;
    const before = rest.slice(0, index);
    const isJob = isOccupation(before) && !/^(?:an?|the)$/i.test(words[0]!);
    if (isJob || words.some((word) => isVerb(word, undefined))) return before;
  }
  return rest;
}

/** Whether a word is a verb by its form: `lives`, `lived`, `does`. */
export function isVerb(word: string, next: string | undefined): boolean {
  const lower = word.toLowerCase();
  if (/^(?:is|are|was|were|has|have|had|will|does|do|did|can|could|would|used)$/.test(lower))
    return lower !== 'used' || next === 'to';
  const form = verbOf(lower)?.form;
  return form === 'third' || form === 'past';
}
