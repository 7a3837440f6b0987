/** Notes on disk. Runs in the engine's thread, inside its transactions. Keys and values are JSON text: no NUL. */
import { type Database, listOf } from './database.js';

/** Expired notes removed in one step. */
const sweptPerStep = 200;

export class NoteTable {
  readonly #sql;

  constructor(db: Database) {
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
      sweep: db.prepare(
        'delete from notes where key in (select key from notes where expires <= ? order by expires limit ?)',
      ),
    };
  }

  get(key: string): string | null {
    return this.#sql.get.value<string>(key, Date.now());
  }

  put(key: string, value: string, expires: number | null): void {
    this.#sql.put.run(key, value, expires);
  }

  take(key: string): string | null {
    const value = this.get(key);
    this.#sql.remove.run(key);
    return value;
  }

  /** Keys from `from` up to, and without, `to`. */
  list(from: string, to: string, limit: number): string {
    return this.#sql.list.value<string>(from, to, Date.now(), limit)!;
  }

  /** Removes some that nobody sees any more. True when there may be others. */
  sweep(): boolean {
    return this.#sql.sweep.run(Date.now(), sweptPerStep).changes === sweptPerStep;
  }
}
