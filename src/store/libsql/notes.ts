import { keysFrom, type Note, type NoteStore } from '../note-store.js';
import { whole } from '../paging.js';
import type { Link } from './link.js';

export class LibsqlNotes implements NoteStore {
  readonly #link: Link;

  constructor(link: Link) {
    this.#link = link;
  }

  async get(key: string): Promise<unknown> {
    return read(await this.#link.call('note', [JSON.stringify(key)]));
  }

  async put(key: string, value: unknown, { ttlMs }: { ttlMs?: number } = {}): Promise<void> {
    const expires = ttlMs === undefined ? null : Date.now() + ttlMs;
    await this.#link.call('putNote', [JSON.stringify(key), JSON.stringify(value ?? null), expires]);
  }

  async take(key: string): Promise<unknown> {
    return read(await this.#link.call('takeNote', [JSON.stringify(key)]));
  }

  async list(prefix: string, limit: number): Promise<Note[]> {
    return JSON.parse(await this.#link.call('listNotes', [...keysFrom(prefix), whole(limit)]));
  }
}

function read(value: string | null): unknown {
  return value === null ? null : JSON.parse(value);
}
