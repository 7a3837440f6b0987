import { existsSync } from 'node:fs';
import type Libsql from 'libsql';
import type { KeyRing } from '../../encryption/key-ring.js';
import { keptHeads } from '../audit-chain.js';
import { headInFile, headOf } from '../audit-head.js';
import type { AuditChain } from '../audit-log.js';
import { keysFrom, type Note } from '../note-store.js';
import { nameOf, type StoredRecord } from '../record-store.js';
import { headFileOf, headNote, type LinkColumns, linkColumns, linkOf } from './audit.js';
import { databaseFile, fileKey, openAtRest } from './file-key.js';
import { movedProblem } from './moved.js';
import { tooNew } from './schema.js';

/** A data folder, and the keys that its database may be under. */
export interface FolderAtRest {
  dataDir: string;
  ring: KeyRing | null;
}

/**
 * A note as it lies on disk, for somebody who is no hub: makes no file, and a hub that holds the folder does not notice.
 * Null also when there is no store yet.
 */
export function noteAtRest(folder: FolderAtRest, key: string): unknown {
  return atRest(folder, (db) => {
    if (!hasTable(db, 'notes')) return null;
    const row = db
      .prepare('select value from notes where key = ?')
      .raw()
      .get([JSON.stringify(key)]) as [string] | undefined;
    return row ? JSON.parse(row[0]) : null;
  });
}

/** The same of all notes whose key begins so. */
export function notesAtRest(folder: FolderAtRest, prefix: string): Note[] {
  const found = atRest(folder, (db) => {
    if (!hasTable(db, 'notes')) return [];
    const rows = db.prepare('select key, value from notes where key >= ? and key < ?').raw();
    return rows.all(keysFrom(prefix)) as [string, string][];
  });
  return (found ?? []).map(([key, value]) => ({ key: JSON.parse(key), value: JSON.parse(value) }));
}

/** The same of all records of a kind. */
export function recordsAtRest(folder: FolderAtRest, kind: string): StoredRecord[] {
  const found = atRest(folder, (db) =>
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
export function auditAtRest(folder: FolderAtRest): AuditChain {
  return {
    async links(after, limit) {
      const found = atRest(folder, (db) =>
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
        'the data folder': headInFile(headFileOf(folder.dataDir)),
        'the database': headOf(noteAtRest(folder, headNote)),
      }),
    countOlder: async () =>
      atRest(folder, (db) =>
        hasTable(db, 'audit') ? (db.prepare('select count(*) from audit').raw().get([]) as [number])[0] : 0,
      ) ?? 0,
  };
}

/**
 * What waits in the database that lies there; null when there is none. `unanswered`: rooms with a message that nobody has
 * answered since before `before`, and since when (all Unix ms). `dead`: replies that were given up.
 */
export function waitingAtRest(
  folder: FolderAtRest,
  before: number,
): { unanswered: number; since: number | null; dead: number; newest: number | null } | null {
  return atRest(folder, (db) => {
    if (!hasTable(db, 'memories')) return { unanswered: 0, since: null, dead: 0, newest: null };
    const one = (sql: string, ...values: number[]) => db.prepare(sql).raw().get(values) as number[];
    const [unanswered = 0, since = null] = one(
      'select count(distinct room), min(created) from memories where status = 0 and created < ?',
      before,
    );
    const [dead = 0] = one('select count(*) from outbox where final = 1');
    const [newest = null] = one('select max(created) from memories');
    return { unanswered, since, dead, newest };
  });
}

function hasTable(db: Libsql.Database, name: string): boolean {
  return db.prepare('select 1 from sqlite_schema where name = ?').get([name]) !== undefined;
}

/**
 * How many migrations the database that lies there has had, why a hub of this version would not start on it, and the id of
 * the key that it is encrypted under; null: it is in the clear.
 */
export function schemaAtRest(
  folder: FolderAtRest,
): { version: number; problem: string | null; key: string | null } | null {
  return atRest(folder, (db) => {
    const [version] = db.prepare('pragma user_version').raw().get([]) as [number];
    const problem = movedProblem(folder.dataDir) ?? tooNew(version);
    return { version, problem, key: fileKey(folder.dataDir, folder.ring)?.id ?? null };
  });
}

function atRest<T>({ dataDir, ring }: FolderAtRest, read: (db: Libsql.Database) => T): T | null {
  const file = databaseFile(dataDir);
  if (!existsSync(file)) return null;
  const db = openAtRest(file, fileKey(dataDir, ring));
  try {
    return read(db);
  } finally {
    db.close();
  }
}
