/** Hybrid search: what the words find and what the meaning finds, as one list. */
import { depthFor, fuse } from '../ranking.js';
import { type Database, listOf } from './database.js';
import type { Lexicon } from './lexicon.js';
import type { Vectors } from './vectors.js';

/** Plain values: it may be asked of another thread. */
export interface Query {
  scopes: number[];
  kinds: number[];
  text: string;
  vector: { embedder: string; values: Float32Array } | null;
  /** Ids of memories that must not come back. */
  exclude: string[];
  limit: number;
}

/** What lies over a memory's body, so that only bodies need be kept. */
export type Hit = [seq: number, status: number, turn: string | null, score: number];

export class Search {
  readonly #lexicon: Lexicon;
  readonly #vectors: Vectors;
  readonly #sql;

  constructor(db: Database, lexicon: Lexicon, vectors: Vectors) {
    this.#lexicon = lexicon;
    this.#vectors = vectors;
    this.#sql = {
      seqs: db.prepare(
        'select json_group_array(seq) from memories where id in (select value from json_each(?))',
      ),
      settled: db.prepare(
        listOf(
          `'[' || seq || ',' || status || ',' || json_quote(turn) || ']'`,
          'select seq, status, turn from json_each(?) join memories on seq = value where status <> 0',
        ),
      ),
    };
  }

  /** Best first. Goes on in small steps. */
  *find(query: Query): Generator<void, Hit[]> {
    const { vector, text, limit } = query;
    const exclude = new Set(query.exclude);
    if (limit === 0) return [];
    // Of those found some may be pending, or gone since: then it looks deeper.
    for (let depth = vector ? depthFor(limit) : limit; ; depth *= 4) {
      const words = yield* this.#lexicon.find(text, { ...query, exclude }, depth);
      if (vector) yield;
      const meaning = vector ? this.#near(vector, query, depth) : [];
      const fused = fuse([words, meaning], (seq) => seq);
      const hits = this.#settled(fused, limit);
      if (hits.length === limit || words.length < depth) return hits;
    }
  }

  #near({ embedder, values }: NonNullable<Query['vector']>, query: Query, depth: number): number[] {
    const exclude = () => JSON.parse(this.#sql.seqs.value<string>(JSON.stringify(query.exclude))!);
    return this.#vectors.find(embedder, values, { ...query, exclude }, depth);
  }

  #settled(fused: readonly { item: number; score: number }[], limit: number): Hit[] {
    const hits: Hit[] = [];
    for (let from = 0; hits.length < limit && from < fused.length; from += limit) {
      const some = fused.slice(from, from + limit);
      const rows = JSON.parse(
        this.#sql.settled.value<string>(JSON.stringify(some.map(({ item }) => item)))!,
      ) as [seq: number, status: number, turn: string | null][];
      const settled = new Map(rows.map((row) => [row[0], row]));
      for (const { item, score } of some) {
        const row = settled.get(item);
        if (row && hits.length < limit) hits.push([...row, score]);
      }
    }
    return hits;
  }
}
