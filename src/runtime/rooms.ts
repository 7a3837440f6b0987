import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { RoomState, Rooms } from '../core/room.js';
import type { Logger } from '../logger.js';
import { defineNote, type TypedNotes } from '../store/note.js';
import type { NoteStore } from '../store/note-store.js';

const mostKnown = 10_000;

/** Loose, since it is changed and put back: a newer version may know more of a room. */
const roomNote = defineNote<string, RoomState>({
  key: (roomId) => `room:${roomId}`,
  schema: z.looseObject({
    since: z.string().optional(),
    model: z.string().optional(),
    stopped: z.string().optional(),
    handled: z.string().optional(),
    takenOver: z.array(z.object({ by: z.string(), since: z.number(), until: z.number() })).optional(),
  }),
});

/** The state of rooms, as notes. Every turn asks for it. */
export class NotedRooms implements Rooms {
  readonly #notes: TypedNotes<string, RoomState>;
  readonly #known: LRUCache<string, RoomState> | null;

  /** `alone`: no other process changes rooms, so what is known here stays true. */
  constructor(notes: NoteStore, { alone, log }: { alone: boolean; log: Logger }) {
    this.#notes = roomNote.in(notes, log);
    this.#known = alone ? new LRUCache({ max: mostKnown }) : null;
  }

  async get(roomId: string): Promise<RoomState> {
    const known = this.#known?.get(roomId);
    if (known) return known;
    const state = (await this.#notes.get(roomId)) ?? {};
    // A change made meanwhile knows better.
    const newer = this.#known?.get(roomId);
    if (!newer) this.#known?.set(roomId, state);
    return newer ?? state;
  }

  async change(roomId: string, change: RoomState): Promise<void> {
    const state = { ...(await this.get(roomId)), ...change };
    await this.#notes.put(roomId, state);
    this.#known?.set(roomId, state);
  }
}
