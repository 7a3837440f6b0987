/** Which memories of one scope have words of a question, ranked by BM25 over that scope. */
import { bm25, rarity } from '../ranking.js';
import { hashOf, headLength, idHashes, type Segment } from './segment.js';

export interface Ranked {
  seq: number;
  score: number;
}

const places = 256;
const countBits = 16;
const mostCounted = 2 ** countBits - 1;

export class Matches {
  readonly #terms: Int32Array;
  /** At the place that a term's hash names, or one of the next: the term's number, from 1 on. */
  readonly #table = new Uint8Array(places);
  /** How many memories have each term. */
  readonly #having: Uint32Array;
  readonly #counts: Uint32Array;
  readonly #kinds: ReadonlySet<number>;
  /** Of each memory that matches: its head, how many different terms it has, and each term's number and count in one. */
  #hits = new Int32Array(1024);
  #used = 0;
  #memories = 0;
  #words = 0;

  /** @param terms at most a hundred */
  constructor(terms: readonly string[], kinds: readonly number[]) {
    this.#terms = Int32Array.from(new Set(terms.map((term) => hashOf(term))));
    this.#having = new Uint32Array(this.#terms.length);
    this.#counts = new Uint32Array(this.#terms.length);
    this.#kinds = new Set(kinds);
    this.#terms.forEach((hash, i) => {
      let place = hash & (places - 1);
      while (this.#table[place] !== 0) place = (place + 1) & (places - 1);
      this.#table[place] = i + 1;
    });
  }

  /** Segments of one scope, from the oldest on. */
  collect({ numbers, used, count }: Segment): void {
    const table = this.#table;
    const terms = this.#terms;
    const counts = this.#counts;
    this.#memories += count;
    this.#words += used - count * headLength;
    for (let at = 0; at < used; ) {
      const end = at + headLength + numbers[at + headLength - 1]!;
      let different = 0;
      for (let i = at + headLength; i < end; i++) {
        const hash = numbers[i]!;
        let place = hash & (places - 1);
        for (let term = table[place]!; term !== 0; term = table[place]!) {
          if (terms[term - 1] === hash) {
            counts[term - 1]!++;
            if (counts[term - 1] === 1) different++;
            break;
          }
          place = (place + 1) & (places - 1);
        }
      }
      if (different > 0) this.#note(numbers, at, different);
      at = end;
    }
  }

  /** The best, best first; of equals the younger. `exclude`: ids. */
  best(limit: number, exclude: ReadonlySet<string>): Ranked[] {
    const best: Ranked[] = [];
    if (limit === 0) return best;
    const hits = this.#hits;
    const excluded = new Set(Array.from(exclude, (id) => keyOf(...idHashes(id))));
    const average = this.#words / this.#memories;
    const rare = Array.from(this.#having, (having) => rarity(having, this.#memories));
    for (let at = 0; at < this.#used; ) {
      const head = at;
      const length = hits[at + headLength - 1]!;
      const end = at + headLength + 1 + hits[at + headLength]!;
      let score = 0;
      for (at += headLength + 1; at < end; at++) {
        const hit = hits[at]!;
        score += bm25(rare[hit >>> countBits]!, hit & mostCounted, length, average);
      }
      if (best.length === limit && score < best[limit - 1]!.score) continue;
      if (excluded.has(keyOf(hits[head + 2]!, hits[head + 3]!))) continue;
      let rank = best.length;
      while (rank > 0 && best[rank - 1]!.score <= score) rank--;
      best.splice(rank, 0, { seq: hits[head]!, score });
      if (best.length > limit) best.pop();
    }
    return best;
  }

  /** Memories of other kinds are not found, but say as well how rare a word is. */
  #note(numbers: Int32Array, at: number, different: number): void {
    const wanted = this.#kinds.has(numbers[at + 1]!);
    if (wanted) {
      if (this.#used + headLength + 1 + different > this.#hits.length) this.#grow();
      for (let i = 0; i < headLength; i++) this.#hits[this.#used++] = numbers[at + i]!;
      this.#hits[this.#used++] = different;
    }
    for (let term = 0; term < this.#counts.length; term++) {
      const count = this.#counts[term]!;
      if (count === 0) continue;
      this.#counts[term] = 0;
      this.#having[term]!++;
      if (wanted) this.#hits[this.#used++] = (term << countBits) | Math.min(count, mostCounted);
    }
  }

  #grow(): void {
    const grown = new Int32Array(2 * this.#hits.length + 256);
    grown.set(this.#hits);
    this.#hits = grown;
  }
}

function keyOf(a: number, b: number): number {
  return (a >>> 0) * 2 ** 21 + (b >>> 11);
}
