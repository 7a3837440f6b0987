/** Input that stands in a file which somebody named on the command line. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { FatalError } from '../errors.js';
import type { Input } from './carry.js';

/** What the file defines, with what was typed besides. @throws FatalError `invalid_field` that names the file */
export function definedIn({ file, ...typed }: Input): Input {
  const path = String(file);
  const refuse = (problem: string) =>
    new FatalError('invalid_field', `${path} ${problem}.`, { field: 'file' });
  let said: unknown;
  try {
    // JSON is YAML, too.
    said = parse(textOf(path), { maxAliasCount: 100 });
  } catch (error) {
    if (error instanceof FatalError) throw error;
    throw refuse(`is neither JSON nor YAML: ${(error as Error).message.split('\n')[0]}`);
  }
  if (typeof said !== 'object' || said === null || Array.isArray(said)) throw refuse('holds no object');
  return { ...(said as Input), ...typed };
}

/** A document in a file or at an address, and headers as people write them: `Name: value`. */
export function documentAt({ source, header, ...typed }: Input): Input {
  const at = String(source);
  const lines = Array.isArray(header) ? header : [];
  const headers = Object.fromEntries(
    lines.map((line) => [line.split(':')[0]!.trim(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const found = /^https?:\/\//i.test(at) ? { url: at } : { document: textOf(at) };
  return { ...typed, ...found, ...(lines.length > 0 && { headers }) } as unknown as Input;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new FatalError('invalid_field', `${path} cannot be read (${code}).`, { field: 'file' });
  }
}
