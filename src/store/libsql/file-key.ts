/**
 * Which key the database file is encrypted under. The file itself tells; `encryption.json` beside it names the key, so that
 * people hear which one is missing.
 */
import { closeSync, existsSync, openSync, readFileSync, readSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import Libsql from 'libsql';
import { assertKeys, type DataKey, type KeyMark, type KeyRing } from '../../encryption/key-ring.js';
import { FatalError } from '../../errors.js';
import { writeDurably } from '../../secret-file.js';

/** What `encryption.json` says; null stands for a file in the clear. */
interface FileHead {
  key: KeyMark | null;
  /** While the file is changed to another key: the file may be under this one already. */
  next?: KeyMark | null;
}

const cipher = 'aes256cbc';
/** How long a hub that is just opening the file is waited for, in ms. */
const patienceMs = 2000;
const clear = Buffer.from('SQLite format 3\0');
/** Of every SQLite file, at byte 21; the cipher leaves it as it is. */
const fractions = Buffer.from([64, 32, 32]);

export const databaseFile = (dataDir: string) => join(dataDir, 'carrier.db');
const headFile = (dataDir: string) => join(dataDir, 'encryption.json');

/** Options of a connection. */
export function underKey(key: DataKey | null): Libsql.Options {
  return key ? ({ encryptionCipher: cipher, encryptionKey: key.file } as object) : {};
}

/** The name of a file for SQLite that is to be written under the key. */
export function fileUnderKey(file: string, key: DataKey | null): string {
  return `${pathToFileURL(file).href}?cipher=${cipher}&key=${key?.file ?? ''}`;
}

/**
 * Null: it is in the clear, or there is none. Changes nothing.
 * @throws FatalError `config_invalid`, field CARRIER_ENCRYPTION_KEYS, when its key is not in the ring.
 */
export function fileKey(dataDir: string, ring: KeyRing | null): DataKey | null {
  const file = databaseFile(dataDir);
  if (!isEncrypted(file)) return null;
  const { key, next } = readHead(dataDir);
  const marks = [key, next].filter((mark) => mark !== null && mark !== undefined);
  // With its head lost, as in a backup of the file alone, any key of the ring may be the one: a wrong one opens nothing.
  const checks = marks.map(({ check }) => check);
  for (const id of ring?.ids() ?? []) {
    const found = ring?.get(id);
    if (found && (marks.length === 0 || checks.includes(found.check)) && opens(file, found)) return found;
  }
  assertKeys(ring, marks, `The database ${file}`);
  throw new FatalError(
    'config_invalid',
    `The database ${file} is encrypted, or damaged, and ${ring ? 'no key of CARRIER_ENCRYPTION_KEYS opens it' : 'CARRIER_ENCRYPTION_KEYS is not set'}. ` +
      'Set it to the keys that were in use, or restore the file from a backup.',
    { field: 'CARRIER_ENCRYPTION_KEYS' },
  );
}

/** On the disk when it returns. */
export function writeHead(dataDir: string, key: DataKey | null, next?: DataKey | null): void {
  if (!key && !next) {
    rmSync(headFile(dataDir), { force: true });
    return;
  }
  const head: FileHead = { key: markOf(key), ...(next !== undefined && { next: markOf(next) }) };
  writeDurably(headFile(dataDir), `${JSON.stringify(head)}\n`);
}

/** Whether the head says just this. */
export function isHead(dataDir: string, key: DataKey | null): boolean {
  const head = readHead(dataDir);
  return head.key?.check === key?.check && head.key?.id === key?.id && head.next === undefined;
}

/** A connection that only reads: makes no file, and a hub that holds the folder does not notice. */
export function openAtRest(file: string, key: DataKey | null): Libsql.Database {
  // A log belongs to a hub that runs or was killed. Without one SQLite would make one, unless nothing can change.
  const log = existsSync(`${file}-wal`);
  const url = `${pathToFileURL(file).href}?${log ? 'mode=ro' : 'immutable=1'}`;
  return new Libsql(url, { readonly: true, timeout: patienceMs, ...underKey(key) });
}

/** An empty file is whatever it will be; one that is no database at all is for SQLite to refuse. */
function isEncrypted(file: string): boolean {
  if (!statSync(file, { throwIfNoEntry: false })?.size) return false;
  const fd = openSync(file, 'r');
  try {
    const start = Buffer.alloc(24);
    readSync(fd, start, 0, start.length, 0);
    return !start.subarray(0, clear.length).equals(clear) && start.subarray(21).equals(fractions);
  } finally {
    closeSync(fd);
  }
}

function opens(file: string, key: DataKey): boolean {
  const db = openAtRest(file, key);
  try {
    // Not prepared: until its statements are collected, a closed connection keeps others from having the file alone.
    db.exec('select count(*) from sqlite_schema');
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'SQLITE_NOTADB') return false;
    throw error;
  } finally {
    db.close();
  }
}

/** A head that cannot be read is as good as none: it decides nothing. */
function readHead(dataDir: string): FileHead {
  try {
    const head = JSON.parse(readFileSync(headFile(dataDir), 'utf8'));
    return typeof head === 'object' && head !== null ? head : { key: null };
  } catch {
    return { key: null };
  }
}

function markOf(key: DataKey | null): KeyMark | null {
  return key && { id: key.id, check: key.check };
}
