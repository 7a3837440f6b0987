/**
 * What the hub's thread knows of the database without asking: rooms and scopes in use, exactly as they are
 * there. Exact, because this process is the only writer, and because every method that changes something here
 * is called as the engine's answer arrives, in the order the engine worked (`Link.call`): a load that raced
 * with a write was carried out either before it (then the write follows here too) or after it (then the load
 * has it in it). Nothing appears here before it is durable.
 */
import { LRUCache } from 'lru-cache';
import type { OutboundMessage, TurnCheckpoint } from '../../core/turn.js';
import type { Failing } from '../outbox.js';
import type { Link } from './link.js';
import { type ForgottenIn, mostPerRoom, type RoomLimits } from './operations.js';
import { type FinishedTurn, RoomView } from './room-view.js';
import type { Stored } from './row.js';
import { ScopeView } from './scope-view.js';

export interface ReplicaSizes {
  /** Most memories held for all rooms together, and for all scopes; one is 1 to 2 KB. */
  rooms: number;
  scopes: number;
  /** How many are read at least, so that the next questions need no reading. */
  recent: number;
  facts: number;
}

const usualSizes: ReplicaSizes = { rooms: 3_000, scopes: 1_000, recent: 40, facts: 20 };

export class Replica {
  readonly #link: Link;
  readonly #rooms: LRUCache<string, RoomView>;
  readonly #scopes: LRUCache<string, ScopeView>;
  readonly #sizes: ReplicaSizes;
  /** The room of every reply in `#rooms`: what delivers one knows only its id. */
  readonly #roomOfReply = new Map<string, string>();

  constructor(link: Link, sizes: ReplicaSizes = usualSizes) {
    this.#link = link;
    this.#sizes = sizes;
    this.#scopes = new LRUCache({ maxSize: sizes.scopes });
    this.#rooms = new LRUCache({
      maxSize: sizes.rooms,
      dispose: (room) => {
        for (const id of room.outboundIds) this.#roomOfReply.delete(id);
      },
    });
  }

  /** The room's state; with more waiting than is cached it holds no more than is `wanted`. */
  async room(roomId: string, wanted: Partial<RoomLimits>): Promise<RoomView> {
    const known = this.#rooms.get(roomId);
    if (known?.holdsRecent(wanted.recent ?? 0)) return known;
    const recent = Math.max(wanted.recent ?? 0, this.#sizes.recent);
    let room: RoomView;
    const limits = { recent, pending: wanted.pending ?? 0, due: wanted.due ?? 0 };
    await this.#link.call('room', [roomId, limits], (rows) => {
      room = new RoomView(roomId, rows, recent);
      if (rows.whole) this.#keep(roomId, room);
    });
    return room!;
  }

  async scope(agentId: string, name: string, wantedFacts: number): Promise<ScopeView> {
    const key = scopeKey(agentId, name);
    const known = this.#scopes.get(key);
    if (known?.holdsFacts(wantedFacts)) return known;
    const facts = Math.max(wantedFacts, this.#sizes.facts);
    let scope: ScopeView;
    await this.#link.call('scope', [agentId, name, facts], (rows) => {
      scope = new ScopeView(rows, facts);
      this.#scopes.set(key, scope, { size: scope.size });
    });
    return scope!;
  }

  appended(stored: Stored): void {
    const { agentId, scope: name, roomId } = stored.memory;
    const key = scopeKey(agentId, name);
    const scope = this.#scopes.peek(key);
    if (scope) {
      scope.appended(stored);
      this.#scopes.set(key, scope, { size: scope.size });
    }
    this.#change(roomId, (room) => room.appended(stored));
  }

  checkpointed(checkpoint: TurnCheckpoint): void {
    this.#change(checkpoint.roomId, (room) => room.checkpointed(checkpoint));
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

  /** Editing is rare: what holds the memory is read again. */
  edited(roomId: string, { agentId, scope }: { agentId: string; scope: string }): void {
    this.#rooms.delete(roomId);
    this.#scopes.delete(scopeKey(agentId, scope));
  }

  /** A failed turn is to run again, or a reply that was given up is due: rare, so the room is read again. */
  revived(roomId: string): void {
    this.#rooms.delete(roomId);
  }

  /** Forgetting is rare: what it touched is read again. */
  forgot({ rooms, scopes }: ForgottenIn): void {
    for (const roomId of rooms) this.#rooms.delete(roomId);
    for (const { agentId, scope } of scopes) this.#scopes.delete(scopeKey(agentId, scope));
  }

  #change(roomId: string, change: (room: RoomView) => void): void {
    const room = this.#rooms.peek(roomId);
    if (!room) return;
    change(room);
    if (room.backlog > mostPerRoom) this.#rooms.delete(roomId);
    else this.#rooms.set(roomId, room, { size: room.size });
  }

  #keep(roomId: string, room: RoomView): void {
    this.#rooms.set(roomId, room, { size: room.size });
    // A room larger than the whole cache was not taken.
    if (this.#rooms.peek(roomId) !== room) return;
    for (const id of room.outboundIds) this.#roomOfReply.set(id, roomId);
  }
}

function scopeKey(agentId: string, name: string): string {
  return JSON.stringify([agentId, name]);
}
