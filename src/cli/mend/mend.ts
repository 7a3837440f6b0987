/**
 * What `carrier doctor --fix` mends by itself: what can be changed without loss and without guessing what somebody meant.
 * Everything else stays advice.
 */
import { chmodSync, lstatSync, statSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import { folderAtRest, schemaAtRest } from '../../backends.js';
import type { Config } from '../../config.js';
import { makeFolder } from '../../folder.js';
import { openSecrets } from '../../machine-diagnosis.js';
import { includedCharacters } from '../../package-folder.js';
import { leftBehind, removeLeftBehind } from '../../running-hub.js';
import { mendCharacters } from './commas.js';
import { type Mended, tried } from './mended.js';

/** Each is done before the next one is looked for. */
export function* mend(config: Config): Generator<Mended> {
  const readOnly = isNewer(config);
  for (const { path, mode } of openSecrets(config))
    if (!readOnly || !isBelow(path, config.dataDir)) yield withMode(path, mode, 0o600);
  if (!readOnly)
    for (const path of leftBehind(config.dataDir))
      yield tried({ what: path, before: 'left by a process that has ended', after: 'removed' }, () =>
        removeLeftBehind(config.dataDir, path) ? {} : { problem: 'It is in use by now.' },
      );
  yield* folderOf(config);
  if (config.charactersDir !== includedCharacters) yield* mendCharacters(config.charactersDir);
}

/** A folder with data of a newer hub is read alone: what is right there, this version cannot know. */
function isNewer(config: Config): boolean {
  if (config.cluster) return false;
  try {
    return (schemaAtRest(folderAtRest(config))?.problem ?? null) !== null;
  } catch {
    // It cannot be read; why is told by the check of the data folder.
    return true;
  }
}

function isBelow(path: string, folder: string): boolean {
  return resolve(path).startsWith(`${folder}${sep}`);
}

function withMode(path: string, before: number, after: number): Mended {
  const written = (mode: number) => `mode ${mode.toString(8)}`;
  return tried({ what: path, before: written(before), after: written(after) }, () => {
    chmodSync(path, after);
    const now = statSync(path).mode & 0o777;
    return now === after ? {} : { problem: `its file system keeps ${written(now)}` };
  });
}

/** Only beside what is there: a path of which more is missing may be a slip. */
function* folderOf({ charactersDir }: Config): Generator<Mended> {
  const missing = !lstatSync(charactersDir, { throwIfNoEntry: false });
  if (!missing || !statSync(dirname(charactersDir), { throwIfNoEntry: false })?.isDirectory()) return;
  yield tried({ what: `the folder ${charactersDir}`, before: 'missing', after: 'made' }, () => {
    makeFolder(charactersDir, 'CARRIER_CHARACTERS_DIR', 0o755);
    return {};
  });
}
