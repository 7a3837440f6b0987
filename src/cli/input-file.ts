/** What a file says that somebody named on the command line. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { FatalError } from '../errors.js';
import type { Input } from './carry.js';

/** JSON, which is YAML, too. @throws FatalError `invalid_field` that names the file */
export function readInput(path = ''): Input {
  const refuse = (problem: string) =>
    new FatalError('invalid_field', `${path} ${problem}.`, { field: 'file' });
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw refuse(`cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  let said: unknown;
  try {
    said = parse(text, { maxAliasCount: 100 });
  } catch (error) {
    throw refuse(`is neither JSON nor YAML: ${(error as Error).message.split('\n')[0]}`);
  }
  if (typeof said !== 'object' || said === null || Array.isArray(said)) throw refuse('holds no object');
  return said as Input;
}
