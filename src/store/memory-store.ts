import type { Memory, MemoryKind, RoomSource, SourceKey } from '../core/memory.js';

export interface Appended {
  /** The stored memory: the given one, or the earlier one with the same ingestion key. */
  memory: Memory;
  duplicate: boolean;
}

export interface Page<T> {
  items: T[];
  /** Give it back to get the next page; null at the end. */
  nextCursor: string | null;
}

/** `limit`: most items of the page. An unknown cursor throws `invalid_field`. */
export interface PageRequest {
  limit: number;
  cursor?: string;
}

export interface RoomSummary {
  roomId: string;
  agentId: string;
  source: RoomSource;
  /** Whether only one person and the agent can read it; absent where that is not known. */
  direct?: boolean;
  /** When its newest message was made (Unix ms). */
  lastAt: number;
  /** Counted up to 1,000. */
  messages: number;
}

export interface Person {
  /** Absent: of all agents. */
  agentId?: string;
  connector: string;
  tenant: string;
  /** As in `author.id`. */
  userId: string;
}

export interface SearchRequest {
  agentId: string;
  /** Exactly these scopes are seen. */
  scopes: string[];
  /** Words to look for; empty skips the lexical half. */
  text: string;
  /** Meaning to look for; absent skips the vector half. */
  vector?: { embedder: string; values: Float32Array };
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

export interface Unembedded {
  id: string;
  text: string;
}

export interface ExpiryRequest {
  agentId: string;
  /** What was stored for a time before this (Unix ms) has expired. */
  before: number;
  /** Kinds that expire; with `message` also the turns and what was given up in the outbox. */
  kinds: MemoryKind[];
  /** Most memories removed at once. */
  limit: number;
  /** Where the last call stopped. */
  cursor?: string;
}

export interface Expired {
  /** How many memories and lone turns this call removed. */
  count: number;
  /** Give it back to go on; null when nothing is left. */
  nextCursor: string | null;
}

/** History, search and forgetting. */
export interface MemoryStore {
  /** Stores under the ingestion key. A duplicate is not an error: the first memory comes back. */
  append(memory: Memory): Promise<Appended>;
  get(id: string): Promise<Memory | null>;
  /** The memory stored under an ingestion key. */
  find(key: SourceKey): Promise<Memory | null>;
  /**
   * Gives a memory another text: history, claims and searches have the new one from now on, and its vector is made
   * anew. False: no such memory. Who has claimed it already goes on with the old text.
   */
  edit(id: string, text: string): Promise<boolean>;
  /** The newest `limit` messages of a room that are not pending, oldest first. */
  recent(roomId: string, limit: number): Promise<Memory[]>;
  /** A room's messages, pending ones included, from the oldest unless told otherwise. A cursor belongs to its order. */
  history(roomId: string, page: PageRequest & { order?: 'oldest' | 'newest' }): Promise<Page<Memory>>;
  /**
   * Rooms with messages, the most recently active first. A call looks at some 1,000 memories from the cursor on, so a
   * page may be short, or empty, although `nextCursor` says that there is more. Not promised: a room that becomes
   * active between two pages may be on neither; rooms of which all is archived are not listed.
   */
  rooms(page: PageRequest & { agentId?: string }): Promise<Page<RoomSummary>>;
  /**
   * What a person said, what was noted of it, and the replies to that (`content.replyTo`), in all rooms, pending and
   * archived ones included, about oldest first. It reads through everything, some 1,000 memories a call: pages may be
   * short or empty as those of `rooms`. A reply is known by what it answers, so whoever forgets collects all pages
   * first, and forgets the newest first.
   */
  ofPerson(person: Person, page: PageRequest): Promise<Page<Memory>>;
  /** Newest facts of the scopes, newest first. */
  facts(agentId: string, scopes: string[], limit: number): Promise<Memory[]>;
  /** All memories of a scope, oldest first. */
  inScope(agentId: string, scope: string, page: PageRequest): Promise<Page<Memory>>;
  /** Hybrid search: words (stemmed) and meaning, fused, best first. Pending messages are not found. */
  search(request: SearchRequest): Promise<Found[]>;
  /** How many memories the scopes hold: lets a caller skip a search that can find nothing new. */
  count(agentId: string, scopes: string[]): Promise<number>;
  /** Removes memories with their words and vectors; unknown ids are passed over. Returns how many went. */
  forget(ids: string[]): Promise<number>;
  /** Every agent that has memories, also one whose character is gone. */
  agents(): Promise<string[]>;
  /**
   * Removes an agent's old memories with their words, vectors and turns. What is pending stays, and so does a reply
   * until it is delivered or given up. A store may leave the removal to its server, which does it within minutes.
   */
  expire(request: ExpiryRequest): Promise<Expired>;
  /** Memories without a vector of this embedder, oldest first. */
  unembedded(embedder: string, limit: number): Promise<Unembedded[]>;
  /** Vectors are only ever compared with others of the same embedder. Forgotten ids are passed over. */
  saveEmbeddings(embedder: string, vectors: { id: string; values: Float32Array }[]): Promise<void>;
  /**
   * Removes at most `limit` vectors of embedders other than `keep` that are not in use: since `unusedSince` (Unix ms),
   * to a minute or so, nobody has called `unembedded` or `saveEmbeddings` with them. Returns how many went; 0 when no
   * such vector is left.
   */
  dropEmbeddings(request: { keep: string; unusedSince: number; limit: number }): Promise<number>;
}
