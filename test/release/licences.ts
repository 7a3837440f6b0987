/** Whether everything that is installed with the package may be given on with it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Parts of an SPDX expression. The LGPL's are shared libraries, which whoever installs them may replace. */
const allowed = new Set([
  ...['MIT', 'MIT-0', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0'],
  ...['Unlicense', 'Zlib', 'Python-2.0', 'CC0-1.0', 'LGPL-3.0-or-later'],
]);

interface Locked {
  dev?: boolean;
  version?: string;
  license?: string;
}

/** Packages with a licence that is not allowed, or with none: `NAME VERSION: LICENCE`. */
export function licenceProblems(root: string, packages: Record<string, Locked>): string[] {
  return Object.entries(packages)
    .filter(([path, { dev }]) => path !== '' && !dev)
    .flatMap(([path, { version, license = licenceIn(join(root, path)) }]) => {
      const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
      return isAllowed(license) ? [] : [`${name} ${version}: ${license ?? 'no licence is named'}`];
    });
}

/** Of `A OR B` one is enough; of `A AND B` both must be. Brackets are not nested in what npm has. */
export function isAllowed(expression: string | undefined): boolean {
  if (!expression) return false;
  return expression
    .replace(/[()]/g, '')
    .split(/ OR /)
    .some((choice) => choice.split(/ AND /).every((part) => allowed.has(part.trim())));
}

/** Old packages have a list of objects, which npm does not put into the lock file. */
function licenceIn(folder: string): string | undefined {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return undefined;
  const { license, licenses } = JSON.parse(readFileSync(file, 'utf8')) as {
    license?: string | { type: string };
    licenses?: { type: string }[];
  };
  if (typeof license === 'string') return license;
  return license?.type ?? licenses?.map(({ type }) => type).join(' OR ');
}
