/**
 * Whose rooms are whose, as far as this process has seen. Where memories are spread by agent, a query that names a room
 * and its agent asks one shard, and one that names the room alone asks them all. A room's id is made of its agent's,
 * so what was seen once stays true.
 */
import { LRUCache } from 'lru-cache';
import type { MemoryDocument } from './documents.js';

/** Rooms remembered at most; others are asked for everywhere, once. */
export const mostRooms = 10_000;

export type OfRoom = { roomId: string } | { agentId: string; roomId: string };

export class RoomAgents {
  readonly #agents: LRUCache<string, string> | null;

  /** @param byAgent whether memories are spread by agent: elsewhere its name is of no use, and nothing is kept */
  constructor(byAgent: boolean) {
    this.#agents = byAgent ? new LRUCache({ max: mostRooms }) : null;
  }

  /** Call it with what was read or written, before the next query of its room. */
  saw(documents: Pick<MemoryDocument, 'agentId' | 'roomId'>[]): void {
    for (const { agentId, roomId } of documents) this.#agents?.set(roomId, agentId);
  }

  /** A filter for all that is of a room. */
  of(roomId: string): OfRoom {
    const agentId = this.#agents?.get(roomId);
    return agentId === undefined ? { roomId } : { agentId, roomId };
  }

  get size(): number {
    return this.#agents?.size ?? 0;
  }
}
