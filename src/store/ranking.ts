/** BM25 (Robertson, Zaragoza 2009), as every store counts it. */

/** Measured on long talk: messages are short, so length and repetition say less than the usual 1.2 and 0.75 have it. */
const k1 = 0.9;
const b = 0.4;

/** The inverse document frequency of a term that `having` of `total` texts have. */
export function rarity(having: number, total: number): number {
  return Math.log(1 + (total - having + 0.5) / (having + 0.5));
}

/** What a term that a text has `count` times adds to the text's score. Lengths are in terms. */
export function bm25(rare: number, count: number, length: number, averageLength: number): number {
  return (rare * count * (k1 + 1)) / (count + k1 * (1 - b + (b * length) / averageLength));
}

/** The usual constant of reciprocal rank fusion: how little the very first ranks stand out. */
const k = 60;

/** How far words and meaning each look: a memory that is middling in both may win. */
export function depthFor(limit: number): number {
  return Math.max(32, 2 * limit);
}

/**
 * Of the database's `search` alone; `scoring.ts` is what everything else uses. Reciprocal rank fusion (Cormack, Clarke, Büttcher 2009) of lists that are best first. Of equal scores the newer is
 * first, which has the higher key.
 */
export function fuse<T, K extends string | number>(
  lists: readonly (readonly T[])[],
  keyOf: (item: T) => K,
): { item: T; score: number }[] {
  const found = new Map<K, { item: T; score: number }>();
  for (const list of lists) {
    list.forEach((item, rank) => {
      const score = (found.get(keyOf(item))?.score ?? 0) + 1 / (k + rank + 1);
      found.set(keyOf(item), { item, score });
    });
  }
  return [...found].sort(([x, a], [y, b]) => b.score - a.score || (x < y ? 1 : -1)).map(([, one]) => one);
}
