import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { FatalError } from '../errors.js';

/**
 * Puts the settings of `.env` in this folder into the environment, where libraries find theirs too; what is there
 * already wins.
 * @throws FatalError `config_invalid` when there is one that cannot be read.
 */
export function loadEnvironmentFile(): void {
  let bytes: Buffer;
  try {
    bytes = readFileSync('.env');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return;
    const problem =
      code === 'EISDIR'
        ? 'is a folder. Move it away, or put the settings into a file of that name'
        : `cannot be read by this user (${code}). Make it readable, or move it away`;
    throw new FatalError('config_invalid', `.env ${problem}.`, { field: '.env', cause });
  }
  for (const [name, value] of Object.entries(parseEnv(textOf(bytes)))) process.env[name] ??= value;
}

/** Editors on Windows write a byte order mark, PowerShell UTF-16; the decoder drops the mark. */
function textOf(bytes: Buffer): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}
