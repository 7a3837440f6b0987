/**
 * Brings the database file under the key that is set, before anything else opens it: a copy under that key is made beside
 * it, checked, and put in its place in one step; then the former file is overwritten. Killed at any point, the next start
 * finds one whole file, under one of the two keys, and does the rest.
 */
import { closeSync, fsyncSync, linkSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import Libsql from 'libsql/promise';
import type { DataKey, KeyRing } from '../../encryption/key-ring.js';
import { FatalError } from '../../errors.js';
import type { Logger } from '../../logger.js';
import { syncFolder } from '../../secret-file.js';
import { unavailable } from './faults.js';
import { databaseFile, fileKey, fileUnderKey, isHead, underKey, writeHead } from './file-key.js';
import { tooNew } from './schema.js';

/** Between two lines of the log about a copy, in ms. */
const tellMs = 5000;
const overwrittenAtOnce = 1 << 20;

/**
 * Gives the key of the file then. Whoever calls holds the folder, and has no connection to the file.
 * @throws FatalError `config_invalid` when the file's key is not in the ring, or a newer hub wrote it: nothing is changed
 * then; `store_unavailable` when there is no room for a copy, or another program has the file open.
 */
export async function bringUnderKey(
  dataDir: string,
  ring: KeyRing | null,
  log: Logger,
): Promise<DataKey | null> {
  const file = databaseFile(dataDir);
  const from = fileKey(dataDir, ring);
  const to = ring && !ring.off ? ring.current : null;
  overwriteAndRemove(former(file), file);
  overwriteAndRemove(copy(file), file);
  const isEmpty = !statSync(file, { throwIfNoEntry: false })?.size;
  if (!isEmpty && from?.check !== to?.check) await change(dataDir, from, to, log);
  if (!isHead(dataDir, to)) writeHead(dataDir, to);
  overwriteAndRemove(former(file), file);
  return to;
}

async function change(dataDir: string, from: DataKey | null, to: DataKey | null, log: Logger): Promise<void> {
  const file = databaseFile(dataDir);
  const [was, will] = [from, to].map((key) => (key ? `the key "${key.id}"` : 'no key'));
  const began = performance.now();
  const megabytes = (path: string) =>
    Math.round((statSync(path, { throwIfNoEntry: false })?.size ?? 0) / 2 ** 20);
  log.warn(
    { file, megabytes: megabytes(file) },
    `the database is brought from ${was} under ${will}; the hub starts when that is done`,
  );
  const telling = setInterval(
    () => log.info({ copied: megabytes(copy(file)), of: megabytes(file) }, 'the database is being copied'),
    tellMs,
  );
  try {
    await copyUnder(file, from, to, () => writeHead(dataDir, from, to));
  } catch (error) {
    overwriteAndRemove(copy(file), file);
    throw error;
  } finally {
    clearInterval(telling);
  }
  keepFormer(file);
  renameSync(copy(file), file);
  syncFolder(dirname(file));
  const seconds = Math.round((performance.now() - began) / 100) / 10;
  log.warn({ seconds }, `the database is under ${will} now`);
}

/** @param begin called when nothing is in the way. */
async function copyUnder(
  file: string,
  from: DataKey | null,
  to: DataKey | null,
  begin: () => void,
): Promise<void> {
  const db = new Libsql(file, { timeout: 5000, ...underKey(from) });
  try {
    const [version] = await row<[number]>(db, 'pragma user_version');
    const problem = tooNew(version);
    if (problem) throw new FatalError('config_invalid', problem, { field: 'CARRIER_DATA_DIR' });
    // Without a log: one that outlived its file would be taken for the next one's.
    const [mode] = await row<[string]>(db, 'pragma journal_mode = delete').catch(() => ['busy']);
    if (mode !== 'delete')
      throw unavailable(
        `${file} cannot be brought under another key while another program, or this one, has it open. Close that first.`,
      );
    begin();
    // Made before, for its owner alone.
    closeSync(openSync(copy(file), 'wx', 0o600));
    await db.exec(`vacuum into '${fileUnderKey(copy(file), to).replaceAll("'", "''")}'`);
  } finally {
    db.close();
  }
  const made = new Libsql(copy(file), underKey(to));
  try {
    const [verdict] = await row<[string]>(made, 'pragma quick_check(1)');
    if (verdict !== 'ok') throw unavailable(`The copy of ${file} under another key is damaged: ${verdict}`);
  } finally {
    made.close();
  }
  const fd = openSync(copy(file), 'r+');
  fsyncSync(fd);
  closeSync(fd);
}

async function row<T>(db: Libsql, sql: string): Promise<T> {
  // To its end: a statement that stopped at its first row would keep a lock.
  const [first] = await (await db.prepare(sql)).raw().all([]);
  return first as T;
}

/** A second name for the file, by which it is overwritten when another one has its place. */
function keepFormer(file: string): void {
  try {
    linkSync(file, former(file));
  } catch {
    // A file system without second names: the former file is removed as it is.
  }
}

/** Leaves alone what has another name as well: that is `file` itself, or a backup of somebody's. */
function overwriteAndRemove(path: string, file: string): void {
  const found = statSync(path, { throwIfNoEntry: false, bigint: true });
  if (!found) return;
  const kept = statSync(file, { throwIfNoEntry: false, bigint: true });
  if (found.nlink === 1n && !(kept?.dev === found.dev && kept.ino === found.ino)) {
    const zeros = Buffer.alloc(overwrittenAtOnce);
    const size = Number(found.size);
    const fd = openSync(path, 'r+');
    for (let at = 0; at < size; at += zeros.length)
      writeSync(fd, zeros, 0, Math.min(zeros.length, size - at), at);
    fsyncSync(fd);
    closeSync(fd);
  }
  rmSync(path);
}

const copy = (file: string) => `${file}.copy`;
const former = (file: string) => `${file}.former`;
