/**
 * A backup is a folder: what a store has, the files of the data folder that belong to it, and `manifest.json`, which is
 * written last: a folder without one is a backup that was cut off.
 */
import { createHash } from 'node:crypto';
import {
  createReadStream,
  createWriteStream,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
} from 'node:fs';
import { copyFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { FatalError } from '../errors.js';
import { makeFolder } from '../folder.js';
import { writeDurably } from '../secret-file.js';

/**
 * Without `secret-key` nobody opens stored secrets, without `callback-secret` callbacks would be signed anew. The admin
 * token is left out: a restored hub makes its own. Heads of the audit log are left out: they say how it ends now.
 */
const besides = ['secret-key', 'callback-secret', 'encryption.json'];

const Manifest = z.looseObject({
  format: z.literal('carrier-backup'),
  version: z.literal(1),
  store: z.enum(['embedded', 'mongodb']),
  /** ISO 8601: what was acknowledged before is in it. */
  begunAt: z.string(),
  /** SHA-256 and size of every file. */
  files: z.record(z.string(), z.object({ sha256: z.string(), bytes: z.number() })),
});
export type Manifest = z.infer<typeof Manifest>;

const manifestFile = 'manifest.json';

/** Makes the folder. @throws FatalError `config_invalid` where something lies there. */
export function newBackupFolder(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length > 0)
    throw refused(`${folder} is not empty. Name a folder that does not exist, or an empty one.`);
  makeFolder(folder, 'FOLDER');
}

/** Copies what of the data folder belongs to the store, and writes the manifest. */
export async function sealBackup(
  folder: string,
  { dataDir, ...what }: { dataDir: string; store: Manifest['store']; begunAt: Date },
): Promise<Manifest> {
  for (const name of besides) {
    const from = join(dataDir, name);
    if (existsSync(from)) await pipeline(createReadStream(from), writerOf(join(folder, name)));
  }
  const files: Manifest['files'] = {};
  for (const name of readdirSync(folder).sort()) files[name] = await measured(join(folder, name));
  const manifest: Manifest = {
    ...{ format: 'carrier-backup', version: 1, store: what.store },
    ...{ begunAt: what.begunAt.toISOString(), files },
  };
  writeDurably(join(folder, manifestFile), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

/** @throws FatalError `config_invalid` for what is no backup, is cut off, or was changed since. */
export async function readBackup(folder: string): Promise<Manifest> {
  const path = join(folder, manifestFile);
  if (!existsSync(path)) throw refused(`${folder} holds no whole backup: there is no ${manifestFile} in it.`);
  let manifest: Manifest;
  try {
    manifest = Manifest.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw refused(`${path} cannot be read, or is a newer Carrier's.`, cause);
  }
  for (const [name, { sha256 }] of Object.entries(manifest.files)) {
    const file = join(folder, name);
    if (name !== name.replace(/[\\/]|^\.+$/g, ''))
      throw refused(`${path} names a file outside of the backup.`);
    if (!existsSync(file)) throw refused(`${folder} lacks ${name}, so it is no whole backup.`);
    if ((await measured(file)).sha256 !== sha256)
      throw refused(`${file} is not as it was backed up. Take another backup.`);
  }
  return manifest;
}

/** Puts the files beside the store into the data folder. Those that are there and differ are not replaced: it throws. */
export async function putBesides(folder: string, dataDir: string, { files }: Manifest): Promise<void> {
  for (const name of besides) {
    if (!files[name]) continue;
    const to = join(dataDir, name);
    if (existsSync(to)) {
      if ((await measured(to)).sha256 === files[name].sha256) continue;
      throw refused(`${to} is another than the backup's. Move it away, or restore into an empty folder.`);
    }
    await copyFile(join(folder, name), `${to}.restored`);
    await rename(`${to}.restored`, to);
  }
}

/** A new file for its owner alone. */
export function writerOf(path: string) {
  return createWriteStream(path, { mode: 0o600, flags: 'wx', flush: true });
}

async function measured(path: string): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return { sha256: hash.digest('hex'), bytes: statSync(path).size };
}

function refused(message: string, cause?: unknown): FatalError {
  return new FatalError('config_invalid', message, { field: 'FOLDER', cause });
}
