import type { Filter } from 'mongodb';
import type { AuditLog, AuditRow } from '../audit-log.js';
import type { Page } from '../paging.js';
import { pageOf, whole } from '../paging.js';
import type { Connection } from './connection.js';
import { isTakenId } from './faults.js';

interface AuditDocument {
  _id: string;
  operation: string;
  /** The whole row as JSON: the field names in it are not ours. */
  row: string;
}

export class MongoAudit implements AuditLog {
  readonly #connection: Connection;
  readonly #rows;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#rows = connection.collection<AuditDocument>('audit');
  }

  async append(row: AuditRow): Promise<void> {
    const document = { _id: row.id, operation: row.operation, row: JSON.stringify(row) };
    await this.#connection.repeatable(async () => {
      try {
        await this.#rows.insertOne(document);
      } catch (error) {
        if (!isTakenId(error)) throw error;
      }
    });
  }

  async list(request: { limit: number; before?: string; operation?: string }): Promise<Page<AuditRow>> {
    const limit = whole(request.limit, 1);
    const { before, operation } = request;
    const filter: Filter<AuditDocument> = {
      ...(before !== undefined && { _id: { $lt: before } }),
      ...(operation !== undefined && { operation }),
    };
    const found = await this.#connection.find(this.#rows, filter, { sort: { _id: -1 }, limit: limit + 1 });
    const read = ({ row }: AuditDocument): AuditRow => JSON.parse(row);
    return pageOf(found, limit, read, ({ _id }) => _id);
  }
}
