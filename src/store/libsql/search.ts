/** Hybrid search: what the words find and what the meaning finds, as one list. Runs in the engine's thread. */
import type { Filter, Lexicon } from './lexicon.js';
import type { MemoryTable } from './memory-table.js';
import type { Names } from './names.js';
import type { SmallScopes } from './small-scopes.js';
import type { Vectors } from './vectors.js';

export interface SearchRow {
  agentId: string;
  scopes: string[];
  text: string;
  vector: { embedder: string; values: Float32Array } | null;
  kinds: number[];
  exclude: string[];
  limit: number;
}

/** The usual constant of reciprocal rank fusion: how little the very first ranks stand out. */
const k = 60;

export class Search {
  readonly #names: Names;
  readonly #memories: MemoryTable;
  readonly #smallScopes: SmallScopes;
  readonly #lexicon: Lexicon;
  readonly #vectors: Vectors;

  constructor(
    names: Names,
    memories: MemoryTable,
    smallScopes: SmallScopes,
    lexicon: Lexicon,
    vectors: Vectors,
  ) {
    this.#names = names;
    this.#memories = memories;
    this.#smallScopes = smallScopes;
    this.#lexicon = lexicon;
    this.#vectors = vectors;
  }

  /** A list of memories, best first, and their scores in the same order. */
  find({
    agentId,
    scopes,
    text,
    vector,
    kinds,
    exclude,
    limit,
  }: SearchRow): [rows: string, scores: number[]] {
    let numbers: number[] | undefined;
    const filter: Filter = {
      scopes: [...new Set(scopes)].flatMap((scope) => this.#names.scope(agentId, scope) ?? []),
      kinds,
      excludeIds: new Set(exclude),
      exclude: () => {
        numbers ??= this.#memories.seqsOf(exclude);
        return numbers;
      },
    };
    // Each half looks deeper than asked: a memory that is middling in both may win.
    const depth = Math.max(32, 2 * limit);
    const fused = fuse([
      this.#smallScopes.find(text, filter, depth) ?? this.#lexicon.find(text, filter, depth),
      vector ? this.#vectors.find(vector.embedder, vector.values, filter, depth) : [],
    ]).slice(0, limit);
    return [this.#memories.inOrderOf(fused.map(([seq]) => seq)), fused.map(([, score]) => score)];
  }
}

/** Reciprocal rank fusion (Cormack, Clarke, Büttcher 2009). Of equal scores the newer memory is first. */
function fuse(lists: readonly number[][]): [seq: number, score: number][] {
  const scores = new Map<number, number>();
  for (const list of lists) {
    list.forEach((seq, rank) => {
      scores.set(seq, (scores.get(seq) ?? 0) + 1 / (k + rank + 1));
    });
  }
  return [...scores].sort(([seqA, a], [seqB, b]) => b - a || seqB - seqA);
}
