/** Hybrid search: what the words find and what the meaning finds, as one list. Runs in the engine's thread. */
import { depthFor, fuse } from '../ranking.js';
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
    const depth = depthFor(limit);
    const halves = [
      this.#smallScopes.find(text, filter, depth) ?? this.#lexicon.find(text, filter, depth),
      vector ? this.#vectors.find(vector.embedder, vector.values, filter, depth) : [],
    ];
    const found = fuse(halves, (seq) => seq).slice(0, limit);
    return [this.#memories.inOrderOf(found.map(({ item }) => item)), found.map(({ score }) => score)];
  }
}
