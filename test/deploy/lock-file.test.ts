import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface Locked {
  version?: string;
  bin?: Record<string, string>;
  engines?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

const read = (file: string) => JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'));
const { packages } = read('package-lock.json') as { packages: Record<string, Locked> };

/** The place in the lock file where a package finds another: its own folder's, or one further out. */
function found(from: string, name: string): string | undefined {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const path = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    if (path in packages) return path;
    if (at === '') return undefined;
    if (!at.includes('/node_modules/')) at = '';
    if (at === '' && `node_modules/${name}` in packages) return `node_modules/${name}`;
  }
}

describe('[http-and-cli.14] [seen.47] the lock file', () => {
  const optional = Object.entries(packages).flatMap(([from, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).map((name) => ({ from, name })),
  );

  it('lists the packages of every system, so that npm install changes nothing', () => {
    expect(optional.length).toBeGreaterThan(40);
    const missing = optional.filter(({ from, name }) => !found(from, name));
    expect(missing.map(({ from, name }) => `${from} needs ${name}`)).toEqual([]);
  });

  it.each(['@biomejs/cli-', '@libsql/', '@esbuild/'])('has %s* of several systems', (prefix) => {
    const names = optional.map(({ name }) => name).filter((name) => name.startsWith(prefix));
    for (const system of ['linux', 'darwin', 'win']) expect(names.join(' ')).toContain(system);
  });

  it.each([
    '@libsql/linux-x64-musl',
    '@libsql/linux-arm64-musl',
    '@img/sharp-linuxmusl-x64',
    '@rolldown/binding-linux-x64-musl',
  ])('has %s, for Alpine', (name) => expect(packages).toHaveProperty([`node_modules/${name}`]));

  it('names what package.json does', () => {
    const { bin, engines, dependencies, devDependencies, peerDependencies } = read('package.json');
    expect(packages['']).toMatchObject({ bin, engines, dependencies, devDependencies, peerDependencies });
  });
});
