/**
 * Rooms and scopes in use, in memory, so that a turn of a busy room reads nothing. Whoever writes to the tables writes
 * here too, in the same group; when work is undone, everything here is void, and read again.
 */
import type { OutboundMessage, TurnCheckpoint } from '../../core/turn.js';
import type { Failing } from '../outbox.js';
import { CountedCache } from './counted-cache.js';
import type { Lexicon } from './lexicon.js';
import type { MemoryTable } from './memory-table.js';
import type { Names } from './names.js';
import type { OutboxTable } from './outbox-table.js';
import { type FinishedTurn, RoomState } from './room-state.js';
import type { Stored } from './row.js';
import { ScopeState } from './scope-state.js';
import type { TurnTable } from './turn-table.js';

/** A room with more waiting messages, or more undelivered replies, is read piece by piece and never kept. */
const mostPerRoom = 1_000;

export interface RoomSizes {
  /** Most memories held for all rooms together, and for all scopes; one is 1 to 2 KB, and a long one counts for several. */
  rooms: number;
  scopes: number;
  /** How many are read at least, so that the next questions need no reading. */
  recent: number;
  facts: number;
}

const usualSizes: RoomSizes = { rooms: 10_000, scopes: 2_000, recent: 40, facts: 20 };

/** What a question needs of a room. */
interface Wanted {
  recent?: number;
  /** How many are wanted if there are too many to give them all. */
  pending?: number;
  due?: number;
}

export interface RoomTables {
  names: Names;
  memories: MemoryTable;
  turns: TurnTable;
  outbox: OutboxTable;
  lexicon: Lexicon;
}

export class Rooms {
  readonly #tables: RoomTables;
  readonly #sizes: RoomSizes;
  readonly #rooms: CountedCache<RoomState>;
  readonly #scopes: CountedCache<ScopeState>;
  /** The room of every reply in `#rooms`: what delivers one knows only its id. */
  readonly #roomOfReply = new Map<string, string>();

  constructor(tables: RoomTables, sizes: RoomSizes = usualSizes) {
    this.#tables = tables;
    this.#sizes = sizes;
    this.#scopes = new CountedCache(sizes.scopes);
    this.#rooms = new CountedCache(sizes.rooms, (room) => {
      for (const id of room.outboundIds) this.#roomOfReply.delete(id);
    });
  }

  /** How much is held, in memories. */
  get held(): number {
    return this.#rooms.held + this.#scopes.held;
  }

  /** With more waiting than is kept, it holds no more than is `wanted`. */
  room(roomId: string, { recent = 0, pending = 0, due = 0 }: Wanted): RoomState {
    const known = this.#rooms.get(roomId);
    if (known?.holdsRecent(recent)) return known;
    const { names, memories, turns, outbox } = this.#tables;
    const most = Math.max(recent, this.#sizes.recent);
    const room = names.room(roomId);
    if (room === undefined)
      return new RoomState(roomId, { recent: '[]', pending: '[]', checkpoints: '[]', due: '[]' }, most);
    const few = memories.backlog(room, mostPerRoom + 1) <= mostPerRoom;
    const fewDue = outbox.backlog(room, mostPerRoom + 1) <= mostPerRoom;
    const checkpoints = turns.checkpoints(room);
    // What a checkpoint covers must not be cut off by the limit of this call.
    const claiming = pending > 0 && checkpoints !== '[]';
    const rows = {
      recent: memories.recent(room, most),
      pending: memories.pending(room, few || claiming ? mostPerRoom : pending),
      checkpoints,
      due: outbox.due(room, fewDue ? mostPerRoom : due),
    };
    const state = new RoomState(roomId, rows, most);
    if (few && fewDue && this.#rooms.keep(roomId, state)) {
      for (const id of state.outboundIds) this.#roomOfReply.set(id, roomId);
    }
    return state;
  }

  scope(agentId: string, name: string, wantedFacts: number): ScopeState {
    const key = scopeKey(agentId, name);
    const known = this.#scopes.get(key);
    if (known?.holdsFacts(wantedFacts)) return known;
    const facts = Math.max(wantedFacts, this.#sizes.facts);
    const scope = new ScopeState(this.#tables.memories.scope(agentId, name, facts), facts);
    this.#scopes.keep(key, scope);
    return scope;
  }

  appended(stored: Stored): void {
    const { agentId, scope, roomId } = stored.memory;
    const key = scopeKey(agentId, scope);
    const known = this.#scopes.peek(key);
    if (known) {
      known.appended(stored);
      this.#scopes.changed(key);
    }
    this.#change(roomId, (room) => room.appended(stored));
    this.#index(stored);
  }

  /** @param length of its steps, as JSON */
  checkpointed(checkpoint: TurnCheckpoint, length: number): void {
    this.#change(checkpoint.roomId, (room) => room.checkpointed(checkpoint, length));
  }

  committed(turn: FinishedTurn, reply: Stored | null, outbound: OutboundMessage | null): void {
    this.#change(turn.roomId, (room) => room.committed(turn));
    if (reply) this.appended(reply);
    if (outbound) {
      this.#change(outbound.roomId, (room) => {
        room.queued(outbound);
        this.#roomOfReply.set(outbound.id, outbound.roomId);
      });
    }
  }

  /** Also when it was given up. */
  delivered(outboundId: string): void {
    const roomId = this.#roomOfReply.get(outboundId);
    if (roomId === undefined) return;
    this.#roomOfReply.delete(outboundId);
    this.#change(roomId, (room) => room.delivered(outboundId));
  }

  failed(outboundId: string, failing: Failing): void {
    const roomId = this.#roomOfReply.get(outboundId);
    if (roomId !== undefined) this.#change(roomId, (room) => room.failed(outboundId, failing));
  }

  /** What is rare (an edit, what was forgotten, a turn that runs again) is not followed here, but read again. */
  forgetRoom(roomId: string): void {
    this.#rooms.delete(roomId);
  }

  forgetScope({ agentId, scope }: { agentId: string; scope: string }): void {
    this.#scopes.delete(scopeKey(agentId, scope));
  }

  /** Call it when a transaction is rolled back. */
  clear(): void {
    this.#rooms.clear();
    this.#scopes.clear();
    this.#tables.lexicon.reset();
  }

  #index({ seq, memory }: Stored): void {
    const { agentId, scope, roomId } = memory;
    const { names, lexicon } = this.#tables;
    lexicon.appended(names.scopeOrNew(agentId, scope), { seq, room: names.roomOrNew(roomId), memory });
  }

  #change(roomId: string, change: (room: RoomState) => void): void {
    const room = this.#rooms.peek(roomId);
    if (!room) return;
    change(room);
    if (room.backlog > mostPerRoom) this.#rooms.delete(roomId);
    else this.#rooms.changed(roomId);
  }
}

function scopeKey(agentId: string, name: string): string {
  return JSON.stringify([agentId, name]);
}
