/** Backups of whichever store the settings name, and what is made of one again. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { folderAtRest } from './backends.js';
import type { Config } from './config.js';
import { FatalError } from './errors.js';
import { makeFolder } from './folder.js';
import { Tombstones } from './governance/tombstones.js';
import { type Manifest, newBackupFolder, putBesides, readBackup, sealBackup } from './store/backup-folder.js';

/** Also while hubs are at work. All that was acknowledged before is in it. @throws FatalError `config_invalid` */
export async function backUp(config: Config, folder: string): Promise<Manifest> {
  const { cluster, dataDir } = config;
  const begunAt = new Date();
  newBackupFolder(folder);
  if (cluster) {
    const { backUpCollections } = await import('./store/mongodb/backup.js');
    await backUpCollections({ url: cluster.mongodbUrl, database: cluster.database }, folder);
  } else {
    const { backUpFile } = await import('./store/libsql/backup.js');
    backUpFile(folderAtRest(config), folder);
  }
  new Tombstones(folder).add(new Tombstones(dataDir).list());
  return sealBackup(folder, { dataDir, store: cluster ? 'mongodb' : 'embedded', begunAt });
}

/**
 * Into a data folder or a database without data. Whoever was erased since is erased again by the next start: the data
 * folder's `erasures.json` stays, and what the backup knows joins it.
 *
 * @throws FatalError `config_invalid`, `store_locked`
 */
export async function restore(config: Config, folder: string): Promise<Manifest> {
  const { cluster, dataDir } = config;
  const manifest = await readBackup(folder);
  const wanted = cluster ? 'mongodb' : 'embedded';
  if (manifest.store !== wanted)
    throw new FatalError(
      'config_invalid',
      manifest.store === 'embedded'
        ? 'This is a backup of an embedded store. Restore it without MONGODB_URL, then "carrier copy" brings it there.'
        : 'This is a backup of a MongoDB database: set REDIS_URL and MONGODB_URL.',
      { field: 'MONGODB_URL' },
    );
  makeFolder(dataDir, 'CARRIER_DATA_DIR');
  const besides = async () => {
    await putBesides(folder, dataDir, manifest);
    if (existsSync(join(folder, 'erasures.json'))) new Tombstones(dataDir).add(new Tombstones(folder).list());
  };
  if (cluster) {
    const { restoreCollections } = await import('./store/mongodb/backup.js');
    const { mongodbUrl: url, database } = cluster;
    await restoreCollections(folder, manifest, { url, database }, besides);
  } else {
    const { restoreFile } = await import('./store/libsql/backup.js');
    await restoreFile(folder, dataDir, besides);
  }
  return manifest;
}
