/** Folders the hub writes into: made when missing, and tried before anything relies on them. */
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FatalError } from './errors.js';

/**
 * Makes the folder, its parents too, and tries whether it can be written.
 * @param setting names the folder to people, such as `CARRIER_DATA_DIR`.
 * @param mode of what is made; 0700 without it, for its owner alone.
 * @throws FatalError `config_invalid` with the reason and the fix.
 */
export function makeFolder(folder: string, setting: string, mode = 0o700): void {
  try {
    make(folder, mode);
    tryToWrite(folder);
  } catch (cause) {
    throw unusable(folder, setting, cause);
  }
}

/** The same for a folder that need not be there yet: null, or what is in the way. Leaves nothing behind. */
export function folderProblem(folder: string, setting: string): string | null {
  let made: string | null = null;
  try {
    made = make(folder, 0o700);
    tryToWrite(folder);
    return null;
  } catch (cause) {
    return unusable(folder, setting, cause).message;
  } finally {
    if (made) rmSync(made, { recursive: true });
  }
}

/**
 * Gives the outermost folder that it made; null when all were there. Not `mkdirSync` with `recursive`: it never returns
 * where a file system makes no folders, such as /proc.
 */
function make(folder: string, mode: number): string | null {
  try {
    mkdirSync(folder, { mode });
    return folder;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Windows says EPERM of a drive, and a read-only disk EROFS of a folder that is there.
    if (code !== 'ENOENT' && statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return null;
    const parent = dirname(folder);
    if (code !== 'ENOENT' || existsSync(parent) || parent === folder) throw error;
    const made = make(parent, mode);
    make(folder, mode);
    return made ?? folder;
  }
}

/** Access rights alone do not tell: the administrator has all of them, on a read-only disk too. */
function tryToWrite(folder: string): void {
  const probe = join(folder, `.probe-${process.pid}`);
  try {
    // An empty file can be made on a full disk.
    writeFileSync(probe, Buffer.alloc(4096), { mode: 0o600 });
  } finally {
    rmSync(probe, { force: true });
  }
}

function unusable(folder: string, setting: string, cause: unknown): FatalError {
  const message = `The folder ${folder} cannot be used: ${reasonOf(cause, folder)}, or set ${setting} to another folder.`;
  return new FatalError('config_invalid', message, { field: setting, cause });
}

function reasonOf(error: unknown, folder: string): string {
  const { code, message, path = folder } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'EEXIST':
      return `a file is in its place (${path}). Move that away`;
    case 'ENOTDIR':
      return `a file is in its place (${nearestPart(path)}). Move that away`;
    case 'EACCES':
    case 'EPERM':
      return `this user may not write there (${code}). Give the folder to this user`;
    case 'EROFS':
      return 'its file system is read-only. Mount it for writing';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'its disk is full. Make room';
    case 'ENOENT':
      return 'it cannot be made there. Make it by hand';
    default:
      return `${message}. Mend that`;
  }
}

/** The part of a path that is there. */
function nearestPart(path: string): string {
  let at = path;
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at);
  return at;
}
