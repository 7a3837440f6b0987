import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import Libsql from 'libsql';
import { keptHeads } from '../audit-chain.js';
import { headInFile, headOf } from '../audit-head.js';
import type { AuditChain } from '../audit-log.js';
import { keysFrom, type Note } from '../note-store.js';
import { nameOf, type StoredRecord } from '../record-store.js';
import { headFileOf, headNote, type LinkColumns, linkColumns, linkOf } from './audit.js';
import { tooNew } from './schema.js';

/** How long a hub that is just opening the file is waited for, in ms. */
const patienceMs = 2000;

/**
 * A note as it lies on disk, for somebody who is no hub: makes no file, and a hub that holds the folder does not notice.
 * Null also when there is no store yet.
 */
export function noteAtRest(dataDir: string, key: string): unknown {
  return atRest(dataDir, (db) => {
    if (!hasTable(db, 'notes')) return null;
    const row = db
      .prepare('select value from notes where key = ?')
      .raw()
      .get([JSON.stringify(key)]) as [string] | undefined;
    return row ? JSON.parse(row[0]) : null;
  });
}

/** The same of all notes whose key begins so. */
export function notesAtRest(dataDir: string, prefix: string): Note[] {
  const found = atRest(dataDir, (db) => {
    if (!hasTable(db, 'notes')) return [];
    const rows = db.prepare('select key, value from notes where key >= ? and key < ?').raw();
    return rows.all(keysFrom(prefix)) as [string, string][];
  });
  return (found ?? []).map(([key, value]) => ({ key: JSON.parse(key), value: JSON.parse(value) }));
}

/** The same of all records of a kind. */
export function recordsAtRest(dataDir: string, kind: string): StoredRecord[] {
  const found = atRest(dataDir, (db) =>
    hasTable(db, 'records')
      ? db.prepare('select id, version, value from records where kind = ?').raw().all([kind])
      : [],
  );
  return ((found ?? []) as [string, number, string][]).map(([id, version, value]) => ({
    ...{ kind, id: nameOf(id), version },
    value: JSON.parse(value),
  }));
}

/** The chain of audit rows, and what is known of its end; of a store that has no chain yet it is empty. */
export function auditAtRest(dataDir: string): AuditChain {
  return {
    async links(after, limit) {
      const found = atRest(dataDir, (db) =>
        hasTable(db, 'audit_chain')
          ? db
              .prepare(`select ${linkColumns} from audit_chain where seq > ? order by seq limit ?`)
              .raw()
              .all([after, limit])
          : [],
      );
      return ((found ?? []) as LinkColumns[]).map(linkOf);
    },
    heads: async () =>
      keptHeads({
        'the running hub': null,
        'the data folder': headInFile(headFileOf(dataDir)),
        'the database': headOf(noteAtRest(dataDir, headNote)),
      }),
    countOlder: async () =>
      atRest(dataDir, (db) =>
        hasTable(db, 'audit') ? (db.prepare('select count(*) from audit').raw().get([]) as [number])[0] : 0,
      ) ?? 0,
  };
}

function hasTable(db: Libsql.Database, name: string): boolean {
  return db.prepare('select 1 from sqlite_schema where name = ?').get([name]) !== undefined;
}

/** How many migrations the database that lies there has had, and why a hub of this version would not start on it. */
export function schemaAtRest(dataDir: string): { version: number; problem: string | null } | null {
  return atRest(dataDir, (db) => {
    const [version] = db.prepare('pragma user_version').raw().get([]) as [number];
    return { version, problem: tooNew(version) };
  });
}

function atRest<T>(dataDir: string, read: (db: Libsql.Database) => T): T | null {
  const file = join(dataDir, 'carrier.db');
  if (!existsSync(file)) return null;
  // A log belongs to a hub that runs or was killed. Without one SQLite would make one, unless nothing can change.
  const log = statSync(`${file}-wal`, { throwIfNoEntry: false });
  const url = `${pathToFileURL(file).href}?${log ? 'mode=ro' : 'immutable=1'}`;
  const db = new Libsql(url, { readonly: true, timeout: patienceMs });
  try {
    return read(db);
  } finally {
    db.close();
  }
}
