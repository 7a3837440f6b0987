/** The hub of commit b8ee1ad, compiled, with the dependencies of this checkout. */
import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packed = fileURLToPath(new URL('../fixtures/b8ee1ad/hub.tgz', import.meta.url));
const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));

/** Unpacks it into the folder; gives back the program of a hub under chaos. */
export function unpackOldHub(folder: string): string {
  execFileSync('tar', ['xzf', packed, '-C', folder]);
  symlinkSync(modules, join(folder, 'node_modules'));
  return join(folder, 'dist/test/chaos/hub.js');
}
