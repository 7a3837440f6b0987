/** All that an embedded hub stores goes to the shared database that the settings name; hubs go on there. */
import { existsSync } from 'node:fs';
import { folderAtRest } from './backends.js';
import type { Config } from './config.js';
import { newId } from './core/ids.js';
import { FatalError } from './errors.js';
import type { Logger } from './logger.js';
import { databaseFile, fileKey, openAtRest } from './store/libsql/file-key.js';
import { HubLock } from './store/libsql/lock.js';
import { type Moved, readMoved, writeMoved } from './store/libsql/moved.js';
import { openLibsqlStore } from './store/libsql/store.js';
import { countsOf, WholeFile } from './store/libsql/whole.js';
import type { Part } from './store/whole.js';

interface Progress {
  /** Called first, with how much there is. */
  found(counts: Record<Part, number>): void;
  /** How much of a part is there by now. */
  done(part: Part, count: number): void;
}

/**
 * Goes on where it was cut off. The data folder stays as it is, but says that its data has moved.
 * @returns false: there it is already.
 * @throws FatalError `config_invalid`, `store_locked` where a hub holds the folder.
 */
export async function copyStore(config: Config, log: Logger, progress: Progress): Promise<boolean> {
  const { dataDir, cluster } = config;
  if (!cluster)
    throw new FatalError(
      'config_invalid',
      'Set REDIS_URL and MONGODB_URL to those where hubs shall go on, and --data-dir to the folder that is copied.',
      { field: 'MONGODB_URL' },
    );
  assertThere(dataDir);
  const begun = readMoved(dataDir);
  if (begun?.finishedAt) return false;
  const [{ openToBringIn }, { assertRoom, bringIn }] = await Promise.all([
    import('./store/mongodb/store.js'),
    import('./store/mongodb/bring-in.js'),
  ]);
  const { mongodbUrl: url, database } = cluster;
  // An older hub's file is brought up first.
  if (!begun) await (await openLibsqlStore({ ...folderAtRest(config), log })).close();
  const lock = new HubLock(dataDir);
  try {
    const connection = await openToBringIn({ url, database, ring: folderAtRest(config).ring, log });
    try {
      await assertRoom(connection, begun?.id ?? null);
      const moved: Moved = begun ?? {
        ...{ id: newId(), to: connection.db.databaseName },
        ...{ begunAt: new Date().toISOString(), finishedAt: null },
      };
      writeMoved(dataDir, moved);
      const db = openAtRest(databaseFile(dataDir), fileKey(dataDir, folderAtRest(config).ring));
      try {
        const counts = countsOf(db);
        progress.found(counts);
        const store = new WholeFile(db);
        await bringIn(connection, { copy: moved.id, store, counts, tell: progress.done });
      } finally {
        db.close();
      }
      writeMoved(dataDir, { ...moved, finishedAt: new Date().toISOString() });
      return true;
    } finally {
      await connection.close();
    }
  } finally {
    lock.release();
  }
}

/** What there is to copy, for who has not said yes; also while a hub works with it. */
export function whatToCopy(config: Config): Record<Part, number> {
  const { dataDir, ring } = folderAtRest(config);
  assertThere(dataDir);
  const db = openAtRest(databaseFile(dataDir), fileKey(dataDir, ring));
  try {
    return countsOf(db);
  } finally {
    db.close();
  }
}

function assertThere(dataDir: string): void {
  if (existsSync(databaseFile(dataDir))) return;
  throw new FatalError('config_invalid', `There is no database in ${dataDir} to copy.`, {
    field: 'CARRIER_DATA_DIR',
  });
}
