/** Audit rows on disk; triggers of the table see to it that they only ever get more. Runs in the engine's thread. */
import { type Database, listOf } from './database.js';

export class AuditTable {
  readonly #sql;

  constructor(db: Database) {
    this.#sql = {
      insert: db.prepare('insert into audit (id, operation, body) values (?, ?, ?)'),
      all: db.prepare(
        listOf('body', 'select body from audit where ?1 is null or id < ?1 order by id desc limit ?2'),
      ),
      of: db.prepare(
        listOf(
          'body',
          `select body from audit where operation = ?3 and (?1 is null or id < ?1) order by id desc limit ?2`,
        ),
      ),
    };
  }

  append(id: string, operation: string, body: string): void {
    this.#sql.insert.run(id, operation, body);
  }

  list(before: string | null, limit: number, operation: string | null): string {
    return operation === null
      ? this.#sql.all.value<string>(before, limit)!
      : this.#sql.of.value<string>(before, limit, operation)!;
  }
}
