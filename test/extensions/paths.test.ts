/** Paths that are no addresses yet: with spaces, `#`, `%`, and of Windows. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { defaultExport, locate } from '../../src/extensions/module.js';

const folder = mkdtempSync(join(tmpdir(), 'carrier paths '));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('[seen.49] a module at a path', () => {
  it.each(['with spaces', 'a#b', '100%', 'café', 'a?b'])('is found and loaded: %s', async (name) => {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'p.mjs'), `export default ${JSON.stringify(name)};`);
    for (const path of [join(folder, name, 'p.mjs'), `./${name}/p.mjs`]) {
      const url = await locate(path, folder);
      expect(url).toMatch(/^file:\/\/\//);
      expect(await defaultExport(url)).toBe(name);
    }
  });

  it('is never imported by its path, which Windows would take for the protocol "c:"', () => {
    const root = fileURLToPath(new URL('../../', import.meta.url));
    const sources = ['src', 'connectors', 'plugins'].flatMap((name) =>
      readdirSync(join(root, name), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .map((file) => join(root, name, file)),
    );
    expect(sources.length).toBeGreaterThan(500);
    const glued = sources.filter((file) =>
      /['"`]file:\/\/(\/)?\$\{|'file:\/\/' \+/.test(readFileSync(file, 'utf8')),
    );
    expect(glued).toEqual([]);
    // What is imported by a variable comes from one of these, which make addresses of paths.
    const dynamic = sources.filter((file) =>
      /\bimport\((?!\s*(\/\* @vite-ignore \*\/\s*)?['"`])/.test(
        readFileSync(file, 'utf8').replace(/typeof import\(/g, ''),
      ),
    );
    expect(dynamic.map((file) => file.slice(root.length)).sort()).toEqual([
      'src/core/aside-thread.ts',
      'src/extensions/module.ts',
    ]);
  });
});
