/** Copies of the database file, while a hub works with it and without one. */
import { chmodSync, copyFileSync, existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { KeyRing } from '../../encryption/key-ring.js';
import { FatalError } from '../../errors.js';
import { syncFolder } from '../../secret-file.js';
import { databaseFile, fileKey, openAtRest } from './file-key.js';
import { HubLock } from './lock.js';

const copyName = 'carrier.db';

/**
 * A snapshot: all that was acknowledged before it began. Under the same key as the file. A hub goes on meanwhile; its log
 * grows until the copy is done.
 */
export function backUpFile(
  { dataDir, ring }: { dataDir: string; ring: KeyRing | null },
  folder: string,
): void {
  const file = databaseFile(dataDir);
  if (!existsSync(file))
    throw new FatalError('config_invalid', `There is no database in ${dataDir} to back up.`, {
      field: 'CARRIER_DATA_DIR',
    });
  const db = openAtRest(file, fileKey(dataDir, ring));
  try {
    const copy = join(folder, copyName);
    db.prepare('vacuum into ?').run([copy]);
    chmodSync(copy, 0o600);
  } finally {
    db.close();
  }
}

/**
 * The file is there whole or not at all.
 * @throws FatalError `store_locked` where a hub holds the folder, `config_invalid` where a database lies there.
 */
export async function restoreFile(
  folder: string,
  dataDir: string,
  /** What belongs beside it, put there first. */
  before: () => Promise<void>,
): Promise<void> {
  const lock = new HubLock(dataDir);
  try {
    const file = databaseFile(dataDir);
    if (existsSync(file) || existsSync(`${file}-wal`))
      throw new FatalError(
        'config_invalid',
        `A database lies in ${dataDir}. Move the folder away, but keep its erasures.json, or name an empty one with --data-dir.`,
        { field: 'CARRIER_DATA_DIR' },
      );
    await before();
    copyFileSync(join(folder, copyName), `${file}.restored`);
    renameSync(`${file}.restored`, file);
    syncFolder(dataDir);
  } finally {
    lock.release();
  }
}
