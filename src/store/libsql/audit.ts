/** Audit rows; triggers of the table see to it that they only ever get more. */
import type { AuditLog, AuditRow } from '../audit-log.js';
import type { Page } from '../paging.js';
import { pageOf, whole } from '../paging.js';
import type { Connection } from './connection.js';
import { type Database, listOf } from './database.js';

export class LibsqlAudit implements AuditLog {
  readonly #connection: Connection;
  readonly #sql;

  constructor(db: Database, connection: Connection) {
    this.#connection = connection;
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

  async append(row: AuditRow): Promise<void> {
    const body = JSON.stringify(row);
    await this.#connection.write(() => this.#sql.insert.run(row.id, row.operation, body));
  }

  async list(request: { limit: number; before?: string; operation?: string }): Promise<Page<AuditRow>> {
    const { before = null, operation } = request;
    const limit = whole(request.limit, 1);
    const found = await this.#connection.read(() =>
      operation === undefined
        ? this.#sql.all.value<string>(before, limit + 1)!
        : this.#sql.of.value<string>(before, limit + 1, operation)!,
    );
    const cursorOf = ({ id }: AuditRow) => id;
    return pageOf(JSON.parse(found) as AuditRow[], limit, (row) => row, cursorOf);
  }
}
