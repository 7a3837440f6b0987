/** Commas too many in JSON files that people write: the one slip in them that can be mended without guessing what is meant. */
import {
  chmodSync,
  chownSync,
  constants,
  copyFileSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { readConfigDefinition } from '../../config-file.js';
import { Character } from '../../core/character.js';
import { withoutStrayCommas } from '../../core/json-fault.js';
import { type Mended, tried } from './mended.js';

/** Of `carrier.config.json`. */
export function mendConfigFile(path: string): Mended[] {
  // Fields that this version does not know may be a newer one's: then it is read and left alone.
  return mendFile(path, (text) => void readConfigDefinition(JSON.parse(text), path));
}

export function mendCharacters(folder: string): Mended[] {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  } catch {
    return [];
  }
  return names
    .sort()
    .flatMap((name) => mendFile(join(folder, name), (text) => void Character.parse(JSON.parse(text))));
}

/** @param check throws where the whole of it would not be good all the same. */
function mendFile(path: string, check: (text: string) => void): Mended[] {
  let bytes: Buffer;
  try {
    // A pipe would be waited for for ever.
    if (!statSync(path).isFile()) return [];
    bytes = readFileSync(path);
  } catch {
    return [];
  }
  const text = bytes.toString();
  // What is no UTF-8 would not be written back as it was.
  if (!Buffer.from(text).equals(bytes)) return [];
  const [mark, plain] = text.startsWith('\uFEFF') ? ['\uFEFF', text.slice(1)] : ['', text];
  const mended = withoutStrayCommas(plain);
  if (mended === null || mended === plain) return [];
  try {
    check(mended);
  } catch {
    return [];
  }
  const gone = plain.length - mended.length;
  const what = { what: path, before: `${gone === 1 ? 'a comma' : `${gone} commas`} too many`, after: 'none' };
  return [
    tried(what, () => {
      const backup = replace(path, bytes, `${mark}${mended}`);
      return { backup, diff: differences(plain, mended) };
    }),
  ];
}

/** Commas are gone, and no line with them. Values are not shown: tokens and passwords of tools may be among them. */
function differences(before: string, after: string) {
  const lines = after.split('\n');
  return before
    .split('\n')
    .map((line, at) => ({ before: line, after: lines[at] ?? '' }))
    .filter((line) => line.before !== line.after)
    .map((line) => ({ before: withoutValues(line.before), after: withoutValues(line.after) }));
}

function withoutValues(line: string): string {
  return line
    .replace(/"(?:[^"\\]|\\.)*"(\s*:)?/g, (text, isName?: string) => (isName || text === '""' ? text : '"…"'))
    .trimEnd();
}

/** Whole or not at all, with the rights that it has. @returns where the file is as it was */
function replace(path: string, before: Buffer, after: string): string {
  const real = realpathSync(path);
  const { mode, uid, gid } = statSync(real);
  const backup = `${real}.${new Date().toISOString().replace(/[-:.]/g, '')}.bak`;
  const draft = `${real}.${process.pid}.draft`;
  const like = (file: string) => {
    chmodSync(file, mode & 0o777);
    if (process.getuid?.() === 0) chownSync(file, uid, gid);
  };
  copyFileSync(real, backup, constants.COPYFILE_EXCL);
  like(backup);
  try {
    writeFileSync(draft, after, { mode: 0o600, flag: 'wx', flush: true });
    like(draft);
    if (!readFileSync(real).equals(before)) throw new Error('somebody has changed it meanwhile');
    renameSync(draft, real);
  } catch (error) {
    rmSync(draft, { force: true });
    rmSync(backup);
    throw error;
  }
  return backup;
}
