/** The formula without one of its steps, so that it is known what each gives. Made of what the store gives. */

import type { Candidate, Candidates, CandidatesRequest } from '../../../dist/src/store/search.js';
import { bm25With } from './bm25.js';

export interface Ablation {
  name: string;
  change?: (found: Candidates, request: CandidatesRequest) => Candidates | Promise<Candidates>;
  /** How the conversations are stored for it, where that differs. */
  prepare?: { named: boolean };
}

const each = (found: Candidates, change: (candidate: Candidate) => Candidate): Candidates => ({
  ...found,
  stretches: found.stretches.map(({ room, candidates }) => ({ room, candidates: candidates.map(change) })),
});

/** Ranks in place of scores, as 1 / (60 + rank). */
function byRanks(found: Candidates): Candidates {
  const all = found.stretches.flatMap(({ candidates }) => candidates);
  const reciprocal = (scoreOf: (one: Candidate) => number | null) =>
    new Map(
      all
        .filter((one) => (scoreOf(one) ?? 0) > 0)
        .sort((a, b) => scoreOf(b)! - scoreOf(a)!)
        .map(({ key }, rank) => [key, 1 / (61 + rank)]),
    );
  const words = reciprocal((one) => one.words[0]!);
  const meaning = reciprocal((one) => one.meaning[0]!);
  return {
    ...each(found, (one) => ({
      ...one,
      words: [words.get(one.key) ?? 0],
      meaning: [meaning.get(one.key) ?? 0],
    })),
    scales: [{ words: 1 / 61, meaning: { least: 0, most: 1 / 61 } }],
  };
}

export const ablations: readonly Ablation[] = [
  { name: 'without authors', prepare: { named: false } },
  { name: 'BM25 with k1 1.2, b 0.75', change: bm25With(1.2, 0.75) },
  { name: 'fused by ranks', change: byRanks },
  {
    name: 'without neighbours and sessions',
    change: (found) => ({
      ...found,
      // Rooms of their own: nothing is beside them, nor in one session with them.
      stretches: found.stretches.flatMap(({ candidates }) =>
        candidates.map((one) => ({ room: `alone ${one.key}`, candidates: [one] })),
      ),
    }),
  },
  {
    name: 'without sessions',
    change: (found) => ({
      ...found,
      stretches: found.stretches.map(({ candidates }, i) => ({ room: `stretch ${i}`, candidates })),
    }),
  },
  {
    name: 'without what only stands beside',
    change: (found) => ({
      ...found,
      stretches: found.stretches.map(({ room, candidates }) => ({
        room,
        candidates: candidates.filter((one) => one.found),
      })),
    }),
  },
];
