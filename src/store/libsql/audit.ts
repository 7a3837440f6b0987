/** Audit rows; triggers of both tables see to it that they only ever get more. `audit` is that of older hubs. */
import { join } from 'node:path';
import type { Logger } from '../../logger.js';
import { beginning, higher, keptHeads, linkAfter, shown } from '../audit-chain.js';
import { HeadKeeper, headInFile, headOf } from '../audit-head.js';
import { listed, newestOf } from '../audit-list.js';
import type { AuditLog, AuditRow, Head, KeptHead, Link, LinkedRow } from '../audit-log.js';
import { whole } from '../paging.js';
import type { Connection } from './connection.js';
import { type Database, listOf, type Statement } from './database.js';

/** A note, and a file beside the database. */
export const headNote = 'audit:head';
export const headFileOf = (dataDir: string) => join(dataDir, 'audit-head.json');

export const linkColumns = 'seq, id, operation, hash, body';
export type LinkColumns = [seq: number, id: string, operation: string, hash: string, body: string];
const link = `json_array(${linkColumns})`;

export class LibsqlAudit implements AuditLog {
  readonly #connection: Connection;
  readonly #file: string;
  readonly #keeper: HeadKeeper;
  readonly #sql;
  /** The last row that was written, on the disk or not; null: it must be read. */
  #head: Head | null = null;

  constructor(db: Database, connection: Connection, { dataDir, log }: { dataDir: string; log: Logger }) {
    this.#connection = connection;
    this.#file = headFileOf(dataDir);
    this.#keeper = new HeadKeeper(this.#file, log);
    const newest = (item: string, table: string, which: string): Statement =>
      db.prepare(
        listOf(
          item,
          `select * from ${table} where ${which} (?1 is null or id < ?1) order by id desc limit ?2`,
        ),
      );
    this.#sql = {
      insert: db.prepare(`insert into audit_chain (${linkColumns}) values (?, ?, ?, ?, ?)`),
      last: db.prepare('select json_array(seq, hash) from audit_chain order by seq desc limit 1'),
      note: db.prepare('insert or replace into notes (key, value) values (?, ?)'),
      noted: db.prepare('select value from notes where key = ?'),
      links: db.prepare(listOf(link, 'select * from audit_chain where seq > ? order by seq limit ?')),
      all: newest(link, 'audit_chain', ''),
      of: newest(link, 'audit_chain', 'operation = ?3 and'),
      allOlder: newest('body', 'audit', ''),
      ofOlder: newest('body', 'audit', 'operation = ?3 and'),
      older: db.prepare(listOf('body', 'select body from audit where id > ? order by id limit ?')),
      countOlder: db.prepare('select count(*) from audit'),
    };
    this.#keeper.knows(headInFile(this.#file), this.#noted());
  }

  /** The head in the database is written with the row: there is one writer, so it is always the last one's. */
  async append(row: AuditRow): Promise<void> {
    this.#keeper.saw(await this.#connection.write(() => this.#add(row)));
  }

  list(request: Parameters<AuditLog['list']>[0]) {
    return listed<AuditRow | LinkedRow>(request, (limit, before, operation) =>
      this.#connection.read(() =>
        newestOf<AuditRow | LinkedRow>(
          limit,
          this.#newest<LinkColumns>([this.#sql.all, this.#sql.of], limit, before, operation)
            .map(linkOf)
            .map(shown),
          this.#newest<AuditRow>([this.#sql.allOlder, this.#sql.ofOlder], limit, before, operation),
        ),
      ),
    );
  }

  last(): Promise<Head | null> {
    return this.#connection.read(() => this.#lastThere());
  }

  older(after: string, limit: number): Promise<AuditRow[]> {
    return this.#connection.read(() => JSON.parse(this.#sql.older.value<string>(after, whole(limit))!));
  }

  async links(after: number, limit: number): Promise<Link[]> {
    return this.#connection.read(() => this.#linksAfter(after, limit));
  }

  heads(): Promise<KeptHead[]> {
    return this.#connection.read(() =>
      keptHeads({
        'the running hub': this.#keeper.known,
        'the database': this.#noted(),
        'the data folder': headInFile(this.#file),
      }),
    );
  }

  countOlder(): Promise<number> {
    return this.#connection.read(() => this.#sql.countOlder.value<number>()!);
  }

  /** What was written since may have been undone. */
  reset(): void {
    this.#head = null;
  }

  /** After the last row: keeps where the log ends. */
  close(): Promise<void> {
    return this.#keeper.close();
  }

  /** The second time behind a row that another program has put there; or the row is there. */
  #add(row: AuditRow): Head {
    this.#head =
      this.#insert(row, this.#head ?? this.#last()) ?? this.#insert(row, this.#last()) ?? this.#last();
    return this.#head;
  }

  /** Null: its number or its id is there. */
  #insert(row: AuditRow, after: Head): Head | null {
    const { seq, id, operation, hash, body } = linkAfter(after, row);
    if (this.#sql.insert.run(seq, id, operation, hash, body).changes === 0) return null;
    this.#sql.note.run(JSON.stringify(headNote), JSON.stringify({ seq, hash }));
    return { seq, hash };
  }

  /**
   * Also where rows at the end are gone, or others are in their place: who goes on behind the one that is known leaves a
   * gap, or a row that does not fit.
   */
  #last(): Head {
    this.#keeper.prove(this.#keeper.unproven.flatMap(({ seq }) => this.#linksAfter(seq - 1, 1)));
    return higher(this.#lastThere() ?? beginning, this.#keeper.known);
  }

  #linksAfter(after: number, limit: number): Link[] {
    return (JSON.parse(this.#sql.links.value<string>(after, whole(limit))!) as LinkColumns[]).map(linkOf);
  }

  #lastThere(): Head | null {
    const found = this.#sql.last.value<string>();
    if (found === null) return null;
    const [seq, hash] = JSON.parse(found) as [number, string];
    return { seq, hash };
  }

  #noted(): Head | null {
    return headOf(JSON.parse(this.#sql.noted.value<string>(JSON.stringify(headNote)) ?? 'null'));
  }

  #newest<T>(
    [all, of]: [Statement, Statement],
    limit: number,
    before: string | undefined,
    operation?: string,
  ): T[] {
    const [id, most] = [before ?? null, whole(limit)] as const;
    return JSON.parse(operation === undefined ? all.value(id, most)! : of.value(id, most, operation)!);
  }
}

export function linkOf([seq, id, operation, hash, body]: LinkColumns): Link {
  return { seq, id, operation, hash, body };
}
