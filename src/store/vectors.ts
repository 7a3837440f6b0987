import type { MemoryKind } from '../core/memory.js';
import { FatalError } from '../errors.js';

export interface Unembedded {
  id: string;
  text: string;
}

/** How many memories of each kind; none of a kind that is not there. */
export type KindCounts = Partial<Record<MemoryKind, number>>;

/** The vectors that searches by meaning compare, one for each memory and embedder. */
export interface Vectors {
  /** Memories without a vector of this embedder, oldest first; those that are being delivered may be left out. */
  unembedded(embedder: string, limit: number): Promise<Unembedded[]>;
  /** Those that `unembedded` would list in the end. */
  backlog(embedder: string): Promise<KindCounts>;
  /** Those that have a vector of this embedder, also one of zeros. */
  embedded(embedder: string): Promise<KindCounts>;
  /**
   * Vectors are only ever compared with others of the same embedder. Forgotten ids are passed over. One of zeros says that
   * the memory has no meaning to this embedder: it lacks none any more, and is found by none.
   */
  saveEmbeddings(embedder: string, vectors: { id: string; values: Float32Array }[]): Promise<void>;
  /**
   * Removes at most `limit` vectors of embedders other than `keep` that are not in use: since `unusedSince` (Unix ms),
   * to a minute or so, nobody has called `unembedded` or `saveEmbeddings` with them. Returns how many went; 0 when no
   * such vector is left.
   */
  dropEmbeddings(request: { keep: string; unusedSince: number; limit: number }): Promise<number>;
}

/** How exactly it is known when an embedder was last in use, in ms: noting it costs a write. */
export const noteUseMs = 60_000;

export function isNowhere(values: Float32Array): boolean {
  return values.every((value) => value === 0);
}

/** Of all of them. @throws FatalError `config_invalid` */
export function lengthOfAll(embedder: string, vectors: { values: Float32Array }[]): number {
  const length = vectors[0]?.values.length ?? 0;
  if (vectors.every(({ values }) => values.length === length)) return length;
  throw new FatalError('config_invalid', `Embedder ${embedder} gives vectors of different lengths.`);
}

/** @param known null: there is no vector yet. @throws FatalError `config_invalid` */
export function checkDimensions(embedder: string, known: number | null, given: number): void {
  if (Number.isInteger(given) && given > 0 && (known ?? given) === given) return;
  const expected = known === null || known === given ? 'at least 1' : known;
  throw new FatalError(
    'config_invalid',
    `Embedder ${embedder} gives vectors of ${given} numbers, but ${expected} were expected. ` +
      'A changed model needs a changed embedder id.',
  );
}
