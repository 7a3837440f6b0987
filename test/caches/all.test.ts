import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);

function sources(folder: string): string[] {
  return readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `${folder}/${file}`);
}

const read = (file: string) => readFileSync(new URL(file, root), 'utf8');

it('every cache is named or loaded by a test, which is to count what it holds', () => {
  const tests = sources('test').map(read).join('\n');
  const caches = ['src', 'connectors', 'plugins']
    .flatMap(sources)
    // Those hold what is in the tables: they are filled in `test/store/`, where tables are at hand.
    .filter((file) => !file.startsWith('src/store/libsql/'))
    .filter((file) => read(file).includes('new LRUCache'));
  expect(caches.length).toBeGreaterThan(10);
  expect(caches.filter((file) => !tests.includes(file.replace(/ts$/, '')))).toEqual([]);
});
