import { webcrypto } from 'node:crypto';
import { Binary } from 'mongodb';
import type { FileStore } from '../file-store.js';
import type { Connection } from './connection.js';
import { isDuplicateKey } from './faults.js';

/** A document may have 16 MB; eight of these are read or written while few of them are in memory. */
const chunkBytes = 4 * 1024 * 1024;

interface FileDocument {
  /** SHA-256 of the bytes, hex. */
  _id: string;
  size: number;
  /** All bytes, where one document holds them; otherwise they are in `chunks`. */
  bytes?: Binary;
}

interface ChunkDocument {
  /** Key of the file and number of the chunk, from 0. */
  _id: string;
  bytes: Binary;
}

/** The document of a file is written last, so a file that can be found is whole. */
export class MongoFiles implements FileStore {
  readonly #connection: Connection;
  readonly #files;
  readonly #chunks;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#files = connection.collection<FileDocument>('files');
    this.#chunks = connection.collection<ChunkDocument>('chunks');
  }

  async put(bytes: Uint8Array): Promise<string> {
    // A copy, made before the first wait: the key and the stored bytes are the same, whatever the caller does.
    const copy = new Uint8Array(bytes);
    const key = Buffer.from(await webcrypto.subtle.digest('SHA-256', copy)).toString('hex');
    const size = copy.length;
    if (size <= chunkBytes) {
      await this.#once(() => this.#files.insertOne({ _id: key, size, bytes: new Binary(copy) }));
      return key;
    }
    const known = await this.#connection.run(() =>
      this.#files.findOne({ _id: key }, { projection: { _id: 1 } }),
    );
    if (known) return key;
    for (let i = 0; i * chunkBytes < size; i++) {
      const chunk = new Binary(copy.subarray(i * chunkBytes, (i + 1) * chunkBytes));
      await this.#once(() => this.#chunks.insertOne({ _id: chunkId(key, i), bytes: chunk }));
    }
    await this.#once(() => this.#files.insertOne({ _id: key, size }));
    return key;
  }

  async get(key: string): Promise<Uint8Array | null> {
    const file = await this.#connection.run(() => this.#files.findOne({ _id: key }));
    if (!file) return null;
    if (file.bytes) return plain(file.bytes);
    const whole = new Uint8Array(file.size);
    for (let i = 0; i * chunkBytes < file.size; i++) {
      const chunk = await this.#connection.run(() => this.#chunks.findOne({ _id: chunkId(key, i) }));
      // Only while the file is being removed.
      if (!chunk) return null;
      whole.set(plain(chunk.bytes), i * chunkBytes);
    }
    return whole;
  }

  /** The same bytes have the same key: what is there is what was to be written. */
  async #once(insert: () => Promise<unknown>): Promise<void> {
    await this.#connection.repeatable(async () => {
      try {
        await insert();
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
      }
    });
  }
}

function chunkId(key: string, i: number): string {
  return `${key}:${i}`;
}

function plain(bytes: Binary): Uint8Array {
  return Uint8Array.from(bytes.value());
}
