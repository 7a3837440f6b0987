/** The files of the repository as text, and what they import. Paths are from its root. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const isOfPages = (file: string) => /^(src\/web|connectors\/webchat\/page)\//.test(file);
export const all = ['src', 'connectors', 'plugins'].flatMap((folder) => filesBelow(folder));
/** What runs in Node. */
export const sources = all.filter((file) => !isOfPages(file));
/** What runs in browsers. */
export const ofPages = all.filter(isOfPages);
export const tests = filesBelow('test');

function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => join(folder, file))
    .filter((file) => /\.tsx?$/.test(file));
}

export function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

export function importsOf(file: string): string[] {
  const specifiers = [...read(file).matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(
    (match) => match[1]!,
  );
  return specifiers.map((specifier) =>
    relative(root, resolve(root, dirname(file), specifier)).replace(/\.js$/, '.ts'),
  );
}
