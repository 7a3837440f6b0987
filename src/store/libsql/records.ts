/** Records. Ids, groups and values are stored as JSON text: no NUL. */
import { readCursor, writeCursor } from '../cursors.js';
import { type Page, type PageRequest, pageOf, whole } from '../paging.js';
import {
  type NewRecord,
  nameOf,
  type RecordStore,
  recordText,
  type StoredRecord,
  storedName,
} from '../record-store.js';
import type { Connection } from './connection.js';
import { type Database, listOf } from './database.js';

type Row = [id: string, version: number, value: unknown, of: string | null, due: number | null];

const columns = 'id, version, value, of, due';
const row = `json_array(id, version, json(value), of, due)`;

export class LibsqlRecords implements RecordStore {
  readonly #connection: Connection;
  readonly #sql;

  constructor(db: Database, connection: Connection) {
    this.#connection = connection;
    const those = (where: string, order: string) =>
      db.prepare(
        listOf(row, `select ${columns} from records where kind = ?1 and ${where} order by ${order} limit ?3`),
      );
    this.#sql = {
      get: db.prepare(`select ${row} from records where kind = ? and id = ?`),
      add: db.prepare(
        'insert into records (kind, id, version, value, of, due) values (?, ?, 1, ?, ?, ?) on conflict do nothing',
      ),
      change: db.prepare(
        'update records set version = version + 1, value = ?, of = ?, due = ? where kind = ? and id = ? and version = ?',
      ),
      remove: db.prepare('delete from records where kind = ?1 and id = ?2 and (?3 is null or version = ?3)'),
      list: those('id > ?2', 'id'),
      group: those('of = ?4 and id > ?2', 'id'),
      due: those('due <= ?2', 'due, id'),
    };
  }

  get(kind: string, id: string): Promise<StoredRecord | null> {
    return this.#connection.read(() => {
      const found = this.#sql.get.value<string>(kind, storedName(id));
      return found === null ? null : recordOf(kind, JSON.parse(found));
    });
  }

  async put(record: NewRecord, version: number): Promise<boolean> {
    const text = recordText(record);
    const { kind, group, due = null } = record;
    const id = storedName(record.id);
    const of = group === undefined ? null : storedName(group);
    const { changes } = await this.#connection.write(() =>
      version === 0
        ? this.#sql.add.run(kind, id, text, of, due)
        : this.#sql.change.run(text, of, due, kind, id, version),
    );
    return changes > 0;
  }

  async remove(kind: string, id: string, version?: number): Promise<boolean> {
    const { changes } = await this.#connection.write(() =>
      this.#sql.remove.run(kind, storedName(id), version ?? null),
    );
    return changes > 0;
  }

  async list(
    kind: string,
    { group, limit, cursor }: PageRequest & { group?: string },
  ): Promise<Page<StoredRecord>> {
    const after = cursor === undefined ? '' : storedName(readCursor(kind, cursor));
    const most = whole(limit);
    const found = await this.#rows(kind, () =>
      group === undefined
        ? this.#sql.list.value<string>(kind, after, most + 1)
        : this.#sql.group.value<string>(kind, after, most + 1, storedName(group)),
    );
    return pageOf(
      found,
      most,
      (record) => record,
      ({ id }) => writeCursor(kind, id),
    );
  }

  due(kind: string, now: number, limit: number): Promise<StoredRecord[]> {
    return this.#rows(kind, () => this.#sql.due.value<string>(kind, now, whole(limit)));
  }

  #rows(kind: string, find: () => string | null): Promise<StoredRecord[]> {
    return this.#connection.read(() => (JSON.parse(find()!) as Row[]).map((found) => recordOf(kind, found)));
  }
}

function recordOf(kind: string, [id, version, value, of, due]: Row): StoredRecord {
  return {
    ...{ kind, id: nameOf(id), version, value },
    ...(of !== null && { group: nameOf(of) }),
    ...(due !== null && { due }),
  };
}
