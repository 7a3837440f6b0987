import { z } from 'zod';
import { tokenConnector } from '../core/connector-settings.js';
import { within } from '../core/deadline.js';
import { RetryableError } from '../errors.js';
import type { Logger } from '../logger.js';
import type { RoomSummary } from '../store/history.js';
import type { MemoryStore } from '../store/memory-store.js';
import { defineNote, type TypedNotes } from '../store/note.js';
import type { NoteStore } from '../store/note-store.js';
import { type PairedPlaces, placeOf } from './paired-places.js';

/** How long a message from a place that nothing is known of waits, in ms. */
const patienceMs = 20_000;

/** Clocks of other processes may be so much behind, in ms. */
const skewMs = 60_000;

const Done = z.object({ at: z.number() });
const doneNote = defineNote({ key: () => 'served-places', schema: Done, damaged: { at: 0 } });

/**
 * Hubs served every place before places were let in one by one. So at the first start with a store, all places that
 * have messages in it are noted as let in, once and for ever. Several gateways may do so at the same time.
 */
export class ServedPlaces {
  readonly #memories: MemoryStore;
  readonly #places: PairedPlaces;
  readonly #done: TypedNotes<void, z.infer<typeof Done>>;
  readonly #log: Logger;
  #noting: Promise<void> | undefined;

  constructor(
    { memories, notes }: { memories: MemoryStore; notes: NoteStore },
    places: PairedPlaces,
    log: Logger,
  ) {
    this.#memories = memories;
    this.#places = places;
    this.#done = doneNote.in(notes, log);
    this.#log = log;
  }

  /** Begins; what fails is tried again when it is waited for. */
  begin(): void {
    this.#noted().catch((err) => this.#log.warn({ err }, 'the places served until now are not noted yet'));
  }

  /** @throws RetryableError `store_unavailable` when it takes too long */
  async wait(): Promise<void> {
    try {
      await within(patienceMs, () => this.#noted());
    } catch (cause) {
      throw new RetryableError(
        'store_unavailable',
        'The hub is still noting which places it serves. Please send this again in a minute.',
        { cause },
      );
    }
  }

  #noted(): Promise<void> {
    this.#noting ??= this.#note().catch((error) => {
      this.#noting = undefined;
      throw error;
    });
    return this.#noting;
  }

  async #note(): Promise<void> {
    if (await this.#done.get()) return;
    const begun = Date.now();
    // A room that becomes active meanwhile may be on no page: those are looked at once more.
    if (await this.#noteRooms(0)) await this.#noteRooms(begun - skewMs);
    await this.#done.put(undefined, { at: Date.now() });
  }

  /** Rooms that were active since (Unix ms). False: there are none. */
  async #noteRooms(since: number): Promise<boolean> {
    const known = new Set<string>();
    let cursor: string | undefined;
    let any = false;
    do {
      const { items, nextCursor } = await this.#memories.rooms({ limit: 200, cursor });
      for (const room of items) {
        if (room.lastAt < since) return any;
        any = true;
        const place = placeOf(room.agentId, room.source);
        const name = JSON.stringify(place);
        if (known.has(name) || !(await this.#isShared(room))) continue;
        known.add(name);
        await this.#places.note(place);
      }
      cursor = nextCursor ?? undefined;
    } while (cursor !== undefined);
    return any;
  }

  /** Behind the hub's own tokens nothing needs letting in. */
  async #isShared({ direct, roomId, source }: RoomSummary): Promise<boolean> {
    if (source.connector === tokenConnector) return false;
    if (direct !== undefined) return !direct;
    const { items } = await this.#memories.history(roomId, { limit: 200, order: 'newest' });
    const people = items.filter(({ role }) => role === 'user').map(({ author }) => author.id);
    return new Set(people).size > 1;
  }
}
