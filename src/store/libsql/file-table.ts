/** Files in their tables, and which memories name them; inside the transactions of its callers. */
import type { FileQuota } from '../file-store.js';
import type { Database } from './database.js';

/** `look`: when to look whether a memory names it. `body` is JSON. */
export type FileRow = [
  id: string,
  bytes: Uint8Array,
  person: string,
  place: string,
  counted: number,
  look: number,
  body: string,
];

export class FileTable {
  readonly #sql;

  constructor(db: Database) {
    const those = '(select value from json_each(?))';
    this.#sql = {
      bytes: db.prepare('insert into files (hash, bytes) values (?, ?)'),
      record: db.prepare(
        'insert into file_records (id, person, place, counted, look, body) values (?, ?, ?, ?, ?, ?)',
      ),
      counted: {
        person: db.prepare('select sum(counted) from file_records where person = ?'),
        place: db.prepare('select sum(counted) from file_records where place = ?'),
      },
      get: db.prepare('select bytes from files where hash = ?'),
      body: db.prepare('select body from file_records where id = ?'),
      named: db.prepare(`select json_group_array(distinct file) from file_uses where memory in ${those}`),
      unname: db.prepare(`delete from file_uses where memory in ${those}`),
      release: db.prepare(
        `delete from files where hash in ${those} and not exists (select 1 from file_uses where file = hash)`,
      ),
      releaseRecords: db.prepare(
        `delete from file_records where id in ${those} and not exists (select 1 from file_uses where file = id)`,
      ),
      due: db.prepare(
        'select json_group_array(id) from (select id from file_records where look <= ? order by look limit ?)',
      ),
      looked: db.prepare(`update file_records set look = null where id in ${those}`),
    };
  }

  /** The quota that has no room for it; null: it is kept. */
  put([id, bytes, person, place, counted, look, body]: FileRow, quota: FileQuota): keyof FileQuota | null {
    const names = { person, place };
    for (const whose of ['person', 'place'] as const) {
      if (quota[whose] === Infinity) continue;
      const already = this.#sql.counted[whose].value<number>(names[whose]) ?? 0;
      if (already + counted > quota[whose]) return whose;
    }
    this.#sql.bytes.run(id, bytes);
    this.#sql.record.run(id, person, place, counted, look, body);
    return null;
  }

  get(id: string): Uint8Array | null {
    return this.#sql.get.value<Uint8Array>(id);
  }

  record(id: string): string | null {
    return this.#sql.body.value<string>(id);
  }

  /** These memories are gone, and with them the files that no other one names. */
  unnamed(memories: readonly number[]): void {
    const seqs = JSON.stringify(memories);
    const files = this.#sql.named.value<string>(seqs)!;
    if (files === '[]') return;
    this.#sql.unname.run(seqs);
    this.#release(files);
  }

  release(ids: readonly string[]): number {
    return this.#release(JSON.stringify(ids));
  }

  sweep(now: number, limit: number): number {
    const due = this.#sql.due.value<string>(now, limit)!;
    this.#release(due);
    this.#sql.looked.run(due);
    return (JSON.parse(due) as string[]).length;
  }

  #release(ids: string): number {
    this.#sql.releaseRecords.run(ids);
    return this.#sql.release.run(ids).changes;
  }
}
