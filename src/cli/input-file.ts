/** Input that stands in a file which somebody named on the command line. */
import { readFileSync } from 'node:fs';
import { FatalError } from '../errors.js';
import type { Input } from './carry.js';
import { readYaml, writtenText } from './written-text.js';

/** What the file defines, with what was typed besides. @throws FatalError `invalid_field` that names the file */
export function definedIn({ file, ...typed }: Input): Input {
  const path = String(file);
  const refuse = (problem: string) =>
    new FatalError('invalid_field', `${path} ${problem}.`, { field: 'file' });
  let said: unknown;
  try {
    said = readYaml(textOf(path));
  } catch (error) {
    if (error instanceof FatalError) throw error;
    throw refuse(`is neither JSON nor YAML: ${(error as Error).message}`);
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
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new FatalError('invalid_field', `${path} cannot be read (${code}).`, { field: 'file' });
  }
  const text = writtenText(bytes);
  if (text !== null) return text;
  throw new FatalError('invalid_field', `${path} is no text in UTF-8. Save it as UTF-8.`, { field: 'file' });
}
