import { LRUCache } from 'lru-cache';
import type { RoomState, Rooms } from '../core/room.js';
import type { NoteStore } from '../store/note-store.js';

const mostKnown = 10_000;

/** The state of rooms, as notes. Every turn asks for it. */
export class NotedRooms implements Rooms {
  readonly #notes: NoteStore;
  readonly #known: LRUCache<string, RoomState> | null;

  /** `alone`: no other process changes rooms, so what is known here stays true. */
  constructor(notes: NoteStore, { alone }: { alone: boolean }) {
    this.#notes = notes;
    this.#known = alone ? new LRUCache({ max: mostKnown }) : null;
  }

  async get(roomId: string): Promise<RoomState> {
    const known = this.#known?.get(roomId);
    if (known) return known;
    const state = ((await this.#notes.get(keyOf(roomId))) ?? {}) as RoomState;
    // A change made meanwhile knows better.
    const newer = this.#known?.get(roomId);
    if (!newer) this.#known?.set(roomId, state);
    return newer ?? state;
  }

  async change(roomId: string, change: RoomState): Promise<void> {
    const state = { ...(await this.get(roomId)), ...change };
    await this.#notes.put(keyOf(roomId), state);
    this.#known?.set(roomId, state);
  }
}

const keyOf = (roomId: string) => `room:${roomId}`;
