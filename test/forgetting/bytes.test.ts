/** [governed.33] What was forgotten is in no byte of the database file, its free pages, or its log. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openLibsqlStore } from '../../src/store/libsql/store.js';
import type { Store } from '../../src/store/store.js';
import { message } from '../contract/store.js';
import { log, temporaryFolder } from '../store/folder.js';
import { until } from '../support/until.js';
import { scanFolder } from '../support/word-scan.js';

let folder: ReturnType<typeof temporaryFolder>;
let store: Store;
beforeEach(async () => {
  folder = temporaryFolder();
  store = await openLibsqlStore({ dataDir: folder.path, log });
});
afterEach(async () => {
  await store.close();
  folder.remove();
});

/** As files have it: `except` is the lock alone, which must not be opened. */
const scan = (words: string[]) => scanFolder(folder.path, words, /^hub\.lock$/);

async function say(texts: string[]): Promise<string[]> {
  const said = texts.map((text) => message({ text, status: 'kept' }));
  await Promise.all(said.map((one) => store.memories.append(one)));
  // Words are indexed by the first search.
  await store.memories.search({ agentId: 'ada', scopes: ['s'], text: 'xylophonists', limit: 1 });
  return said.map(({ id }) => id);
}

const base64 = Buffer.from('a Xylophonist').toString('base64');
const texts = Array.from({ length: 500 }, (_, at) => {
  // Of all sizes: within a page, and over several, so that rows move between pages meanwhile.
  const filler = 'filler '.repeat(at % 9 === 0 ? 900 : (at * 37) % 90);
  return `${filler} ${at === 250 ? `the Xylophonist, XYLOPHONISTS, ${base64}` : 'nobody'} ${filler}`;
});

it('[governed.33] finds one of 500 messages before, and after it was forgotten neither word, stem nor base64', async () => {
  const ids = await say(texts);
  const words = ['Xylophonist', 'xylophon', 'ylophonist'];
  expect(scan(words).length).toBeGreaterThan(3);
  expect(scan(['Xylophonist']).some((hit) => hit.endsWith('as base64, 2 before'))).toBe(true);
  await store.memories.forget([ids[250]!]);
  await until(() => scan(words).length === 0);
});

it('[governed.33] leaves nothing of many that went one by one, in any order', async () => {
  const rare = texts.map((text, at) => `${text} zq${at}yx`);
  const ids = await say(rare);
  const gone = ids.map((id, at) => ({ id, word: `zq${at}yx` })).filter((_, at) => (at * 7) % 11 < 4);
  expect(scan(['zq']).length).toBeGreaterThan(0);
  for (let at = 0; at < gone.length; at += 20)
    await store.memories.forget(gone.slice(at, at + 20).map(({ id }) => id));
  // One of each thousand is enough to look for while it waits, all of them at the end.
  await until(() => scan([gone[0]!.word, gone.at(-1)!.word]).length === 0);
  expect(scan(gone.map(({ word }) => word).filter((_, at) => at % 12 === 0))).toEqual([]);
});

it('[governed.33] takes it out of the log of a hub that is never at rest, too', async () => {
  const [id] = await say(['the Xylophonist']);
  await store.memories.forget([id!]);
  let stopped = false;
  const busy = (async () => {
    while (!stopped) {
      await store.notes.put('busy', Date.now());
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  await until(() => scan(['xylophonist']).length === 0).finally(() => {
    stopped = true;
  });
  await busy;
});
