import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { FatalError } from '../errors.js';

/**
 * The settings of a `.env` file; none when there is no such file.
 * @throws FatalError `config_invalid` when it cannot be read.
 */
export function readEnvironmentFile(path: string): Record<string, string | undefined> {
  if (!existsSync(path)) return {};
  try {
    // Some editors begin a file with a mark, which would become part of the first name.
    return parseEnv(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const reason = code === 'EISDIR' ? 'it is a folder' : code;
    const message = `${path} cannot be read (${reason}). Make it a file of NAME=value lines, or remove it.`;
    throw new FatalError('config_invalid', message, { field: path, cause });
  }
}
