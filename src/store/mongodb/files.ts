import { Binary } from 'mongodb';
import { newId } from '../../core/ids.js';
import {
  countedFor,
  countedSize,
  type FileQuota,
  type FileStore,
  type NewFile,
  quotaExceeded,
  type StoredFile,
  unlimited,
  unnamedMs,
} from '../file-store.js';
import { whole } from '../paging.js';
import type { Connection } from './connection.js';
import { isTakenId } from './faults.js';
import { type ChunkDocument, chunkBytes, chunkId, type FileDocument } from './file-documents.js';
import type { FileUses } from './file-uses.js';

/** The document of a file is written first, so that what a crash leaves of it is found and removed. */
export class MongoFiles implements FileStore {
  readonly #connection: Connection;
  readonly #uses: FileUses;
  readonly #files;
  readonly #chunks;

  constructor(connection: Connection, uses: FileUses) {
    this.#connection = connection;
    this.#uses = uses;
    this.#files = connection.collection<FileDocument>('files');
    this.#chunks = connection.collection<ChunkDocument>('chunks');
  }

  async put(
    bytes: Uint8Array,
    { owner, name, mediaType }: NewFile,
    quota: FileQuota = unlimited,
  ): Promise<string> {
    // A copy, made before the first wait: what is stored is what was given, whatever the caller does.
    const copy = new Uint8Array(bytes);
    const size = copy.length;
    const _id = newId();
    const names = countedFor(owner);
    const document = {
      _id,
      size,
      name,
      mediaType,
      owner: { ...owner },
      ...names,
      counted: countedSize(size),
    };
    const lookAt = Date.now() + unnamedMs;
    await this.#once(() => this.#files.insertOne({ ...document, lookAt }));
    // Counted with itself: of two that come at once and have room for one, none may get past the quota.
    for (const whose of ['person', 'place'] as const) {
      if (quota[whose] === Infinity || (await this.#sum(whose, names[whose])) <= quota[whose]) continue;
      await this.#uses.remove([_id]);
      throw quotaExceeded(whose, quota);
    }
    for (let i = 0; i * chunkBytes < size; i++) {
      const chunk = new Binary(copy.subarray(i * chunkBytes, (i + 1) * chunkBytes));
      await this.#once(() => this.#chunks.insertOne({ _id: chunkId(_id, i), bytes: chunk }));
    }
    return _id;
  }

  async get(id: string): Promise<Uint8Array | null> {
    const [file, first] = await Promise.all([
      this.#connection.run(() => this.#files.findOne({ _id: id }, { projection: { size: 1, bytes: 1 } })),
      this.#chunk(id, 0),
    ]);
    if (!file) return null;
    if (file.bytes) return plain(file.bytes);
    const whole = new Uint8Array(file.size);
    for (let i = 0; i * chunkBytes < file.size; i++) {
      const chunk = i === 0 ? first : await this.#chunk(id, i);
      // Only while the file is written or removed.
      if (!chunk) return null;
      whole.set(plain(chunk.bytes), i * chunkBytes);
    }
    return whole;
  }

  async find(id: string): Promise<StoredFile | null> {
    const found = await this.#connection.run(() =>
      this.#files.findOne({ _id: id }, { projection: { size: 1, name: 1, mediaType: 1, owner: 1 } }),
    );
    if (!found) return null;
    const { _id, ...file } = found;
    return { id: _id, ...file };
  }

  release(ids: string[]): Promise<number> {
    return this.#uses.release(ids);
  }

  sweep({ now, limit }: { now: number; limit: number }): Promise<number> {
    return this.#uses.sweep(now, whole(limit, 1));
  }

  async #sum(whose: keyof FileQuota, name: string): Promise<number> {
    const [row] = await this.#connection.run(() =>
      this.#files
        .aggregate<{ sum: number }>([
          { $match: { [whose]: name } },
          { $group: { _id: null, sum: { $sum: '$counted' } } },
        ])
        .toArray(),
    );
    return row?.sum ?? 0;
  }

  #chunk(id: string, i: number): Promise<ChunkDocument | null> {
    return this.#connection.run(() => this.#chunks.findOne({ _id: chunkId(id, i) }));
  }

  /** Nobody else has this id: what is there is what was to be written. */
  async #once(insert: () => Promise<unknown>): Promise<void> {
    await this.#connection.repeatable(async () => {
      try {
        await insert();
      } catch (error) {
        if (!isTakenId(error)) throw error;
      }
    });
  }
}

function plain(bytes: Binary): Uint8Array {
  return Uint8Array.from(bytes.value());
}
