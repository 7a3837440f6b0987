/** Which memories of one scope have words of a question, ranked by BM25 over that scope. */
import { bm25, rarity } from '../ranking.js';
import { hashOf, headLength, idHashes, type Segment } from './segment.js';

export interface Ranked {
  seq: number;
  score: number;
}

const places = 256;
const lastPlace = places - 1;
/** Numbers behind each memory's hits: its seq, how many terms it has, and how many hits there are. */
const hitLength = 3;
/** Numbers of hits that are kept to be used again: making room anew costs as much as the search. */
const mostSpare = 4_000_000;
let spare = new Int32Array(4096);
const countBits = 16;
const mostCounted = 2 ** countBits - 1;

export class Matches {
  readonly #terms: Int32Array;
  /** At the place that a term's hash names, or one of the next: the term's number, from 1 on. */
  readonly #table = new Uint8Array(places);
  /** How many memories have each term. */
  readonly #having: Uint32Array;
  /** Of the memory that is looked at: how often it has each term, and which ones it has. */
  readonly #counts: Uint32Array;
  readonly #touched: Uint8Array;
  readonly #kinds: ReadonlySet<number>;
  readonly #excluded = new Set<number>();
  readonly #mayBeExcluded = new Uint8Array(places);
  /** Of each memory that matches, each term's number and count in one, and behind them what `hitLength` says. */
  #hits = spare;
  #used = 0;
  #memories = 0;
  #words = 0;

  /** @param terms at most a hundred; `exclude`: ids of memories that are not found */
  constructor(terms: readonly string[], kinds: readonly number[], exclude: ReadonlySet<string>) {
    spare = new Int32Array(0);
    this.#terms = Int32Array.from(new Set(terms.map((term) => hashOf(term))));
    this.#having = new Uint32Array(this.#terms.length);
    this.#counts = new Uint32Array(this.#terms.length);
    this.#touched = new Uint8Array(this.#terms.length);
    this.#kinds = new Set(kinds);
    for (const id of exclude) {
      const [a, b] = idHashes(id);
      this.#excluded.add(keyOf(a, b));
      this.#mayBeExcluded[a & lastPlace] = 1;
    }
    this.#terms.forEach((hash, i) => {
      let place = hash & lastPlace;
      while (this.#table[place] !== 0) place = (place + 1) & lastPlace;
      this.#table[place] = i + 1;
    });
  }

  /** Segments of one scope, from the oldest on. */
  collect({ numbers, used, count }: Segment): void {
    const table = this.#table;
    const terms = this.#terms;
    const counts = this.#counts;
    const touched = this.#touched;
    const having = this.#having;
    this.#memories += count;
    this.#words += used - count * headLength;
    for (let at = 0; at < used; ) {
      const end = at + headLength + numbers[at + headLength - 1]!;
      let different = 0;
      for (let i = at + headLength; i < end; i++) {
        const hash = numbers[i]!;
        for (let place = hash & lastPlace; table[place] !== 0; place = (place + 1) & lastPlace) {
          const term = table[place]! - 1;
          if (terms[term] !== hash) continue;
          counts[term]!++;
          if (counts[term] === 1) {
            touched[different++] = term;
            having[term]!++;
          }
          break;
        }
      }
      if (different > 0) this.#note(numbers, at, different);
      at = end;
    }
  }

  /** The best, best first; of equals the younger. To be called once, at last. */
  best(limit: number): Ranked[] {
    const hits = this.#hits;
    const average = this.#words / this.#memories;
    const rare = Float64Array.from(this.#having, (having) => rarity(having, this.#memories));
    const best: Ranked[] = [];
    let least = limit > 0 ? 0 : Number.POSITIVE_INFINITY;
    // From the youngest on: of equals, those that come later need not be looked at.
    for (let at = this.#used; at > 0; ) {
      const head = at - hitLength;
      const begin = head - hits[at - 1]!;
      const length = hits[head + 1]!;
      let score = 0;
      for (let i = begin; i < head; i++) {
        score += bm25(rare[hits[i]! >>> countBits]!, hits[i]! & mostCounted, length, average);
      }
      at = begin;
      if (score <= least) continue;
      let rank = best.length;
      while (rank > 0 && best[rank - 1]!.score < score) rank--;
      best.splice(rank, 0, { seq: hits[head]!, score });
      if (best.length > limit) best.pop();
      if (best.length === limit) least = best[limit - 1]!.score;
    }
    if (hits.length <= mostSpare) spare = hits;
    return best;
  }

  /** Memories of other kinds are not found, but say as well how rare a word is. */
  #note(numbers: Int32Array, at: number, different: number): void {
    if (this.#used + different + hitLength > this.#hits.length) this.#grow();
    const hits = this.#hits;
    const counts = this.#counts;
    let to = this.#used;
    for (let i = 0; i < different; i++) {
      const term = this.#touched[i]!;
      hits[to++] = (term << countBits) | Math.min(counts[term]!, mostCounted);
      counts[term] = 0;
    }
    if (!this.#kinds.has(numbers[at + 1]!)) return;
    const a = numbers[at + 2]!;
    const maybe = this.#mayBeExcluded[a & lastPlace] !== 0;
    if (maybe && this.#excluded.has(keyOf(a, numbers[at + 3]!))) return;
    hits[to++] = numbers[at]!;
    hits[to++] = numbers[at + 4]!;
    hits[to++] = different;
    this.#used = to;
  }

  #grow(): void {
    const grown = new Int32Array(2 * this.#hits.length + 4096);
    grown.set(this.#hits);
    this.#hits = grown;
  }
}

function keyOf(a: number, b: number): number {
  return (a >>> 0) * 2 ** 21 + (b >>> 11);
}
