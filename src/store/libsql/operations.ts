/** Everything the engine can be asked for. Arguments and results cross threads: plain values, lists as JSON text. */
import type { FileQuota } from '../file-store.js';
import { AuditTable } from './audit-table.js';
import type { Database, Parameter } from './database.js';
import { type FileRow, FileTable } from './file-table.js';
import { Lexicon } from './lexicon.js';
import { Listings } from './listings.js';
import { type Aged, type Edited, MemoryTable } from './memory-table.js';
import { Names } from './names.js';
import { NoteTable } from './note-table.js';
import { OutboxTable } from './outbox-table.js';
import type { MemoryRow } from './row.js';
import { Search, type SearchRow } from './search.js';
import { Shelf } from './shelf.js';
import { SmallScopes } from './small-scopes.js';
import { type CommitRow, TurnTable } from './turn-table.js';
import { Upkeep } from './upkeep.js';
import { Vectors } from './vectors.js';

/** A room with more waiting messages, or more undelivered replies, is read piece by piece and never cached. */
export const mostPerRoom = 1_000;

export interface RoomLimits {
  recent: number;
  /** How many pending messages and undelivered replies are wanted if there are too many to give them all. */
  pending: number;
  due: number;
}

export interface RoomRows {
  recent: string;
  pending: string;
  checkpoints: string;
  due: string;
  /** False when `pending` or `due` are not all there are. */
  whole: boolean;
}

export interface ForgottenIn {
  count: number;
  rooms: string[];
  scopes: { agentId: string; scope: string }[];
}

export interface ExpiryRow {
  agentId: string;
  before: number;
  kinds: number[];
  limit: number;
  /** Null to begin with the oldest. */
  after: Aged | null;
}

