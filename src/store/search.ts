import { type Memory, MemoryKind } from '../core/memory.js';

export interface SearchRequest {
  agentId: string;
  /** Exactly these scopes are seen. */
  scopes: string[];
  /** Words to look for; empty skips the lexical half. */
  text: string;
  /** Meaning to look for; absent skips the vector half. */
  vector?: { embedder: string; values: Float32Array };
  /** Absent: `searchedKinds`. */
  kinds?: MemoryKind[];
  /** Ids that are known already and must not come back. */
  exclude?: ReadonlySet<string>;
  limit: number;
}

export interface Found {
  memory: Memory;
  /** Reciprocal-rank fusion of both halves; comparable within one result only. */
  score: number;
}

/** All but triggers. */
export const searchedKinds = MemoryKind.options.filter((kind) => kind !== 'trigger');

/** What an agent recalls. Who may recall it is said by scopes (`core/memory.ts`). */
export interface Search {
  /** Hybrid search: words (stemmed) and meaning, fused, best first. Pending messages are not found. */
  search(request: SearchRequest): Promise<Found[]>;
  /** Newest facts of the scopes that hold, newest first. */
  facts(agentId: string, scopes: string[], limit: number): Promise<Memory[]>;
  /** How many memories the scopes hold: lets a caller skip a search that can find nothing new. */
  count(agentId: string, scopes: string[]): Promise<number>;
}
