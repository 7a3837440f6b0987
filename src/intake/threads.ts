import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { roomIdOf } from '../core/memory.js';
import type { Logger } from '../logger.js';
import type { History } from '../store/history.js';
import { defineNote, type TypedNotes } from '../store/note.js';
import type { NoteStore } from '../store/note-store.js';
import type { Checked } from './gate.js';

/** A thread in which nobody has written to the agent for so long is nobody's, in ms. */
const keptMs = 90 * 24 * 60 * 60 * 1000;
/** Noted again when its note is so old, in ms. */
const renewedMs = keptMs / 3;
const mostKnown = 10_000;
/** Of a thread of which nothing is noted, so many messages are looked through for the agent's. */
const lookedAt = 100;

/** When it was noted, Unix ms. */
const threadNote = defineNote({ key: (roomId: string) => `thread:${roomId}`, schema: z.number() });

/** Threads that are the agent's: those in which it was addressed, known to every process and after a restart. */
export class Threads {
  readonly #notes: TypedNotes<string, number>;
  readonly #history: Pick<History, 'history'>;
  /** When each was noted. */
  readonly #ours = new LRUCache<string, number>({ max: mostKnown });
  /** In these the agent had said nothing when this process looked. */
  readonly #silent = new LRUCache<string, true>({ max: mostKnown });

  constructor(notes: NoteStore, history: Pick<History, 'history'>, log: Logger) {
    this.#notes = threadNote.in(notes, log);
    this.#history = history;
  }

  /** Call it when the agent is to answer there, before the message is stored. @throws what the store throws */
  async join({ agentId, source }: Pick<Checked, 'agentId' | 'source'>): Promise<void> {
    const roomId = roomIdOf(agentId, source);
    const now = Date.now();
    if (now - (this.#ours.get(roomId) ?? 0) < renewedMs) return;
    await this.#notes.put(roomId, now, { ttlMs: keptMs });
    this.#ours.set(roomId, now);
  }

  async isOurs({ agentId, source }: Checked): Promise<boolean> {
    const roomId = roomIdOf(agentId, source);
    return this.#ours.has(roomId) || (await this.#notes.get(roomId)) !== null || this.#spokeIn(roomId);
  }

  /** Threads that were served before they were noted. */
  async #spokeIn(roomId: string): Promise<boolean> {
    if (this.#silent.has(roomId)) return false;
    const { items } = await this.#history.history(roomId, { limit: lookedAt, order: 'newest' });
    if (items.some(({ role }) => role === 'assistant')) return true;
    this.#silent.set(roomId, true);
    return false;
  }
}
