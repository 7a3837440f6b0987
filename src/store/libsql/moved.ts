/** `moved.json`: this folder's data is being copied to a shared database, or was. No hub goes on here without a person's word. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FatalError } from '../../errors.js';
import { writeDurably } from '../../secret-file.js';

export interface Moved {
  /** Of this copy; the database it goes to knows it, too. */
  id: string;
  /** Name of the database. */
  to: string;
  /** ISO 8601. */
  begunAt: string;
  /** ISO 8601; null: it is under way, or was cut off. */
  finishedAt: string | null;
}

const fileOf = (dataDir: string) => join(dataDir, 'moved.json');

export function readMoved(dataDir: string): Moved | null {
  const file = fileOf(dataDir);
  if (!existsSync(file)) return null;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Moved;
  } catch (cause) {
    throw new FatalError(
      'config_invalid',
      `${file} cannot be read, so nobody knows whether this data has moved. Remove it to go on here.`,
      { field: 'CARRIER_DATA_DIR', cause },
    );
  }
}

/** Durable when it returns. */
export function writeMoved(dataDir: string, moved: Moved): void {
  writeDurably(fileOf(dataDir), `${JSON.stringify(moved, null, 2)}\n`);
}

/** Why no hub may go on with this folder's database; null: it may. */
export function movedProblem(dataDir: string): string | null {
  const moved = readMoved(dataDir);
  if (!moved) return null;
  const { to, begunAt, finishedAt } = moved;
  const file = fileOf(dataDir);
  return finishedAt
    ? `The data of this folder was copied to the database "${to}" on ${finishedAt}: set REDIS_URL and MONGODB_URL to ` +
        `go on there. To go on here all the same, without what was said there, remove ${file}.`
    : `The copy of this folder's data to the database "${to}", begun on ${begunAt}, is not finished: "carrier copy ` +
        `--yes" goes on. To go on here instead, drop that database and remove ${file}.`;
}
