import type { Memory, RoomSource, SourceKey } from '../core/memory.js';
import type { Part } from '../core/part.js';
import type { Page, PageRequest } from './paging.js';

export interface Appended {
  /** The stored memory: the given one, or the earlier one with the same ingestion key. */
  memory: Memory;
  duplicate: boolean;
}

export interface AppendOptions {
  /**
   * Called as soon as the room's next turn sees the message, which may be before it is durable: a turn may begin, but
   * nobody may be told yet. A store that cannot tell the two apart does not call it.
   */
  onWritten?(appended: Appended): void;
}

/** What of a memory is another one besides its text. */
export interface MoreEdited {
  /** It quotes nothing any more. */
  quote?: null;
  /** What it carries besides its text, as it is to be. */
  parts?: Part[];
  /** It has no files any more: those that no other memory names go. */
  files?: null;
  taint?: Memory['taint'];
}

export interface HistoryRequest extends PageRequest {
  /** What comes first; the oldest unless told otherwise. A cursor belongs to its order. */
  order?: 'oldest' | 'newest';
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
  /** Absent: of all agents; and so with what follows. */
  agentId?: string | undefined;
  connector?: string | undefined;
  tenant?: string | undefined;
  /** As in `author.id`. */
  userId?: string | undefined;
}

/** What was said and noted, as it was and as people change it. */
export interface History {
  /** Stores under the ingestion key. A duplicate is not an error: the first memory comes back. */
  append(memory: Memory, options?: AppendOptions): Promise<Appended>;
  get(id: string): Promise<Memory | null>;
  /** The memory stored under an ingestion key. */
  find(key: SourceKey): Promise<Memory | null>;
  /**
   * Gives a memory another text: history, claims and searches have the new one from now on, and its vector is made
   * anew. False: no such memory. Who has claimed it already goes on with the old text.
   */
  edit(id: string, text: string, more?: MoreEdited): Promise<boolean>;
  /** The newest `limit` messages of a room that are not pending, oldest first. */
  recent(roomId: string, limit: number): Promise<Memory[]>;
  /** A room's messages, pending ones included. */
  history(roomId: string, page: HistoryRequest): Promise<Page<Memory>>;
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
  /** All memories of a scope, oldest first. */
  inScope(agentId: string, scope: string, page: PageRequest): Promise<Page<Memory>>;
  /** Removes memories with their words and vectors; unknown ids are passed over. Returns how many went. */
  forget(ids: string[]): Promise<number>;
}