export function openOperations(db: Database) {
  const names = new Names(db);
  const memories = new MemoryTable(db, names);
  const outbox = new OutboxTable(db, names);
  const turns = new TurnTable(db, names, memories, outbox);
  const lexicon = new Lexicon(db, memories);
  const vectors = new Vectors(db);
  const smallScopes = new SmallScopes(db);
  const search = new Search(names, memories, smallScopes, lexicon, vectors);
  const shelf = new Shelf(db);
  const files = new FileTable(db);
  const notes = new NoteTable(db);
  const audit = new AuditTable(db);
  const listings = new Listings(db);
  const upkeep = new Upkeep(db, lexicon, notes);
  db.transaction(() => turns.dropDeadCheckpoints());

  const forget = (ids: string[]): ForgottenIn => {
    const gone = memories.forget(ids);
    for (const memory of gone.memories) {
      lexicon.remove(memory.seq);
      vectors.remove(memory);
      smallScopes.drop(memory.scope);
    }
    files.unnamed(gone.memories.map(({ seq }) => seq));
    const rooms = [...gone.rooms, ...outbox.forget(ids)];
    turns.dropEmpty(gone.turns);
    if (gone.memories.length > 0) upkeep.purgeSoon();
    return { count: gone.memories.length, rooms, scopes: gone.scopes };
  };

  const operations = {
    ping: () => shelf.ping(),
    append: (row: MemoryRow) => memories.append(row),
    memory: (id: string) => memories.get(id),
    memoryUnder: (key: string) => memories.byKey(key),
    edit(id: string, text: string): Edited | null {
      const edited = memories.edit(id, text);
      if (edited) {
        const { memory } = edited;
        lexicon.renew(memory.seq);
        vectors.renew(memory);
        smallScopes.drop(memory.scope);
        upkeep.purgeSoon();
      }
      return edited;
    },
    inScope: (agentId: string, name: string, after: number, limit: number) =>
      memories.inScope(agentId, name, after, limit),
    history: (roomId: string, from: number, limit: number, order: 'oldest' | 'newest') =>
      memories.history(roomId, from, limit, order),
    room(roomId: string, limits: RoomLimits): RoomRows {
      const room = names.room(roomId);
      if (room === undefined)
        return { recent: '[]', pending: '[]', checkpoints: '[]', due: '[]', whole: true };
      const few = memories.backlog(room, mostPerRoom + 1) <= mostPerRoom;
      const fewDue = outbox.backlog(room, mostPerRoom + 1) <= mostPerRoom;
      const checkpoints = turns.checkpoints(room);
      // What a checkpoint covers must not be cut off by the limit of this call.
      const claiming = limits.pending > 0 && checkpoints !== '[]';
      return {
        recent: memories.recent(room, limits.recent),
        pending: memories.pending(room, few || claiming ? mostPerRoom : limits.pending),
        checkpoints,
        due: outbox.due(room, fewDue ? mostPerRoom : limits.due),
        whole: few && fewDue,
      };
    },
    scope: (agentId: string, name: string, facts: number) => memories.scope(agentId, name, facts),
    commit: (row: CommitRow) => turns.commit(row),
    turn: (turnId: string) => turns.get(turnId),
    reopen: (turnId: string) => turns.reopen(turnId),
    wake: (messageId: string) => turns.wake(messageId),
    checkpoint: (...checkpoint: Parameters<TurnTable['checkpoint']>) => turns.checkpoint(...checkpoint),
    decide(turnId: string, row: MemoryRow) {
      const appended = memories.append(row);
      turns.decided(turnId);
      return appended;
    },
    stopWaiting: (turnId: string) => turns.stopWaiting(turnId),
    turnsExpired: (now: number, limit: number) => turns.expired(now, limit),
    turnsUndecided: (roomId: string, limit: number) => turns.undecided(roomId, limit),
    turnsWaiting: (before: number, limit: number) => turns.waiting(before, limit),
    delivered: (id: string, receipt: string | null) => outbox.delivered(id, receipt),
    failed: (id: string, error: string, failing: string | null) => outbox.failed(id, error, failing),
    listOutbox: (final: boolean, after: number, agentId: string | null, limit: number) =>
      outbox.list(final, after, agentId, limit),
    retry: (id: string) => outbox.retry(id),
    retryTurn(roomId: string, turnId: string): boolean {
      const room = names.room(roomId);
      return room !== undefined && outbox.retryTurn(room, turnId);
    },
    drop: (id: string) => outbox.drop(id),
    outboxWaiting: (before: number, dueBy: number, limit: number) => outbox.waiting(before, dueBy, limit),
    countOutbox: () => outbox.count(),
    forget(ids: string[]): ForgottenIn {
      const gone = forget(ids);
      if (gone.count > 0) turns.dropDeadCheckpoints();
      return gone;
    },
    agents: () => memories.agents(),
    /** What a checkpoint covers is pending, and stays. */
    expire({ agentId, after, ...rest }: ExpiryRow): { gone: ForgottenIn; next: Aged | null } {
      if (after === null) outbox.expire(agentId, rest.before);
      const { ids, next } = memories.aged(agentId, { ...rest, after: after ?? [-1, -1] });
      return { gone: forget(ids), next };
    },
    unembedded: (embedder: string, limit: number) => vectors.unembedded(embedder, limit),
    saveEmbeddings: (embedder: string, ids: string[], packed: Float32Array) =>
      vectors.save(embedder, ids, packed),
    dropEmbeddings: (keep: string, unusedSince: number, limit: number) =>
      vectors.drop(keep, unusedSince, limit),
    search: (row: SearchRow) => search.find(row),
    tokens: () => shelf.tokens(),
    saveToken: (name: string, body: string) => shelf.saveToken(name, body),
    removeToken: (name: string) => shelf.removeToken(name),
    addAudit: (id: string, operation: string, body: string) => audit.append(id, operation, body),
    listAudit: (before: string | null, limit: number, operation: string | null) =>
      audit.list(before, limit, operation),
    listRooms: (before: number, limit: number, agentId: string | null) =>
      listings.rooms(before, limit, agentId),
    ofPerson: (after: number, limit: number, agentId: string | null, ...source: [string, string, string]) =>
      listings.person(after, limit, agentId, ...source),
    listTurns: (before: number, limit: number, ...filter: [Parameter, Parameter, Parameter]) =>
      listings.turns(before, limit, ...filter),
    putFile: (row: FileRow, quota: FileQuota) => files.put(row, quota),
    getFile: (id: string) => files.get(id),
    fileRecord: (id: string) => files.record(id),
    releaseFiles: (ids: string[]) => files.release(ids),
    sweepFiles: (now: number, limit: number) => files.sweep(now, limit),
    note: (key: string) => notes.get(key),
    putNote: (key: string, value: string, expires: number | null) => notes.put(key, value, expires),
    takeNote: (key: string) => notes.take(key),
    listNotes: (from: string, to: string, limit: number) => notes.list(from, to, limit),
  };
  const rolledBack = () => {
    names.reset();
    vectors.reset();
  };
  return { operations, upkeep, rolledBack };
}

export type Operations = ReturnType<typeof openOperations>['operations'];

/**
 * These run after the writes of their moment, one by one and outside of the group's transaction: a long look
 * must not hold up an acknowledgement. They change nothing that a cache holds.
 */
export const patient: ReadonlySet<string> = new Set<keyof Operations>([
  'search',
  'listRooms',
  'ofPerson',
  'listTurns',
]);
