import type { Memory } from '../../core/memory.js';
import { type OutboundMessage, readSteps, type Turn, type TurnCheckpoint } from '../../core/turn.js';
import type { Appended } from '../history.js';
import type { Page } from '../paging.js';
import { whole } from '../paging.js';
import type { Claim, Head, TurnCommit, TurnEdited, TurnListRequest, TurnStore } from '../turn-store.js';
import type { Bodies } from './bodies.js';
import type { Connection } from './connection.js';
import { endOfAll, pageOfStep, readNumber } from './cursors.js';
import type { Forgetting } from './forgetting.js';
import { frozenCopy } from './frozen.js';
import type { MemoryTable } from './memory-table.js';
import type { OutboundRow } from './outbox-table.js';
import type { Rooms } from './rooms.js';
import { rowOf, statusNumber } from './row.js';
import type { SideThread } from './side-thread.js';
import type { TurnTable } from './turn-table.js';

export interface TurnParts {
  connection: Connection;
  table: TurnTable;
  memories: MemoryTable;
  side: SideThread;
  rooms: Rooms;
  bodies: Bodies;
  forgetting: Forgetting;
}

/** Rooms looked at in one step: some 2 ms. */
const mostHeads = 100;

export class LibsqlTurns implements TurnStore {
  readonly #connection: Connection;
  readonly #parts: TurnParts;

  constructor(parts: TurnParts) {
    this.#connection = parts.connection;
    this.#parts = parts;
  }

  claim(roomId: string, limit: number): Promise<Claim> {
    const pending = whole(limit);
    return this.#connection.read(() => {
      const claim = this.#parts.rooms.room(roomId, { pending }).claim(pending);
      // A copy: who has it goes on with its steps.
      return claim.checkpoint ? { ...claim, checkpoint: structuredClone(claim.checkpoint) } : claim;
    });
  }

  checkpoint(checkpoint: TurnCheckpoint): Promise<void> {
    const { turnId, roomId, agentId, covers, steps, tries = 0 } = checkpoint;
    const counted = tries > 0 ? { tries } : {};
    const stored = frozenCopy({ turnId, roomId, agentId, covers, steps, ...counted });
    const { table, rooms } = this.#parts;
    const json = [JSON.stringify(stored.covers), JSON.stringify(stored.steps)] as const;
    return this.#connection.write(() => {
      if (table.checkpoint(turnId, roomId, agentId, ...json, tries))
        rooms.checkpointed(stored, json[1].length);
    });
  }

  commit({ turn, reply, outbound }: TurnCommit): Promise<boolean> {
    const { turnId, roomId, trigger } = turn;
    const covers = [...turn.covers];
    const status = turn.status === 'failed' ? 'failed' : 'handled';
    const memory = reply && frozenCopy(reply);
    const sent = outbound && outboundOf(outbound, memory);
    const row = {
      turnId,
      roomId,
      covers,
      status: statusNumber[status],
      turn: JSON.stringify(turn),
      until: turn.status === 'waiting' ? (turn.waitsUntil ?? 0) : null,
      continues: trigger?.kind === 'decision' ? trigger.turnId : null,
      reply: memory && rowOf(memory),
      outbound: sent && outboundRow(sent, memory),
    };
    return this.#connection.write(() => {
      const seq = this.#parts.table.commit(row);
      if (seq === null) return false;
      this.#parts.rooms.committed({ turnId, roomId, covers, status }, memory && { seq, memory }, sent);
      return true;
    });
  }

  get(turnId: string): Promise<Turn | null> {
    return this.#connection.read(() => {
      const body = this.#parts.table.get(turnId);
      if (body === null) return null;
      const turn = JSON.parse(body) as Turn;
      return { ...turn, steps: readSteps(turn.steps) };
    });
  }

  async list(request: TurnListRequest): Promise<Page<Omit<Turn, 'steps'>>> {
    const { agentId, roomId, status } = request;
    const limit = whole(request.limit, 1);
    const json = (part: string | undefined) => (part === undefined ? null : JSON.stringify(part));
    const filter = [json(agentId), json(roomId), json(status)] as const;
    const before = readNumber(request.cursor, endOfAll);
    const step = await this.#parts.side.call('listTurns', before, limit, ...filter);
    return pageOfStep(step, limit, ([, turn]: [number, Omit<Turn, 'steps'>]) => turn);
  }

  reopen(turnId: string): Promise<boolean> {
    return this.#revived(() => this.#parts.table.reopen(turnId));
  }

  wake(messageId: string): Promise<boolean> {
    return this.#revived(() => this.#parts.table.wake(messageId));
  }

  decide(turnId: string, trigger: Memory): Promise<Appended> {
    const stored = frozenCopy(trigger);
    const row = rowOf(stored);
    const { memories, table, rooms } = this.#parts;
    return this.#connection.write(() => {
      const appended = memories.append(row, stored);
      if (!appended.duplicate) rooms.appended(appended);
      table.decided(turnId);
      return appended;
    });
  }

  expired(now: number, limit: number): Promise<string[]> {
    return this.#connection.read(() => JSON.parse(this.#parts.table.expired(now, whole(limit))));
  }

  undecided(roomId: string, limit: number): Promise<string[]> {
    return this.#connection.read(() => JSON.parse(this.#parts.table.undecided(roomId, whole(limit))));
  }

  stopWaiting(turnId: string): Promise<boolean> {
    return this.#connection.write(() => this.#parts.table.stopWaiting(turnId));
  }

  edit(turnId: string, change: TurnEdited): Promise<void> {
    return this.#connection.write(() => this.#parts.forgetting.editTurn(turnId, change));
  }

  async heads(roomIds: readonly string[]): Promise<Head[]> {
    const found: Head[] = [];
    for (let from = 0; from < roomIds.length; from += mostHeads) {
      const rooms = roomIds.slice(from, from + mostHeads);
      const heads: Head[] = await this.#connection.read(() => JSON.parse(this.#parts.table.heads(rooms)));
      found.push(...heads);
    }
    return found;
  }

  waiting(before: number, limit: number): Promise<string[]> {
    return this.#connection.read(() => JSON.parse(this.#parts.table.waiting(before, whole(limit))));
  }

  /** `change` gives back the room in which something waits again, or null. */
  #revived(change: () => string | null): Promise<boolean> {
    return this.#connection.write(() => {
      const roomId = change();
      if (roomId !== null) {
        this.#parts.rooms.forgetRoom(roomId);
        this.#parts.bodies.clear();
      }
      return roomId !== null;
    });
  }
}

/** A copy for the cache, which shares the reply with the room's history. */
function outboundOf({ memory, ...rest }: OutboundMessage, reply: Memory | null): OutboundMessage {
  return Object.freeze({ ...frozenCopy(rest), memory: memory.id === reply?.id ? reply : frozenCopy(memory) });
}

/** The reply is stored once: its place here stays empty, and is filled when the row is read. */
function outboundRow(outbound: OutboundMessage, reply: Memory | null): OutboundRow {
  const { memory, ...rest } = outbound;
  const body = JSON.stringify(memory === reply ? rest : outbound);
  return [outbound.id, outbound.roomId, memory.id, outbound.createdAt, body];
}
