import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import Libsql from 'libsql';
import { tooNew } from './schema.js';

/** How long a hub that is just opening the file is waited for, in ms. */
const patienceMs = 2000;

/**
 * A note as it lies on disk, for somebody who is no hub: makes no file, and a hub that holds the folder does not notice.
 * Null also when there is no store yet.
 */
export function noteAtRest(dataDir: string, key: string): unknown {
  return atRest(dataDir, (db) => {
    const notes = db.prepare("select 1 from sqlite_schema where name = 'notes'").get([]);
    if (!notes) return null;
    const row = db
      .prepare('select value from notes where key = ?')
      .raw()
      .get([JSON.stringify(key)]) as [string] | undefined;
    return row ? JSON.parse(row[0]) : null;
  });
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
