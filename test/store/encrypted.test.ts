/** The database file under a key: turned on, changed, turned off, lost. */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keyRingOf } from '../../src/encryption/key-ring.js';
import { noteAtRest, schemaAtRest } from '../../src/store/libsql/at-rest.js';
import { openLibsqlStore } from '../../src/store/libsql/store.js';
import { message } from '../contract/store.js';
import { log, temporaryFolder } from './folder.js';

const key = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;
const [one, two] = [key('one'), key('two')];
const word = 'xylophonist';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

/**
 * As another start of the program finds it: what was closed in this one keeps files open until its statements are collected,
 * so the next hub gets a folder of its own, with the same files.
 */
function restart() {
  const left = folder;
  folder = temporaryFolder();
  cpSync(left.path, folder.path, { recursive: true });
  left.remove();
}

const openHere = (keys?: string) => openLibsqlStore({ dataDir: folder.path, ring: keyRingOf(keys), log });

function open(keys?: string) {
  restart();
  return openHere(keys);
}

const file = (name: string) => join(folder.path, name);

/** Files in which the text is, in the clear. */
function having(text: string): string[] {
  return readdirSync(folder.path).filter(
    (name) => name !== 'hub.lock' && readFileSync(file(name)).includes(text),
  );
}

async function say(keys?: string, count = 20) {
  const store = await open(keys);
  const said = Array.from({ length: count }, (_, i) => message({ text: `${word} ${i}`, status: 'kept' }));
  for (const one of said) await store.memories.append(one);
  await store.notes.put('a note', word);
  return { store, said };
}

async function expectAll(keys: string | undefined, ids: string[]) {
  const store = await open(keys);
  for (const id of ids) expect((await store.memories.get(id))?.content.text).toContain(word);
  const found = await store.memories.search({ agentId: 'ada', scopes: ['s'], text: word, limit: 100 });
  expect(found).toHaveLength(ids.length);
  await store.close();
}

describe('an encrypted database', () => {
  it('has no word of it in its file or its log, while it runs and after', async () => {
    const { store, said } = await say(one);
    expect(readFileSync(file('carrier.db-wal')).length).toBeGreaterThan(0);
    expect(having(word)).toEqual([]);
    await store.close();
    expect(having(word)).toEqual([]);
    expect(having('SQLite format')).toEqual([]);
    await expectAll(
      one,
      said.map(({ id }) => id),
    );
  });

  it('is turned on, brought under another key, and turned off again, with all that is in it', async () => {
    const { store, said } = await say();
    const ids = said.map(({ id }) => id);
    await store.close();
    expect(having(word)).toEqual(['carrier.db']);
    const before = readdirSync(folder.path);
    await expectAll(one, ids);
    expect(having(word)).toEqual([]);
    await expectAll(`${two},${one}`, ids);
    // The former key may go.
    await expectAll(two, ids);
    expect(having(word)).toEqual([]);
    await expectAll(`off,${two}`, ids);
    expect(having(word)).toEqual(['carrier.db']);
    await expectAll(undefined, ids);
    expect(readdirSync(folder.path)).toEqual(before);
  });

  it('overwrites the former file', async () => {
    await (await say()).store.close();
    restart();
    const fd = openSync(file('carrier.db'), 'r');
    await (await openHere(one)).close();
    const bytes = Buffer.alloc(1 << 16);
    expect(readSync(fd, bytes, 0, bytes.length, 0)).toBeGreaterThan(4096);
    expect(bytes.every((byte) => byte === 0)).toBe(true);
    closeSync(fd);
  });

  it('leaves alone a backup that is a second name of the file', async () => {
    await (await say()).store.close();
    restart();
    linkSync(file('carrier.db'), file('backup.db'));
    await (await openHere(one)).close();
    expect(having(word)).toEqual(['backup.db']);
  });

  it('[governed.31] is refused without its key, with another key of that id, and with none, and stays as it is', async () => {
    const { store, said } = await say(one);
    await store.close();
    const asItIs = () => [
      readFileSync(file('carrier.db'), 'base64'),
      readFileSync(file('encryption.json'), 'utf8'),
      readdirSync(folder.path),
    ];
    const was = asItIs();
    const other = key('one');
    for (const [keys, problem] of [
      [undefined, /CARRIER_ENCRYPTION_KEYS is not set/],
      [two, /"one", which is not in/],
      [other, /another key of the id "one"/],
      [`off,${two}`, /"one", which is not in/],
    ] as const) {
      const refused = expect.objectContaining({
        ...{ code: 'config_invalid', field: 'CARRIER_ENCRYPTION_KEYS', retryable: false },
        message: expect.stringMatching(problem),
      });
      await expect(open(keys)).rejects.toThrow(refused);
      expect(() => schemaAtRest({ dataDir: folder.path, ring: keyRingOf(keys) })).toThrow(refused);
      expect(asItIs()).toEqual(was);
    }
    await expectAll(
      one,
      said.map(({ id }) => id),
    );
  });

  it('opens without `encryption.json`, by whichever key of the ring is its own, and by no other', async () => {
    const { store, said } = await say(one);
    await store.close();
    rmSync(file('encryption.json'));
    await expect(open()).rejects.toThrow(/is encrypted, or damaged, and CARRIER_ENCRYPTION_KEYS is not set/);
    await expect(open(two)).rejects.toThrow(/no key of CARRIER_ENCRYPTION_KEYS opens it/);
    writeFileSync(file('encryption.json'), 'half a li');
    await expectAll(
      `${two},${one}`,
      said.map(({ id }) => id),
    );
    expect(JSON.parse(readFileSync(file('encryption.json'), 'utf8')).key.id).toBe('two');
  });

  it('is read by those who are no hub, while one runs and after', async () => {
    const { store } = await say(one);
    const at = { dataDir: folder.path, ring: keyRingOf(one) };
    expect(noteAtRest(at, 'a note')).toBe(word);
    await store.close();
    const names = readdirSync(folder.path);
    expect(noteAtRest(at, 'a note')).toBe(word);
    expect(readdirSync(folder.path)).toEqual(names);
  });

  it('takes up a backup in the clear that was put in its place', async () => {
    const { store, said } = await say();
    await store.close();
    copyFileSync(file('carrier.db'), file('backup'));
    await (await open(one)).close();
    renameSync(file('backup'), file('carrier.db'));
    await expectAll(
      one,
      said.map(({ id }) => id),
    );
    expect(having(word)).toEqual([]);
  });

  it('[governed.30] removes what a change that was cut off left, wherever that was', async () => {
    const { store, said } = await say();
    const ids = said.map(({ id }) => id);
    await store.close();
    // Before its end: a piece of a copy. After the second name was given. After the swap.
    writeFileSync(file('carrier.db.copy'), `${word} half a copy`);
    await expectAll(undefined, ids);
    expect(existsSync(file('carrier.db.copy'))).toBe(false);
    restart();
    linkSync(file('carrier.db'), file('carrier.db.former'));
    await (await openHere()).close();
    await expectAll(undefined, ids);
    expect(existsSync(file('carrier.db.former'))).toBe(false);
    copyFileSync(file('carrier.db'), file('carrier.db.former'));
    await expectAll(one, ids);
    expect(having(word)).toEqual([]);
    expect(existsSync(file('carrier.db.former'))).toBe(false);
  });
});
