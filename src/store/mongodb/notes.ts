import { newId } from '../../core/ids.js';
import { keysFrom, type Note, type NoteStore } from '../note-store.js';
import { whole } from '../paging.js';
import type { Connection } from './connection.js';
import type { Reads } from './reads.js';

interface NoteDocument {
  /** The key as JSON text: any string, also one that is no valid Unicode. */
  _id: string;
  /** JSON text: its field names are not ours. */
  value: string;
  /** Another one with every `put`: what is taken is what was read. */
  version: string;
  /** Absent: for ever. The server removes it some time after this; readers do not see it from then on. */
  expiresAt?: Date;
}

export class MongoNotes implements NoteStore {
  readonly #connection: Connection;
  readonly #reads: Reads;
  readonly #notes;

  constructor(connection: Connection, reads: Reads) {
    this.#connection = connection;
    this.#reads = reads;
    this.#notes = connection.collection<NoteDocument>('notes');
  }

  async get(key: string): Promise<unknown> {
    const named = [{ $match: { _id: JSON.stringify(key) } }];
    const [note = null] = await this.#reads.rows<NoteDocument>(named, 'notes');
    return read(note);
  }

  async put(key: string, value: unknown, { ttlMs }: { ttlMs?: number } = {}): Promise<void> {
    const note = {
      value: JSON.stringify(value ?? null),
      version: newId(),
      ...(ttlMs !== undefined && { expiresAt: new Date(Date.now() + ttlMs) }),
    };
    await this.#connection.repeatable(() =>
      this.#notes.replaceOne({ _id: JSON.stringify(key) }, note, { upsert: true }),
    );
  }

  /**
   * Whose deletion counts has it: `findOneAndDelete` gives it to several on FerretDB. Not repeated by us: a deletion
   * whose answer was lost may have taken effect.
   */
  async take(key: string): Promise<unknown> {
    const _id = JSON.stringify(key);
    for (;;) {
      const note = await this.#connection.run(() => this.#notes.findOne({ _id }));
      if (!note) return null;
      const { version } = note;
      const { deletedCount } = await this.#connection.run(() => this.#notes.deleteOne({ _id, version }));
      if (deletedCount > 0) return read(note);
    }
  }

  async list(prefix: string, limit: number): Promise<Note[]> {
    if (whole(limit) === 0) return [];
    const [from, to] = keysFrom(prefix);
    const found = await this.#connection.find(
      this.#notes,
      {
        _id: { $gte: from, $lt: to },
        $or: [forEver, { expiresAt: { $gt: new Date() } }],
      },
      { sort: { _id: 1 }, limit: whole(limit) },
    );
    return found.map((note) => ({ key: JSON.parse(note._id), value: JSON.parse(note.value) }));
  }
}

const forEver = { expiresAt: { $exists: false } };

function read(note: NoteDocument | null): unknown {
  if (!note || (note.expiresAt && note.expiresAt.getTime() <= Date.now())) return null;
  return JSON.parse(note.value);
}
