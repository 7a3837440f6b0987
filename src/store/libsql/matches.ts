/** Which memories of one scope have words of some questions, and how much BM25 over that scope says for each. */
import { bm25, rarity } from '../ranking.js';
import { hasNeighbours } from '../search.js';
import { kindNumber } from './row.js';
import { byAgent, hashOf, headLength, idHashes, type Segment } from './segment.js';

/** What may be found, besides matching. */
export interface Filter {
  kinds: readonly number[];
  /** Ids of memories that must not come back. */
  exclude: ReadonlySet<string>;
}

const places = 1024;
const lastPlace = places - 1;
/** Numbers kept of each memory: its seq, its flags, its room, and when it was made (in seconds). */
const width = 4;
/** Set in the flags of what must not come back. */
const isExcluded = 1 << 9;
const kindBits = 0xff;
/** Numbers behind each memory's hits: which memory it is, how many terms it has, and how many hits there are. */
const hitLength = 3;
/** Numbers that are kept to be used again: making room anew costs as much as the search. */
const mostSpare = 4_000_000;
let spareHits = new Int32Array(4096);
let spareHeads = new Int32Array(4096);
const countBits = 16;
const mostCounted = 2 ** countBits - 1;
/** How far is looked for a neighbour among what was said in other rooms meanwhile. */
const farthest = 256;

/** Numbers of the kinds that have neighbours. */
const inLine = new Set(
  (['message', 'document'] as const).filter(hasNeighbours).map((kind) => kindNumber[kind]),
);

/** Memories are known by their place in the scope, from 0 on, oldest first. */
export class Matches {
  readonly #terms: Int32Array;
  /** For each question, which terms are its own. */
  readonly #questions: readonly Uint8Array[];
  /** At the place that a term's hash names, or one of the next: the term's number, from 1 on. */
  readonly #table = new Uint16Array(places);
  /** How many memories have each term. */
  readonly #having: Uint32Array;
  /** Of the memory that is looked at: how often it has each term, and which ones it has. */
  readonly #counts: Uint32Array;
  readonly #touched: Uint16Array;
  readonly #kinds: ReadonlySet<number>;
  readonly #excluded = new Set<number>();
  readonly #mayBeExcluded = new Uint8Array(places);
  /** Of each memory that matches, each term's number and count in one, and behind them what `hitLength` says. */
  #hits = spareHits;
  #used = 0;
  #heads = spareHeads;
  #memories = 0;
  #words = 0;
  readonly #excludedPlaces: number[] = [];

