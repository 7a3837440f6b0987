/** What may bear on some questions: by their words, by their meaning, and what stands beside. */
import type { Scale } from '../search.js';
import { soughtTerms } from '../words.js';
import type { Lexicon } from './lexicon.js';
import type { Matches } from './matches.js';
import type { Cosine, Vectors } from './vectors.js';

/** Plain values: it may be asked of another thread. */
export interface Query {
  scopes: number[];
  kinds: number[];
  questions: { text: string; vector: { embedder: string; values: Float32Array } | null }[];
  /** Ids of memories that must not come back. */
  exclude: string[];
  depth: number;
  around: number;
}

/** A candidate, with its number, the number of its kind, and what `Candidate` says of it. */
export type Hit = [
  seq: number,
  kind: number,
  byAgent: boolean,
  at: number,
  found: boolean,
  words: number[],
  meaning: (number | null)[],
];

/** Candidates of one room, one behind the other. */
type Row = [room: number, hits: Hit[]];

export interface Hits {
  rows: Row[];
  scales: Scale[];
}

/** More than there are kinds. */
const kindsApart = 256;

/** One scope as it was searched. */
interface Part {
  matches: Matches;
  /** For each question. */
  scores: Float64Array[];
  /** Places of what was found itself. */
  found: Set<number>;
}

export class Search {
  readonly #lexicon: Lexicon;
  readonly #vectors: Vectors;

  constructor(lexicon: Lexicon, vectors: Vectors) {
    this.#lexicon = lexicon;
    this.#vectors = vectors;
  }

  /** Goes on in small steps. */
  *find({ scopes, kinds, questions, exclude, depth, around }: Query): Generator<void, Hits> {
    const filter = { kinds, exclude: new Set(exclude) };
    const terms = questions.map(({ text }) => soughtTerms(text));
    const parts: Part[] = [];
    for (const scope of scopes) {
      const matches = yield* this.#lexicon.match(scope, terms, filter);
      parts.push({ matches, scores: questions.map((_, q) => matches.scores(q)), found: new Set() });
    }
    const scales = questions.map((_, q): Scale => ({ words: foundByWords(parts, q, depth), meaning: null }));
    const known = questions.map(() => new Map<number, number>());
    const excluded = parts.flatMap(({ matches }) => matches.excluded.map((place) => matches.seq(place)));
    for (const [q, { vector }] of questions.entries()) {
      if (!vector) continue;
      yield;
      const near = { scopes, kinds, exclude: excluded };
      const found = this.#vectors.near(vector.embedder, vector.values, near, depth);
      if (!found) continue;
      const { cosines, least } = found;
      scales[q]!.meaning = { least, most: cosines[0]![1] };
      for (const [seq, cosine] of cosines) {
        known[q]!.set(seq, cosine);
        foundByMeaning(parts, seq);
      }
    }
    yield;
    const rows = parts.flatMap(({ matches, found }) =>
      stretches(matches, withNeighbours(matches, found, around)).map((places) => ({ matches, places })),
    );
    for (const [q, { vector }] of questions.entries()) {
      if (!vector || !scales[q]!.meaning) continue;
      const cosines = known[q]!;
      const lacking: number[] = [];
      for (const { matches, places } of rows)
        for (const place of places) if (!cosines.has(matches.seq(place))) lacking.push(matches.seq(place));
      yield;
      for (const [seq, cosine] of this.#cosines(vector, lacking)) cosines.set(seq, cosine);
    }
    const hits = parts.flatMap(({ matches, scores, found }) =>
      rows
        .filter((row) => row.matches === matches)
        .map(({ places }): Row => {
          const hit = (place: number): Hit => [
            ...([
              matches.seq(place),
              matches.kind(place),
              matches.byAgent(place),
              matches.at(place),
            ] as const),
            found.has(place),
            scores.map((one) => one[place]!),
            known.map((one) => one.get(matches.seq(place)) ?? null),
          ];
          return [matches.room(places[0]!), places.map(hit)];
        }),
    );
    for (const { matches } of parts) matches.end();
    return { rows: hits, scales };
  }

  #cosines({ embedder, values }: { embedder: string; values: Float32Array }, seqs: number[]): Cosine[] {
    return this.#vectors.cosines(embedder, values, seqs);
  }
}

/** Marks the best of all scopes as found, and gives the best score. */
function foundByWords(parts: readonly Part[], question: number, depth: number): number {
  const best = parts.flatMap((part) => {
    const scores = part.scores[question]!;
    return part.matches.best(scores, depth).map((place) => ({ part, place, score: scores[place]! }));
  });
  best.sort((a, b) => b.score - a.score);
  for (const { part, place } of best.slice(0, depth)) part.found.add(place);
  return best[0]?.score ?? 0;
}

function foundByMeaning(parts: readonly Part[], seq: number): void {
  for (const { matches, found } of parts) {
    const place = matches.placeOf(seq);
    if (place !== undefined && matches.mayBeFound(place)) found.add(place);
  }
}

function withNeighbours(matches: Matches, found: ReadonlySet<number>, around: number): number[] {
  const all = new Set(found);
  for (const place of found) {
    for (const way of [-1, 1] as const) {
      let at: number | undefined = place;
      for (let i = 0; i < around && at !== undefined; i++) {
        at = matches.next(at, way);
        if (at !== undefined) all.add(at);
      }
    }
  }
  return [...all].sort((a, b) => a - b);
}

/** In their order, those that follow one another in one room together. */
function stretches(matches: Matches, places: readonly number[]): number[][] {
  const open = new Map<number, number[]>();
  const all: number[][] = [];
  for (const place of places) {
    // A fact may have been made between two messages of its room.
    const line = kindsApart * matches.room(place) + matches.kind(place);
    const last = open.get(line);
    if (last && matches.next(last.at(-1)!, 1) === place) last.push(place);
    else {
      const begun = [place];
      open.set(line, begun);
      all.push(begun);
    }
  }
  return all;
}
