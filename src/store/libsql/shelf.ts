/** The small tables: access tokens, and whether it can be written. Runs in the engine's thread, inside its transactions. */
import { type Database, listOf } from './database.js';

export class Shelf {
  readonly #sql;

  constructor(db: Database) {
    this.#sql = {
      ping: db.prepare("insert or replace into progress (name, value) values ('ping', 0)"),
      tokens: db.prepare(listOf('body', 'select body from tokens order by name')),
      saveToken: db.prepare('insert or replace into tokens (name, body) values (?, ?)'),
      removeToken: db.prepare('delete from tokens where name = ?'),
    };
  }

  /** Writes, because a store that can only read is not ready. */
  ping(): void {
    this.#sql.ping.run();
  }

  tokens(): string {
    return this.#sql.tokens.value<string>()!;
  }

  saveToken(name: string, body: string): void {
    this.#sql.saveToken.run(name, body);
  }

  removeToken(name: string): boolean {
    return this.#sql.removeToken.run(name).changes > 0;
  }
}