  /** @param questions the terms of each, all together no more than some hundreds */
  constructor(questions: readonly (readonly string[])[], { kinds, exclude }: Filter) {
    spareHits = new Int32Array(0);
    spareHeads = new Int32Array(0);
    const hashes = questions.map((terms) => new Set(terms.map((term) => hashOf(term))));
    this.#terms = Int32Array.from(new Set(hashes.flatMap((some) => [...some])));
    this.#questions = hashes.map((own) => Uint8Array.from(this.#terms, (hash) => (own.has(hash) ? 1 : 0)));
    this.#having = new Uint32Array(this.#terms.length);
    this.#counts = new Uint32Array(this.#terms.length);
    this.#touched = new Uint16Array(this.#terms.length);
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

  /** How many memories there are. */
  get count(): number {
    return this.#memories;
  }

  /** Places of what must not come back. */
  get excluded(): readonly number[] {
    return this.#excludedPlaces;
  }

  /** Segments of one scope, from the oldest on. */
  collect({ numbers, used, count }: Segment): void {
    const table = this.#table;
    const terms = this.#terms;
    const counts = this.#counts;
    const touched = this.#touched;
    const having = this.#having;
    this.#words += used - count * headLength;
    if ((this.#memories + count) * width > this.#heads.length)
      this.#heads = grown(this.#heads, (this.#memories + count) * width);
    for (let at = 0; at < used; ) {
      const end = at + headLength + numbers[at + headLength - 1]!;
      this.#noteHead(numbers, at);
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
      // Memories of other kinds are not found, but say as well how rare a word is.
      if (different > 0) this.#noteHits(end - at - headLength, different);
      this.#memories++;
      at = end;
    }
  }

  /** BM25 of every memory for one question. */
  scores(question: number): Float64Array {
    const own = this.#questions[question]!;
    const scores = new Float64Array(this.#memories);
    const hits = this.#hits;
    const average = this.#words / this.#memories;
    const rare = Float64Array.from(this.#having, (having, term) =>
      own[term] ? rarity(having, this.#memories) : 0,
    );
    for (let at = this.#used; at > 0; ) {
      const head = at - hitLength;
      const begin = head - hits[at - 1]!;
      const length = hits[head + 1]!;
      let score = 0;
      for (let i = begin; i < head; i++) {
        const weight = rare[hits[i]! >>> countBits]!;
        if (weight > 0) score += bm25(weight, hits[i]! & mostCounted, length, average);
      }
      scores[hits[head]!] = score;
      at = begin;
    }
    return scores;
  }

  /** Places of those with the best scores above 0, best first; of equals the younger. */
  best(scores: Float64Array, limit: number): number[] {
    const best: number[] = [];
    let least = limit > 0 ? 0 : Number.POSITIVE_INFINITY;
    // From the youngest on: of equals, those that come later need not be looked at.
    for (let place = scores.length - 1; place >= 0; place--) {
      const score = scores[place]!;
      if (score <= least || !this.mayBeFound(place)) continue;
      let rank = best.length;
      while (rank > 0 && scores[best[rank - 1]!]! < score) rank--;
      best.splice(rank, 0, place);
      if (best.length > limit) best.pop();
      if (best.length === limit) least = scores[best[limit - 1]!]!;
    }
    return best;
  }

  mayBeFound(place: number): boolean {
    return (this.#flags(place) & isExcluded) === 0 && this.#kinds.has(this.kind(place));
  }

  seq(place: number): number {
    return this.#heads[place * width]!;
  }

  kind(place: number): number {
    return this.#flags(place) & kindBits;
  }

  byAgent(place: number): boolean {
    return (this.#flags(place) & byAgent) !== 0;
  }

  room(place: number): number {
    return this.#heads[place * width + 2]!;
  }

  /** Unix ms. */
  at(place: number): number {
    return this.#heads[place * width + 3]! * 1000;
  }

  /** The place of a memory; undefined where it is not of this scope. */
  placeOf(seq: number): number | undefined {
    let [from, to] = [0, this.#memories];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.seq(middle) < seq) from = middle + 1;
      else to = middle;
    }
    return from < this.#memories && this.seq(from) === seq ? from : undefined;
  }

  /** What comes next in the same room or document, behind (1) or before (-1); undefined where that must not come back. */
  next(place: number, way: 1 | -1): number | undefined {
    const [room, kind] = [this.room(place), this.kind(place)];
    if (!inLine.has(kind)) return undefined;
    for (let steps = 0, at = place + way; steps < farthest && at >= 0 && at < this.#memories; steps++) {
      if (this.room(at) === room && this.kind(at) === kind) return this.mayBeFound(at) ? at : undefined;
      at += way;
    }
    return undefined;
  }

  /** To be called at last: it holds nothing any longer. */
  end(): void {
    if (this.#hits.length <= mostSpare) spareHits = this.#hits;
    if (this.#heads.length <= mostSpare) spareHeads = this.#heads;
  }

  #flags(place: number): number {
    return this.#heads[place * width + 1]!;
  }

  #noteHead(numbers: Int32Array, at: number): void {
    const to = this.#memories * width;
    const heads = this.#heads;
    heads[to] = numbers[at]!;
    heads[to + 1] = numbers[at + 1]!;
    heads[to + 2] = numbers[at + 2]!;
    heads[to + 3] = numbers[at + 3]!;
    const a = numbers[at + 4]!;
    if (this.#mayBeExcluded[a & lastPlace] === 0) return;
    if (!this.#excluded.has(keyOf(a, numbers[at + 5]!))) return;
    heads[to + 1]! |= isExcluded;
    this.#excludedPlaces.push(this.#memories);
  }

  #noteHits(length: number, different: number): void {
    if (this.#used + different + hitLength > this.#hits.length)
      this.#hits = grown(this.#hits, this.#used + different + hitLength);
    const hits = this.#hits;
    const counts = this.#counts;
    let to = this.#used;
    for (let i = 0; i < different; i++) {
      const term = this.#touched[i]!;
      hits[to++] = (term << countBits) | Math.min(counts[term]!, mostCounted);
      counts[term] = 0;
    }
    hits[to++] = this.#memories;
    hits[to++] = length;
    hits[to++] = different;
    this.#used = to;
  }
}

function grown(numbers: Int32Array, least: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * least + 4096);
  larger.set(numbers);
  return larger;
}

function keyOf(a: number, b: number): number {
  return (a >>> 0) * 2 ** 21 + (b >>> 11);
}
