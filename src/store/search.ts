import { type Memory, MemoryKind } from '../core/memory.js';

/** Words and meaning to look for. Without words, or a vector, that half of a search finds nothing. */
export interface Question {
  text: string;
  vector?: { embedder: string; values: Float32Array };
}

/** Where is searched, and for what. */
export interface Searched {
  agentId: string;
  /** Exactly these scopes are seen. */
  scopes: readonly string[];
  /** Absent: `searchedKinds`. */
  kinds?: readonly MemoryKind[];
  /** Ids that are known already and must not come back. */
  exclude?: ReadonlySet<string>;
}

export interface SearchRequest extends Searched, Question {
  limit: number;
}

export interface Found {
  memory: Memory;
  /** Comparable within one result only. */
  score: number;
}

export interface CandidatesRequest extends Searched {
  /** At most `mostQuestions`. */
  questions: readonly Question[];
  /** How many of each half for each question. Default 100. */
  depth?: number;
  /** How many beside each of them come too, on each side. Default 2. */
  around?: number;
}

/** A memory that may bear on a question, as far as ranking must know it. */
export interface Candidate {
  /** By which `memories` knows it. */
  key: number | string;
  kind: MemoryKind;
  /** The agent has said it itself. */
  byAgent: boolean;
  /** Unix ms, to a second or so. */
  at: number;
  /** Among the best of a half, for any of the questions; else it only stands beside one that is. */
  found: boolean;
  /** For each question BM25 (k1 0.9, b 0.4), with the numbers of its scope: 0 where it has none of the words. */
  words: number[];
  /** For each question the cosine; null where there is none to tell. */
  meaning: (number | null)[];
}

/** Candidates that follow one another in one room, or in one document, with nothing between them. */
export interface Stretch {
  room: number | string;
  candidates: Candidate[];
}

/** What a question's scores are to be compared with. */
export interface Scale {
  /** The best BM25 of all that was searched; 0: nothing has any of the words. */
  words: number;
  /** The least and greatest cosine of all that was searched, or thereabouts; null: there is nothing to compare. */
  meaning: { least: number; most: number } | null;
}

export interface Candidates {
  /** In no order. What is pending may be among them. */
  stretches: Stretch[];
  /** One for each question. */
  scales: Scale[];
  /** By their keys; without those that are pending or gone. */
  memories(keys: readonly Candidate['key'][]): Promise<Map<Candidate['key'], Memory>>;
}

/** All but triggers. */
export const searchedKinds = MemoryKind.options.filter((kind) => kind !== 'trigger');

/** Of one request; those behind are not asked. */
export const mostQuestions = 8;

export const usualDepth = 100;
export const usualAround = 2;

/** Kinds that have others of their kind beside them, before and after. */
export function hasNeighbours(kind: MemoryKind): boolean {
  return kind === 'message' || kind === 'document';
}

/** What an agent recalls. Who may recall it is said by scopes (`core/memory.ts`). */
export interface Search {
  /** What may bear on the questions, and how much each half says for it; `scoring.ts` makes a ranking of that. */
  candidates(request: CandidatesRequest): Promise<Candidates>;
  /** What has words of the text (stemmed) or a like meaning, best first. Pending messages are not found. */
  search(request: SearchRequest): Promise<Found[]>;
  /** Newest facts of the scopes that hold, newest first. */
  facts(agentId: string, scopes: string[], limit: number): Promise<Memory[]>;
  /** How many memories the scopes hold: lets a caller skip a search that can find nothing new. */
  count(agentId: string, scopes: string[]): Promise<number>;
}
