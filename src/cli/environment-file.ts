import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { FatalError } from '../errors.js';

/**
 * Puts the settings of `.env` in this folder into the environment, where libraries find theirs too; what is there
 * already wins.
 * @returns those that it has put there.
 * @throws FatalError `config_invalid` when there is one that cannot be read.
 */
export function loadEnvironmentFile(): string[] {
  const bytes = readEnvironmentFile();
  const own = Object.entries(bytes ? settingsIn(bytes) : {}).filter(
    ([name]) => process.env[name] === undefined,
  );
  for (const [name, value] of own) process.env[name] = value;
  return own.map(([name]) => name);
}

/** Null: there is none. @throws FatalError `config_invalid` when there is one that cannot be read. */
export function readEnvironmentFile(): Buffer | null {
  try {
    return readFileSync('.env');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    const problem =
      code === 'EISDIR'
        ? 'is a folder. Move it away, or put the settings into a file of that name'
        : `cannot be read by this user (${code}). Make it readable, or move it away`;
    throw new FatalError('config_invalid', `.env ${problem}.`, { field: '.env', cause });
  }
}

/** What the hub reads in a `.env` file. */
export function settingsIn(bytes: Buffer): Record<string, string> {
  // The decoder drops the mark.
  return parseEnv(new TextDecoder(encodingOf(bytes)).decode(bytes)) as Record<string, string>;
}

/** Editors on Windows write a byte order mark, PowerShell UTF-16. */
export function encodingOf(bytes: Buffer): 'utf-8' | 'utf-16le' | 'utf-16be' {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}
