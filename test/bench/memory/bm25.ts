/** BM25 with other constants, counted again from the texts of a small scope. */
import { indexedText } from '../../../dist/src/core/indexed-text.js';
import { rarity } from '../../../dist/src/store/ranking.js';
import type { Candidates, CandidatesRequest } from '../../../dist/src/store/search.js';
import { soughtTerms, termsOf } from '../../../dist/src/store/words.js';

/** Rarity and lengths are those of the candidates, which in a scope of some hundred are most of it. */
export function bm25With(k1: number, b: number) {
  return async (found: Candidates, { questions }: CandidatesRequest): Promise<Candidates> => {
    const all = found.stretches.flatMap(({ candidates }) => candidates);
    const memories = await found.memories(all.map(({ key }) => key));
    const terms = new Map(all.map(({ key }) => [key, termsOf(indexedText(memories.get(key)!))]));
    const sought = soughtTerms(questions[0]!.text);
    const average =
      [...terms.values()].reduce((sum, { length }) => sum + length, 0) / Math.max(1, all.length);
    const rare = new Map(
      sought.map((term) => [
        term,
        rarity([...terms.values()].filter((own) => own.includes(term)).length, all.length),
      ]),
    );
    const scoreOf = (own: string[]) =>
      sought.reduce((sum, term) => {
        const count = own.filter((one) => one === term).length;
        const length = 1 - b + (b * own.length) / average;
        return count === 0 ? sum : sum + (rare.get(term)! * count * (k1 + 1)) / (count + k1 * length);
      }, 0);
    const scores = new Map([...terms].map(([key, own]) => [key, scoreOf(own)]));
    return {
      ...found,
      stretches: found.stretches.map(({ room, candidates }) => ({
        room,
        candidates: candidates.map((one) => ({ ...one, words: [scores.get(one.key)!] })),
      })),
      scales: [{ ...found.scales[0]!, words: Math.max(0, ...scores.values()) }],
    };
  };
}
