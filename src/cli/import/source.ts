/** Files of somebody else's folder, read with care: it may be made to lead a reader out of it, or to fill its memory. */
import { constants } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { FatalError } from '../../errors.js';

/** The hub reads no larger character either, in bytes. */
const mostBytes = 1024 * 1024;

/**
 * @param most bytes
 * @throws FatalError `invalid_field` that names the file and what is wrong with it
 */
export async function textOf(path: string, most = mostBytes): Promise<string> {
  const refuse = (problem: string) =>
    new FatalError('invalid_field', `${path} ${problem}.`, { field: 'source' });
  // A pipe would be waited for for ever.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(
    ({ code }: NodeJS.ErrnoException) => {
      throw refuse(code === 'ENOENT' ? 'is not there' : `cannot be read (${code})`);
    },
  );
  try {
    const found = await file.stat();
    if (!found.isFile()) throw refuse('is no file');
    if (found.size > most) throw refuse(`is larger than ${most} bytes`);
    const bytes = await file.readFile();
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch {
      throw refuse('is no text in UTF-8');
    }
  } finally {
    await file.close();
  }
}

/** The real place of a path that a file names, where it is in the folder; null: it is not there, or leads out. */
export async function within(folder: string, named: string): Promise<string | null> {
  if (named.includes('\0')) return null;
  try {
    const root = await realpath(folder);
    const found = await realpath(resolve(root, named));
    const way = relative(root, found);
    return way === '..' || way.startsWith(`..${sep}`) || resolve(way) === way ? null : found;
  } catch {
    return null;
  }
}

/** Files that may be characters: of the folder itself, and of its `characters`. */
export async function filesIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const one of [folder, join(folder, 'characters')]) {
    const entries = await readdir(one, { withFileTypes: true }).catch(() => []);
    for (const entry of entries)
      if (entry.isFile() && /\.(json|[cm]?[jt]s)$/i.test(entry.name)) found.push(join(one, entry.name));
  }
  return found.sort();
}

export async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}
