/** The database of commit b8ee1ad, killed with a full log, is brought under a key; and forgets, words of its former index too. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { keyRingOf } from '../../src/encryption/key-ring.js';
import { openLibsqlStore } from '../../src/store/libsql/store.js';
import { log, temporaryFolder } from '../store/folder.js';
import { until } from '../support/until.js';
import { scanFolder } from '../support/word-scan.js';
import { madeBy, putEmbedded, type Rows, rowsEmbedded } from './fixture.js';

let folder: ReturnType<typeof temporaryFolder>;
let rows: Rows;
beforeEach(() => {
  folder = temporaryFolder();
  // Elsewhere: whoever reads them empties the log.
  const other = temporaryFolder();
  putEmbedded(other.path);
  rows = rowsEmbedded(other.path);
  other.remove();
  putEmbedded(folder.path);
});
afterEach(() => folder.remove());

/** Longer than what any file has by chance. */
const wordsOf = (texts: string[]) =>
  [...new Set(texts.join(' ').match(/[a-z]{9,}/gi) ?? [])].map((word) => word.toLowerCase());

it('has every row under a key, and no word in the clear', async () => {
  const ring = keyRingOf(`one:${randomBytes(32).toString('base64')}`)!;
  const words = wordsOf(rows.texts!).slice(0, 10);
  expect(words.length).toBeGreaterThan(3);
  expect(scanFolder(folder.path, words).length).toBeGreaterThan(words.length);
  const store = await openLibsqlStore({ dataDir: folder.path, ring, log });
  expect(scanFolder(folder.path, words, /^hub\.lock$/)).toEqual([]);
  const now = rowsEmbedded(folder.path, ring.current);
  for (const [table, names] of Object.entries(rows))
    expect(now[table]).toEqual(expect.arrayContaining(names));
  await store.close();
});

it('[governed.33] forgets what it was told before, and what its former index of words had of it', async () => {
  const { rooms } = madeBy('embedded');
  const store = await openLibsqlStore({ dataDir: folder.path, log });
  const { items } = await store.memories.history(rooms.deck, { limit: 1000 });
  const mine = wordsOf(items.map(({ content }) => content.text));
  const others = rows
    .texts!.filter((text) => !items.some(({ content }) => content.text === text))
    .join(' ')
    .toLowerCase();
  // Beginnings are what a sorted index has of neighbours, and stems are shorter.
  const words = mine.filter((word) => !others.includes(word.slice(0, 7))).slice(0, 6);
  expect(words.length).toBeGreaterThan(0);
  expect(scanFolder(folder.path, words, /^hub\.lock$/).length).toBeGreaterThan(0);
  await store.memories.forget(items.map(({ id }) => id));
  await until(() => scanFolder(folder.path, words, /^hub\.lock$/).length === 0, 60_000);
  await store.close();
}, 90_000);
