/**
 * What bears on a question, and how much: what each candidate says itself (`store/scoring.ts`), and what stands near it in
 * the same session, since an answer often has no word of its question. Pure; the figures are in
 * docs/decisions/0022-words-and-meaning-are-fused-by-score.md, and are not to be tuned to one set of data.
 */
import { byScore, ownScore, type Scored } from '../store/scoring.js';
import type { Candidate, Candidates } from '../store/search.js';
import { hasNeighbours } from '../store/search.js';
import { tellingTerms } from '../store/words.js';

/** A longer pause begins another session. */
const sessionMs = 6 * 3_600_000;

/** What a candidate gets of the scores of others in its session. */
export interface Spread {
  /** Of its direct neighbours, of those behind them, and so on. */
  beside: readonly number[];
  /** Of the mean of the session's best. */
  session: number;
}

/** How many are a session's best. */
const bestOfSession = 3;
const usualSpread: Spread = { beside: [0.15, 0.08], session: 0.15 };

/**
 * Cosine from which on a meaning answers a question of which nothing has a word. Measured on the offline embedder: of
 * questions with an answer one in a hundred stays below, of those without one most do.
 */
export const leastAlone = 0.42;

/** From where on two texts say the same. */
const alike = 0.8;

/**
 * Best first. `repeats` ask the question again: they are no answer themselves, but what people said beside them may be
 * one, other than what the agent said there.
 */
export function ranked(
  { stretches, scales }: Pick<Candidates, 'stretches' | 'scales'>,
  question: number,
  repeats: ReadonlySet<Candidate['key']> = new Set(),
  { beside, session }: Spread = usualSpread,
): Scored[] {
  const scale = scales[question]!;
  const own = new Map<Candidate, number>();
  for (const { candidates } of stretches)
    for (const candidate of candidates) own.set(candidate, ownScore(candidate, question, scale));
  const scores = new Map<Candidate, number>();
  for (const { candidates } of stretches) {
    for (const [i, candidate] of candidates.entries()) {
      let score = own.get(candidate)!;
      for (const way of [-1, 1]) {
        for (let steps = 1; steps <= beside.length; steps++) {
          const other = candidates[i + way * steps];
          if (!other || !isOneSession(candidates[i + way * (steps - 1)]!, other)) break;
          if (repeats.has(other.key) && candidate.byAgent) continue;
          score += beside[steps - 1]! * own.get(other)!;
        }
      }
      scores.set(candidate, score);
    }
  }
  for (const members of sessionsOf(stretches)) {
    const best = members
      .filter(({ key }) => !repeats.has(key))
      .map((candidate) => own.get(candidate)!)
      .sort((a, b) => b - a)
      .slice(0, bestOfSession);
    const mean = best.reduce((sum, score) => sum + score, 0) / bestOfSession;
    // To be in the same session is no reason by itself.
    for (const candidate of members) {
      const score = scores.get(candidate)!;
      if (score > 0) scores.set(candidate, score + session * mean);
    }
  }
  return [...scores]
    .filter(([{ key }, score]) => score > 0 && !repeats.has(key))
    .map(([candidate, score]) => ({ candidate, score }))
    .sort(byScore);
}

/** Two that follow one another in their room. */
export function isOneSession(a: Candidate, b: Candidate): boolean {
  return Math.abs(a.at - b.at) <= sessionMs;
}

function sessionsOf(stretches: Candidates['stretches']): Candidate[][] {
  const rooms = new Map<number | string, Candidate[]>();
  for (const { room, candidates } of stretches) {
    const said = candidates.filter(({ kind }) => hasNeighbours(kind));
    const known = rooms.get(room);
    if (known) known.push(...said);
    else rooms.set(room, said);
  }
  const sessions: Candidate[][] = [];
  for (const said of rooms.values()) {
    said.sort((a, b) => a.at - b.at);
    for (const [i, candidate] of said.entries()) {
      if (i === 0 || !isOneSession(said[i - 1]!, candidate)) sessions.push([]);
      sessions.at(-1)!.push(candidate);
    }
  }
  return sessions;
}

/** A text, as far as it can repeat another one. */
export interface Said {
  text: string;
  author: string;
  byAgent: boolean;
}

/** What is compared with many others is taken apart once. */
const terms = new WeakMap<Pick<Said, 'text'>, string[]>();

function termsOf(said: Pick<Said, 'text'>): string[] {
  const known = terms.get(said);
  if (known) return known;
  const found = tellingTerms(said.text);
  terms.set(said, found);
  return found;
}

/** Whether it asks the question again, or the agent only takes up its words. What says that it is so does not repeat it. */
export function repeatsQuestion(question: Pick<Said, 'text'>, said: Said): boolean {
  if (!areAlike(termsOf(question), termsOf(said))) return false;
  const { text, byAgent } = said;
  return byAgent || asks(text) || !asks(question.text) || plain(question.text) === plain(text);
}

/** Whether it says what a chosen one says: of the same person, or an echo of the agent's. Who denies it says another thing. */
export function repeatsChosen(chosen: readonly Said[], said: Said): boolean {
  return chosen.some(
    (one) =>
      areAlike(termsOf(one), termsOf(said)) &&
      (said.byAgent || one.byAgent || (one.author === said.author && denies(one) === denies(said))),
  );
}

const negation =
  /(?<!\p{L})(?:not|never|no longer|cannot|nicht|nie|kein\p{L}*|pas|jamais|plus|no|nunca|non|mai|não|niet|geen|не|нет|لا|ليس)(?!\p{L})|n['’]t(?!\p{L})|[不没沒]|ない|ません|안 |않/iu;

function denies({ text }: Said): boolean {
  return negation.test(text);
}

const questionMark = /[?？؟՞]/u;
const interrogative =
  /^\W*(what|who|whom|whose|when|where|which|why|how|is|are|was|were|do|does|did|can|could|will|would|has|have|had|should)\b/i;

function asks(text: string): boolean {
  return questionMark.test(text) || interrogative.test(text);
}

function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** By Jaccard's index of their terms, each of which is given once. */
function areAlike(a: readonly string[], b: readonly string[]): boolean {
  const [few, many] = a.length < b.length ? [a, b] : [b, a];
  // No more can be shared than the shorter one has.
  if (few.length === 0 || few.length / many.length < alike) return false;
  const shared = few.filter((term) => many.includes(term)).length;
  return shared / (few.length + many.length - shared) >= alike;
}
