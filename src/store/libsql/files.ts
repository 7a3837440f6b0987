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
import type { FileTable } from './file-table.js';

export class LibsqlFiles implements FileStore {
  readonly #connection: Connection;
  readonly #table: FileTable;

  constructor(connection: Connection, table: FileTable) {
    this.#connection = connection;
    this.#table = table;
  }

  async put(
    bytes: Uint8Array,
    { owner, name, mediaType }: NewFile,
    quota: FileQuota = unlimited,
  ): Promise<string> {
    const id = newId();
    const size = bytes.length;
    const { person, place } = countedFor(owner);
    const body = JSON.stringify({ size, name, mediaType, owner });
    // A copy: what is stored is what was given, whatever the caller does meanwhile.
    const copy = new Uint8Array(bytes);
    const full = await this.#connection.write(() =>
      this.#table.put([id, copy, person, place, countedSize(size), Date.now() + unnamedMs, body], quota),
    );
    if (full) throw quotaExceeded(full, quota);
    return id;
  }

  get(id: string): Promise<Uint8Array | null> {
    return this.#connection.read(() => this.#table.get(id));
  }

  async find(id: string): Promise<StoredFile | null> {
    const record = await this.#connection.read(() => this.#table.record(id));
    if (record === null) return null;
    const { owner, ...file } = JSON.parse(record);
    return { id, ...file, ...(owner && { owner }) };
  }

  async release(ids: string[]): Promise<number> {
    return ids.length === 0 ? 0 : this.#connection.write(() => this.#table.release(ids));
  }

  sweep({ now, limit }: { now: number; limit: number }): Promise<number> {
    return this.#connection.write(() => this.#table.sweep(now, whole(limit, 1)));
  }
}
