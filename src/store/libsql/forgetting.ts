/** What changes or ends a memory, in all tables, indexes and caches that have something of it. */
import type { Fact } from '../../core/derived-memory.js';
import type { MoreEdited } from '../history.js';
import type { TurnEdited } from '../turn-store.js';
import type { Bodies } from './bodies.js';
import type { FileTable } from './file-table.js';
import type { Lexicon } from './lexicon.js';
import type { MemoryTable } from './memory-table.js';
import type { OutboxTable } from './outbox-table.js';
import type { Rooms } from './rooms.js';
import type { TurnTable } from './turn-table.js';
import type { Upkeep } from './upkeep.js';
import type { Vectors } from './vectors.js';

export interface ForgettingParts {
  memories: MemoryTable;
  turns: TurnTable;
  outbox: OutboxTable;
  files: FileTable;
  lexicon: Lexicon;
  vectors: Vectors;
  bodies: Bodies;
  upkeep: Upkeep;
  rooms: Rooms;
}

/** Inside the transactions of its callers. */
export class Forgetting {
  readonly #parts: ForgettingParts;

  constructor(parts: ForgettingParts) {
    this.#parts = parts;
  }

  /** False: no such memory. */
  edit(id: string, text: string, more: MoreEdited = {}): boolean {
    const { memories, files, lexicon, vectors, bodies, upkeep, rooms } = this.#parts;
    const edited = memories.edit(id, JSON.stringify(text), more);
    if (!edited) return false;
    const { memory, roomId, scope } = edited;
    if (more.files === null) files.unnamed([memory.seq]);
    lexicon.remove(memory);
    vectors.renew(memory);
    bodies.drop(memory.seq);
    upkeep.purgeSoon();
    rooms.forgetRoom(roomId);
    rooms.forgetScope(scope);
    return true;
  }

  /** False: it has another version, or is gone. Its words stay, and so do its vectors. */
  revise(id: string, fact: Fact): boolean {
    const { memories, bodies, upkeep, rooms } = this.#parts;
    const revised = memories.revise(id, fact);
    if (!revised) return false;
    bodies.drop(revised.memory.seq);
    upkeep.purgeSoon();
    rooms.forgetScope(revised.scope);
    return true;
  }

  /** Says how many went. */
  forget(ids: string[]): number {
    const count = this.#remove(ids);
    if (count > 0) this.#parts.turns.dropDeadCheckpoints();
    return count;
  }

  editTurn(turnId: string, change: TurnEdited): void {
    this.#parts.turns.edit(turnId, change);
    this.#parts.upkeep.purgeSoon();
  }

  /** Removes those that may go, and says how many. What a checkpoint covers is pending, and stays. */
  expire(seqs: number[]): number {
    return this.#remove(this.#parts.memories.settled(seqs));
  }

  /** Drops replies that were given up before then. */
  expireReplies(agentId: string, before: number): void {
    if (this.#parts.outbox.expire(agentId, before)) this.#parts.upkeep.purgeSoon();
  }

  #remove(ids: string[]): number {
    const { memories, turns, outbox, files, lexicon, vectors, bodies, upkeep, rooms } = this.#parts;
    const gone = memories.forget(ids);
    for (const memory of gone.memories) {
      lexicon.remove(memory);
      vectors.remove(memory);
      bodies.drop(memory.seq);
    }
    files.unnamed(gone.memories.map(({ seq }) => seq));
    for (const roomId of [...gone.rooms, ...outbox.forget(ids)]) rooms.forgetRoom(roomId);
    for (const scope of gone.scopes) rooms.forgetScope(scope);
    turns.dropEmpty(gone.turns);
    if (gone.memories.length > 0) upkeep.purgeSoon();
    return gone.memories.length;
  }
}
