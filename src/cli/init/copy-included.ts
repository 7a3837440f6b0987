import { chmodSync, constants, copyFileSync, readdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { FatalError } from '../../errors.js';
import { makeFolder } from '../../folder.js';
import { includedCharacters, packageFolder } from '../../package-folder.js';
import { command, print } from '../output.js';

/**
 * Copies the included characters, and the settings to fill in, into a folder of the user's. What is there stays.
 * @param charactersDir where they go; the included ones themselves stand for `./characters`.
 * @throws FatalError `config_invalid` when a folder cannot be written.
 */
export function copyIncluded(charactersDir: string): void {
  const own = charactersDir === includedCharacters ? resolve('characters') : charactersDir;
  makeFolder(own, 'CARRIER_CHARACTERS_DIR', 0o755);
  const files = readdirSync(includedCharacters).filter((file) => file.endsWith('.json'));
  for (const file of files) copy(join(includedCharacters, file), join(own, file));
  copy(join(packageFolder, '.env.example'), resolve('.env'), 0o600);
  print(`\nNext: edit them, then ${command('start')}. ${command('doctor')} says what is missing.`);
}

function copy(from: string, to: string, mode = 0o644): void {
  const shown = relative('.', to);
  try {
    copyFileSync(from, to, constants.COPYFILE_EXCL);
    chmodSync(to, mode);
    print(`  made    ${shown}`);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code !== 'EEXIST') throw new FatalError('config_invalid', `${message}.`, { field: shown, cause });
    print(`  kept    ${shown}`);
  }
}
