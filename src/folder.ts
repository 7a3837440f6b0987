import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FatalError } from './errors.js';

const reasons: Record<string, string> = {
  EEXIST: 'there is a file in its place',
  ENOTDIR: 'a part of its path is a file',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  ENOENT: 'the file system takes no folders there',
};

/**
 * Makes the data folder, for its owner alone, and tries whether it can be written.
 * @throws FatalError `config_invalid` saying what is in the way.
 */
export function makeDataFolder(folder: string): void {
  try {
    make(folder);
    tryToWrite(folder);
  } catch (cause) {
    throw unusable(folder, cause);
  }
}

/** The same for a folder that need not be there yet: null, or what is in the way. Leaves nothing behind. */
export function dataFolderProblem(folder: string): string | null {
  try {
    const made = make(folder);
    tryToWrite(folder);
    if (made) rmSync(made, { recursive: true });
    return null;
  } catch (cause) {
    return unusable(folder, cause).message;
  }
}

/** Gives the outermost folder that it made. Not `recursive`: in /proc, where nothing can be made, Node never ends. */
function make(folder: string): string | undefined {
  if (existsSync(folder)) {
    if (statSync(folder).isDirectory()) return undefined;
    throw Object.assign(new Error(), { code: 'EEXIST' });
  }
  const above = dirname(folder);
  if (existsSync(above) && !statSync(above).isDirectory())
    throw Object.assign(new Error(), { code: 'ENOTDIR' });
  const made = above === folder ? undefined : make(above);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another process may have made it in this moment.
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
  return made ?? folder;
}

/** Access rights alone do not tell: the administrator has all of them, on a read-only disk too. */
function tryToWrite(folder: string): void {
  const probe = join(folder, `.probe-${process.pid}`);
  writeFileSync(probe, '');
  rmSync(probe);
}

function unusable(folder: string, cause: unknown): FatalError {
  const { code = 'unknown' } = cause as NodeJS.ErrnoException;
  const reason = reasons[code] ?? code;
  const message = `The data folder ${folder} cannot be used: ${reason}. Set CARRIER_DATA_DIR (--data-dir) to a folder that this user can write.`;
  return new FatalError('config_invalid', message, { field: 'CARRIER_DATA_DIR', cause });
}
