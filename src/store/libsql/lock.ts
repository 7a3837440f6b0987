/**
 * One hub per data folder. The lock is SQLite's own on an empty file, `hub.lock`: the kernel drops it when its
 * holder dies, however it dies. `hub.json` beside it only says who holds the lock; nothing is decided by it.
 *
 * Never open `hub.lock` with `node:fs`: POSIX locks belong to the process, and closing any other handle on the
 * file would drop them without a word.
 */
import { closeSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import { FatalError } from '../../errors.js';
import { makeFolder } from '../../folder.js';

export interface Hub {
  pid: number;
  host: string;
  /** ISO 8601. */
  startedAt: string;
  /** Where it listens; absent until it does. */
  url?: string;
  /** What it read its settings from; absent: it was given them otherwise, or is of an older version. */
  settings?: SettingMarks;
}

/** Tells whether files say what they said, and nothing of what that is. */
export interface SettingMarks {
  /** Makes marks of values; each start has its own. */
  salt: string;
  /** By path: marks by the names of settings. */
  files: Record<string, Record<string, string>>;
}

export const cardName = 'hub.json';

/** Longer than a look by `readHub` takes, which holds the lock for a moment. */
const patienceMs = 250;

export class HubLock {
  readonly #dataDir: string;
  readonly #db: Libsql.Database;

  /**
   * Makes the folder if need be.
   * @throws FatalError `store_locked`, naming the holder, when another hub has the folder; `config_invalid` when it
   * cannot be used.
   */
  constructor(dataDir: string) {
    this.#dataDir = dataDir;
    makeFolder(dataDir, 'CARRIER_DATA_DIR');
    const file = lockFile(dataDir);
    try {
      createOnce(file);
      this.#db = new Libsql(file, { timeout: patienceMs });
      try {
        this.#db.exec('begin exclusive');
      } catch (error) {
        this.#db.close();
        throw error;
      }
    } catch (error) {
      throw isBusy(error) ? lockedBy(readCard(dataDir)) : unusable(file, error);
    }
    writeCard(dataDir, { pid: process.pid, host: hostname(), startedAt: new Date().toISOString() });
  }

  release(): void {
    rmSync(cardFile(this.#dataDir), { force: true });
    this.#db.exec('rollback');
    this.#db.close();
  }
}

/** Notes where the hub that holds the folder listens. Only the holder may call it. */
export function announce(dataDir: string, url: string): void {
  const card = readCard(dataDir);
  if (card) writeCard(dataDir, { ...card, url });
}

/** Notes what the settings' files said when it started. Only the holder may call it. */
export function noteSettings(dataDir: string, settings: SettingMarks): void {
  const card = readCard(dataDir);
  if (card) writeCard(dataDir, { ...card, settings });
}

/** The hub that holds the folder now; null when none does, or it has only just begun to start. */
export function readHub(dataDir: string): Hub | null {
  // Read before the look at the lock: what is read then belongs to a holder of that time or before.
  const card = readCard(dataDir);
  if (!card) return null;
  return whileUnheld(dataDir, () => true) ? null : card;
}

/** Does it while no hub holds the folder, nor can take it; null where one does. It must take less than `patienceMs`. */
export function whileUnheld<T>(dataDir: string, work: () => T): T | null {
  const file = lockFile(dataDir);
  let db: Libsql.Database | undefined;
  try {
    db = new Libsql(file);
    db.exec('begin exclusive');
  } catch (error) {
    db?.close();
    if (isBusy(error)) return null;
    throw unusable(file, error);
  }
  try {
    return work();
  } finally {
    db.exec('rollback');
    db.close();
  }
}

function unusable(file: string, cause: unknown): FatalError {
  const { code } = cause as NodeJS.ErrnoException;
  return new FatalError(
    'config_invalid',
    `${file} cannot be locked (${code}). Give the folder and all in it to this user, or set CARRIER_DATA_DIR to another folder.`,
    { field: 'CARRIER_DATA_DIR', cause },
  );
}

function lockedBy(hub: Hub | null): FatalError {
  const holder = hub
    ? `process ${hub.pid} on ${hub.host}, started ${hub.startedAt}${hub.url ? `, listening at ${hub.url}` : ''}`
    : 'a process that has only just started';
  return new FatalError(
    'store_locked',
    `Another hub holds this data folder: ${holder}. Stop it, or set CARRIER_DATA_DIR to another folder.`,
    { field: 'CARRIER_DATA_DIR' },
  );
}

function readCard(dataDir: string): Hub | null {
  try {
    return JSON.parse(readFileSync(cardFile(dataDir), 'utf8'));
  } catch {
    // Absent, or from a crash in the middle of something: it is for reading only.
    return null;
  }
}

function writeCard(dataDir: string, hub: Hub): void {
  const draft = `${cardFile(dataDir)}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(hub)}\n`, { mode: 0o600 });
  renameSync(draft, cardFile(dataDir));
}

/** Makes the file for its owner alone; leaves one that is there untouched, see the head of this file. */
export function createOnce(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function isBusy(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'SQLITE_BUSY';
}

function lockFile(dataDir: string): string {
  return join(dataDir, 'hub.lock');
}

function cardFile(dataDir: string): string {
  return join(dataDir, cardName);
}
