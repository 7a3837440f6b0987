/** What somebody does to audit rows who has the database, but not the hub. */
import { join } from 'node:path';
import Libsql from 'libsql';
import { type Db, MongoClient } from 'mongodb';
import type { AuditRow, Head, Link } from '../../src/store/audit-log.js';

export interface Tampering {
  /** Puts others in the place of the rows of the chain. */
  change(to: (links: Link[]) => Link[]): Promise<void>;
  /** Takes away what the database says of the chain's end. */
  forgetHead(): Promise<void>;
  /** Puts another end in its place there. */
  setHead(head: Head): Promise<void>;
  /** As hubs wrote rows that knew no chain. */
  addOlder(row: AuditRow): Promise<void>;
}

export function tamperingLibsql(dataDir: string): Tampering {
  const on = async <T>(work: (db: Libsql.Database) => T): Promise<T> => {
    const db = new Libsql(join(dataDir, 'carrier.db'));
    db.exec('pragma busy_timeout = 5000');
    try {
      return work(db);
    } finally {
      db.close();
    }
  };
  return {
    change: (to) =>
      on((db) => {
        const links = to(db.prepare('select * from audit_chain order by seq').all([]) as Link[]);
        for (const name of ['added', 'kept', 'stays']) db.exec(`drop trigger if exists chain_${name}`);
        db.exec('delete from audit_chain');
        const insert = db.prepare(
          'insert into audit_chain (seq, id, operation, hash, body) values (?, ?, ?, ?, ?)',
        );
        for (const { seq, id, operation, hash, body } of links) insert.run([seq, id, operation, hash, body]);
      }),
    forgetHead: () => on((db) => void db.prepare('delete from notes where key = ?').run(['"audit:head"'])),
    setHead: (head) =>
      on(
        (db) =>
          void db
            .prepare('insert or replace into notes (key, value) values (?, ?)')
            .run(['"audit:head"', JSON.stringify(head)]),
      ),
    addOlder: (row) =>
      on(
        (db) =>
          void db
            .prepare('insert into audit values (?, ?, ?)')
            .run([row.id, row.operation, JSON.stringify(row)]),
      ),
  };
}

export function tamperingMongo(url: string, database: string): Tampering {
  const on = async (work: (db: Db) => Promise<unknown>): Promise<void> => {
    const client = await new MongoClient(url).connect();
    await work(client.db(database)).finally(() => client.close());
  };
  return {
    change: (to) =>
      on(async (db) => {
        const chain = db.collection<Omit<Link, 'seq'> & { _id: number }>('audit_chain');
        const found = await chain.find().sort({ _id: 1 }).toArray();
        const links = to(found.map(({ _id: seq, ...link }) => ({ seq, ...link })));
        await chain.deleteMany({});
        if (links.length > 0)
          await chain.insertMany(links.map(({ seq, ...link }) => ({ _id: seq, ...link })));
      }),
    forgetHead: () => on((db) => db.collection<{ _id: string }>('meta').deleteOne({ _id: 'audit-head' })),
    setHead: (head) =>
      on((db) =>
        db
          .collection<{ _id: string }>('meta')
          .replaceOne({ _id: 'audit-head' }, head as object, { upsert: true }),
      ),
    addOlder: (row) =>
      on((db) =>
        db
          .collection<{ _id: string }>('audit')
          .insertOne({ _id: row.id, operation: row.operation, row: JSON.stringify(row) } as { _id: string }),
      ),
  };
}
