import type { TokenRecord, TokenStore } from '../token-store.js';
import type { Connection } from './connection.js';
import { type Database, listOf } from './database.js';

export class LibsqlTokens implements TokenStore {
  readonly #connection: Connection;
  readonly #sql;

  constructor(db: Database, connection: Connection) {
    this.#connection = connection;
    this.#sql = {
      list: db.prepare(listOf('body', 'select body from tokens order by name')),
      save: db.prepare('insert or replace into tokens (name, body) values (?, ?)'),
      remove: db.prepare('delete from tokens where name = ?'),
    };
  }

  list(): Promise<TokenRecord[]> {
    return this.#connection.read(() => JSON.parse(this.#sql.list.value<string>()!));
  }

  async save(token: TokenRecord): Promise<void> {
    const body = JSON.stringify(token);
    await this.#connection.write(() => this.#sql.save.run(token.name, body));
  }

  remove(name: string): Promise<boolean> {
    return this.#connection.write(() => this.#sql.remove.run(name).changes > 0);
  }
}
