/** Notes. Keys and values are stored as JSON text: no NUL. */
import { keysFrom, type Note, type NoteStore } from '../note-store.js';
import { whole } from '../paging.js';
import type { Connection } from './connection.js';
import { type Database, listOf } from './database.js';

/** Expired notes removed in one step. */
const sweptPerStep = 50;

export class LibsqlNotes implements NoteStore {
  readonly #connection: Connection;
  readonly #sql;

  constructor(db: Database, connection: Connection) {
    this.#connection = connection;
    const alive = '(expires is null or expires > ?)';
    this.#sql = {
      get: db.prepare(`select value from notes where key = ? and ${alive}`),
      put: db.prepare('insert or replace into notes (key, value, expires) values (?, ?, ?)'),
      remove: db.prepare('delete from notes where key = ?'),
      list: db.prepare(
        listOf(
          `'{"key":' || key || ',"value":' || value || '}'`,
          `select key, value from notes where key >= ?1 and key < ?2 and (expires is null or expires > ?3)
           order by key limit ?4`,
        ),
      ),
    };
  }

  get(key: string): Promise<unknown> {
    return this.#connection.read(() => this.#get(key));
  }

  async put(key: string, value: unknown, { ttlMs }: { ttlMs?: number } = {}): Promise<void> {
    const expires = ttlMs === undefined ? null : Date.now() + ttlMs;
    const stored = JSON.stringify(value ?? null);
    await this.#connection.write(() => this.#sql.put.run(JSON.stringify(key), stored, expires));
  }

  take(key: string): Promise<unknown> {
    return this.#connection.write(() => {
      const value = this.#get(key);
      this.#sql.remove.run(JSON.stringify(key));
      return value;
    });
  }

  list(prefix: string, limit: number): Promise<Note[]> {
    return this.#connection.read(() =>
      JSON.parse(this.#sql.list.value<string>(...keysFrom(prefix), Date.now(), whole(limit))!),
    );
  }

  #get(key: string): unknown {
    const value = this.#sql.get.value<string>(JSON.stringify(key), Date.now());
    return value === null ? null : JSON.parse(value);
  }
}

/** Removes some notes that nobody sees any more. True when there may be others. */
export function sweptNotes(db: Database): () => boolean {
  const sweep = db.prepare(
    'delete from notes where key in (select key from notes where expires <= ? order by expires limit ?)',
  );
  return () => sweep.run(Date.now(), sweptPerStep).changes === sweptPerStep;
}
