/** From what was read of some scopes to candidates: BM25 over each scope, cosines, and what stands beside. Pure. */
import type { MemoryKind } from '../../core/memory.js';
import { bm25, rarity } from '../ranking.js';
import type { Candidate, Candidates, Scale, Stretch } from '../search.js';
import type { KnownEmbedder } from './known-embedder.js';

/** A question, as it was prepared. */
export interface Asked {
  terms: ReadonlySet<string>;
  meaning?: { embedder: KnownEmbedder; values: Float32Array } | undefined;
}

/** A memory, as far as it is compared. */
export interface Line {
  id: string;
  room: string;
  scope: string;
  kind: MemoryKind | 'turn';
  byAgent: boolean;
  at: number;
  /** May be found: of the kinds that are looked for, settled, and not known already. */
  open: boolean;
  /** In terms. */
  length: number;
  /** How often it has each term that is asked for. */
  counts: ReadonlyMap<string, number>;
  /** For each question. */
  cosines: (number | null)[];
}

/** What BM25 must know of a scope. */
export interface Statistics {
  total: number;
  /** Terms of a memory. */
  average: number;
  having(term: string): number;
}

export interface Read {
  /** Oldest first. */
  lines: Line[];
  /** By scope. */
  statistics: ReadonlyMap<string, Statistics>;
  /** The id of what follows each in its room or document, where both may be found. */
  following: ReadonlyMap<string, string>;
}

export const nothingRead: Read = { lines: [], statistics: new Map(), following: new Map() };

/** Of different scopes. */
export function joined(a: Read, b: Read): Read {
  if (a.lines.length === 0 || b.lines.length === 0) return a.lines.length === 0 ? b : a;
  return {
    lines: [...a.lines, ...b.lines].sort((x, y) => (x.id < y.id ? -1 : 1)),
    statistics: new Map([...a.statistics, ...b.statistics]),
    following: new Map([...a.following, ...b.following]),
  };
}

/** Of scopes that were read as a whole. */
export function statisticsOf(lines: readonly Line[]): Map<string, Statistics> {
  const scopes = new Map<string, { total: number; words: number; having: Map<string, number> }>();
  for (const { scope, length, counts } of lines) {
    const of = scopes.get(scope) ?? { total: 0, words: 0, having: new Map() };
    scopes.set(scope, of);
    of.total++;
    of.words += length;
    for (const term of counts.keys()) of.having.set(term, (of.having.get(term) ?? 0) + 1);
  }
  return new Map(
    [...scopes].map(([scope, { total, words, having }]) => [
      scope,
      { total, average: words / total, having: (term) => having.get(term) ?? 0 },
    ]),
  );
}

export function candidatesOf(
  { lines, statistics, following }: Read,
  asked: readonly Asked[],
  { depth, around }: { depth: number; around: number },
): Pick<Candidates, 'stretches' | 'scales'> {
  const scores = asked.map(({ terms }) => lines.map((line) => scoreOf(line, terms, statistics)));
  const found = new Set<string>();
  const scales = asked.map((_, q): Scale => {
    const byWords = best(lines, (i) => (scores[q]![i]! > 0 ? scores[q]![i]! : null), depth);
    const byMeaning = best(lines, (i) => lines[i]!.cosines[q]!, depth);
    for (const i of [...byWords, ...byMeaning]) found.add(lines[i]!.id);
    const most = byMeaning[0];
    return {
      words: byWords[0] === undefined ? 0 : scores[q]![byWords[0]]!,
      meaning: most === undefined ? null : { least: leastOf(lines, q), most: lines[most]!.cosines[q]! },
    };
  });
  const chosen = withNeighbours(found, following, around);
  const candidates = new Map<string, Candidate>();
  for (const [i, { id, kind, byAgent, at, cosines }] of lines.entries()) {
    if (!chosen.has(id)) continue;
    candidates.set(id, {
      ...{ key: id, kind: kind as MemoryKind, byAgent, at, found: found.has(id) },
      words: scores.map((one) => one[i]!),
      meaning: cosines,
    });
  }
  return { stretches: stretchesOf(lines, candidates, following), scales };
}

function scoreOf(
  { scope, length, counts }: Line,
  wanted: ReadonlySet<string>,
  statistics: Read['statistics'],
): number {
  const of = statistics.get(scope);
  if (!of) return 0;
  let score = 0;
  for (const [term, count] of counts) {
    if (!wanted.has(term)) continue;
    // Where a scope is known by a part of it, that may lack what was found.
    const having = Math.min(of.total, Math.max(1, of.having(term)));
    score += bm25(rarity(having, of.total), count, length, of.average);
  }
  return score;
}

/** Places of the best that may be found, best first; of equals the younger. */
function best(lines: readonly Line[], scoreAt: (place: number) => number | null, depth: number): number[] {
  const scored: [place: number, score: number][] = [];
  for (const [place, { open }] of lines.entries()) {
    const score = open ? scoreAt(place) : null;
    if (score !== null) scored.push([place, score]);
  }
  return scored
    .sort(([x, a], [y, b]) => b - a || y - x)
    .slice(0, depth)
    .map(([place]) => place);
}

function leastOf(lines: readonly Line[], question: number): number {
  let least = 1;
  for (const { open, cosines } of lines) if (open) least = Math.min(least, cosines[question] ?? 1);
  return least;
}

function withNeighbours(
  found: ReadonlySet<string>,
  following: Read['following'],
  around: number,
): Set<string> {
  const preceding = new Map([...following].map(([id, next]) => [next, id]));
  const all = new Set(found);
  for (const id of found) {
    for (const way of [preceding, following]) {
      let at = way.get(id);
      for (let i = 0; i < around && at !== undefined; i++) {
        all.add(at);
        at = way.get(at);
      }
    }
  }
  return all;
}

function stretchesOf(
  lines: readonly Line[],
  candidates: ReadonlyMap<string, Candidate>,
  following: Read['following'],
): Stretch[] {
  const stretches = new Map<string, Stretch>();
  const all: Stretch[] = [];
  for (const { id, room } of lines) {
    const candidate = candidates.get(id);
    if (!candidate) continue;
    let stretch = stretches.get(id);
    if (!stretch) {
      stretch = { room, candidates: [] };
      all.push(stretch);
    }
    stretch.candidates.push(candidate);
    const next = following.get(id);
    if (next !== undefined) stretches.set(next, stretch);
  }
  return all;
}
