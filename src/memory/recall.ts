/** What a turn recalls: hits for each of its questions within one budget of places, each with what was said beside it. */
import type { Memory } from '../core/memory.js';
import type { RecallRecord } from '../core/recall-record.js';
import type { Scored } from '../store/scoring.js';
import type { Candidate, Candidates, Question, Search, Searched, Stretch } from '../store/search.js';
import { isOneSession, leastAlone, ranked, repeatsChosen, repeatsQuestion, type Said } from './scoring.js';

/** Looked at for repetitions of a question, among what has most of its words. */
const mostRepeats = 40;
/** Said before a hit, and after it. */
const besideHit = 2;
/** Texts read at once, for each hit that is wanted. */
const readPerHit = 2;

export interface RecallRequest extends Searched {
  questions: readonly Question[];
  /** Places for hits, of all questions together. */
  limit: number;
}

export interface RecallHit {
  memory: Memory;
  /** What stands beside it in its room, oldest first. */
  before: Memory[];
  after: Memory[];
}

export interface Recalled {
  /** Of each question in turn its best. */
  hits: RecallHit[];
  record: Pick<RecallRecord, 'hits' | 'candidates'>;
}

interface Chosen extends Scored {
  memory: Memory;
  question: number;
}

export async function recall(
  memories: Pick<Search, 'candidates'>,
  request: RecallRequest,
): Promise<Recalled> {
  const { questions, limit } = request;
  const found = await memories.candidates(request);
  const read = reader(found);
  const lines: Scored[][] = [];
  const repeated = new Set<Candidate['key']>();
  for (const [q, { text }] of questions.entries()) {
    if (!found.scales[q] || !fitsAny(found, q)) continue;
    const repeats = await repeatsOf(found, q, text, read);
    for (const key of repeats) repeated.add(key);
    lines[q] = ranked(found, q, repeats);
  }
  const chosen = await choose(lines, limit, read);
  const hits = await withNeighbours(found.stretches, chosen, repeated, read);
  return {
    hits,
    record: {
      candidates: found.stretches.reduce((sum, { candidates }) => sum + candidates.length, 0),
      hits: chosen.map(({ memory, question, score, candidate }) => ({
        ...{ id: memory.id, question, score: rounded(score), words: rounded(candidate.words[question]!) },
        meaning: candidate.meaning[question] === null ? null : rounded(candidate.meaning[question]!),
      })),
    },
  };
}

/** Gives all that was read so far, these too. */
type Read = (keys: readonly Candidate['key'][]) => Promise<ReadonlyMap<Candidate['key'], Memory>>;

/** Each is read once. */
function reader({ memories }: Candidates): Read {
  const known = new Map<Candidate['key'], Memory>();
  const asked = new Set<Candidate['key']>();
  return async (keys) => {
    const unknown = keys.filter((key) => !asked.has(key));
    for (const key of unknown) asked.add(key);
    if (unknown.length > 0) for (const [key, memory] of await memories(unknown)) known.set(key, memory);
    return known;
  };
}

/** Whether there is anything to hand over: a word of the question, or a meaning that is near enough without any. */
function fitsAny({ stretches, scales }: Candidates, question: number): boolean {
  if ((scales[question]!.meaning?.most ?? -1) >= leastAlone) return stretches.length > 0;
  return stretches.some(({ candidates }) => candidates.some(({ words }) => words[question]! > 0));
}

/** What only asks the question again has nearly all of its words, so it is among those with the most. */
async function repeatsOf({ stretches }: Candidates, question: number, text: string, read: Read) {
  const likely = stretches
    .flatMap(({ candidates }) => candidates)
    .filter(({ words }) => words[question]! > 0)
    .sort((a, b) => b.words[question]! - a.words[question]!)
    .slice(0, mostRepeats)
    .map(({ key }) => key);
  const known = await read(likely);
  const asked = { text };
  const repeats = new Set(
    likely.filter((key) => known.has(key) && repeatsQuestion(asked, saidOf(known.get(key)!))),
  );
  // What the agent said to it then, without a word of it: that it does not know, mostly.
  for (const { candidates } of stretches)
    for (const [i, { key, byAgent, words }] of candidates.entries())
      if (byAgent && words[question] === 0 && i > 0 && repeats.has(candidates[i - 1]!.key)) repeats.add(key);
  return repeats;
}

/** Of each question in turn its next best, so that none takes the places of another. */
async function choose(
  lines: readonly (Scored[] | undefined)[],
  limit: number,
  read: Read,
): Promise<Chosen[]> {
  const chosen: Chosen[] = [];
  const said: Said[] = [];
  const passed = new Set<Candidate['key']>();
  const places = lines.map(() => 0);
  const step = readPerHit * limit;
  let known: Awaited<ReturnType<Read>> = new Map();
  const nextOf = async (q: number): Promise<Chosen | null> => {
    const line = lines[q] ?? [];
    while (places[q]! < line.length) {
      const at = places[q]!++;
      const { candidate, score } = line[at]!;
      // Those of one step are read at once, and known from then on.
      if (at % step === 0) known = await read(line.slice(at, at + step).map((one) => one.candidate.key));
      const memory = known.get(candidate.key);
      if (passed.has(candidate.key)) continue;
      passed.add(candidate.key);
      if (memory && !repeatsChosen(said, saidOf(memory))) return { candidate, score, memory, question: q };
    }
    return null;
  };
  for (let more = true; more && chosen.length < limit; ) {
    more = false;
    for (const q of lines.keys()) {
      if (chosen.length >= limit) break;
      const next = await nextOf(q);
      if (!next) continue;
      more = true;
      chosen.push(next);
      said.push(saidOf(next.memory));
    }
  }
  return chosen;
}

async function withNeighbours(
  stretches: readonly Stretch[],
  chosen: readonly Chosen[],
  repeated: ReadonlySet<Candidate['key']>,
  read: Read,
): Promise<RecallHit[]> {
  const places = new Map<Candidate, [Candidate[], number]>();
  for (const { candidates } of stretches)
    for (const [i, candidate] of candidates.entries()) places.set(candidate, [candidates, i]);
  const sides = chosen.map(({ candidate }) => {
    // A chunk is long, and tells by itself where it stands.
    if (candidate.kind !== 'message') return { before: [], after: [] };
    const [line, at] = places.get(candidate)!;
    return { before: side(line, at, -1).reverse(), after: side(line, at, 1) };
  });
  const known = await read(sides.flatMap(({ before, after }) => [...before, ...after]));
  const memoriesOf = (keys: readonly Candidate['key'][]) =>
    keys.filter((key) => !repeated.has(key)).flatMap((key) => known.get(key) ?? []);
  return chosen.map(({ memory }, i) => ({
    memory,
    before: memoriesOf(sides[i]!.before),
    after: memoriesOf(sides[i]!.after),
  }));
}

function side(line: readonly Candidate[], at: number, way: 1 | -1): Candidate['key'][] {
  const keys: Candidate['key'][] = [];
  for (let i = 1; i <= besideHit; i++) {
    const other = line[at + way * i];
    if (!other || !isOneSession(line[at + way * (i - 1)]!, other)) break;
    keys.push(other.key);
  }
  return keys;
}

/** Memories are kept from turn to turn, and compared again and again. */
const sayings = new WeakMap<Memory, Said>();

function saidOf(memory: Memory): Said {
  const known = sayings.get(memory);
  if (known) return known;
  const { content, author, role } = memory;
  const said = { text: content.text, author: author.id, byAgent: role === 'assistant' };
  sayings.set(memory, said);
  return said;
}

function rounded(score: number): number {
  return Math.round(1_000 * score) / 1_000;
}
