/**
 * How candidates become a ranking, in every store and for whoever asks. Words and meaning are fused by their scores, not
 * by their ranks: a half that knows little must not outvote the other (docs/decisions/0022).
 */
import type { Candidate, Candidates, Found, Scale } from './search.js';

/**
 * Cosine similarity below which two texts have nothing to do with each other. Chosen low: embedders differ in how alike
 * they find strangers, and fusion with the words corrects an odd hit, but not a missing one.
 */
export const leastSimilarity = 0.25;

/** How much of a score comes from the words; the rest is meaning's. */
const shareOfWords = 0.5;
/** What the agent said itself is weaker evidence than what it was told. */
const ofAgent = 0.8;
export interface Scored {
  candidate: Candidate;
  score: number;
}

/** What a candidate says itself for one question: 0 to 1. */
export function ownScore({ words, meaning, byAgent }: Candidate, question: number, scale: Scale): number {
  const byWords = scale.words > 0 ? words[question]! / scale.words : 0;
  const byMeaning = scale.meaning ? nearness(meaning[question] ?? null, scale.meaning) : byWords;
  // What has no vector yet is taken to mean what its words say.
  const score = shareOfWords * byWords + (1 - shareOfWords) * (byMeaning ?? byWords);
  return byAgent ? ofAgent * score : score;
}

function nearness(cosine: number | null, { least, most }: NonNullable<Scale['meaning']>): number | null {
  if (cosine === null) return null;
  return most > least ? Math.min(1, Math.max(0, (cosine - least) / (most - least))) : 1;
}

/** Whether it has words of the question or a like meaning, and does not only stand beside something that has. */
function fits({ words, meaning }: Candidate, question: number): boolean {
  return words[question]! > 0 || (meaning[question] ?? -1) >= leastSimilarity;
}

/** Best first; of equals the younger. */
export function byScore(a: Scored, b: Scored): number {
  return b.score - a.score || b.candidate.at - a.candidate.at || (b.candidate.key > a.candidate.key ? 1 : -1);
}

/** What fits one question by itself, best first: for whoever looks for something, not for an answer. */
export async function best({ stretches, scales, memories }: Candidates, limit: number): Promise<Found[]> {
  const [scale] = scales;
  const scored = stretches
    .flatMap(({ candidates }) => candidates)
    .filter((candidate) => fits(candidate, 0))
    .map((candidate) => ({ candidate, score: ownScore(candidate, 0, scale!) }))
    .sort(byScore);
  const found: Found[] = [];
  for (let from = 0; found.length < limit && from < scored.length; from += limit) {
    const some = scored.slice(from, from + limit);
    const known = await memories(some.map(({ candidate }) => candidate.key));
    for (const { candidate, score } of some) {
      const memory = known.get(candidate.key);
      if (memory && found.length < limit) found.push({ memory, score });
    }
  }
  return found;
}
