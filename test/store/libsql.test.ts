import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Database } from '../../src/store/libsql/database.js';
import { openLibsqlStore } from '../../src/store/libsql/store.js';
import { commitOf, message, storeContract } from '../contract/store.js';
import { log, temporaryFolder } from './folder.js';
import { tamperingLibsql } from './tampering.js';

storeContract('libsql', async () => {
  const data = temporaryFolder();
  const open = () => openLibsqlStore({ dataDir: data.path, log });
  let store = await open();
  return {
    store,
    tampering: tamperingLibsql(data.path),
    async reopen() {
      await store.close();
      store = await open();
      return store;
    },
    async dispose() {
      await store.close();
      data.remove();
    },
  };
});

/** As hubs up to commit b8ee1ad had it. */
const formerIndex = [
  `create virtual table terms using fts5 (
     words, content = '', contentless_delete = 1, tokenize = "ascii tokenchars '_'")`,
  'create virtual table vocabulary using fts5vocab(terms, row)',
];

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

describe('the libsql store', () => {
  const open = () => openLibsqlStore({ dataDir: folder.path, log });

  it('finishes what was begun before it closes, and leaves no log behind', async () => {
    const store = await open();
    const appended = Promise.all(Array.from({ length: 50 }, () => store.memories.append(message())));
    await store.close();
    await appended;
    const wal = readdirSync(folder.path).includes('carrier.db-wal')
      ? readFileSync(join(folder.path, 'carrier.db-wal'))
      : '';
    expect(wal).toHaveLength(0);
    const again = await open();
    expect((await again.turns.claim('room', 100)).messages).toHaveLength(50);
    await again.close();
  });

  it('sweeps notes whose time is over, while it rests', async () => {
    const store = await open();
    for (let i = 0; i < 450; i++) await store.notes.put(`passing ${i}`, i, { ttlMs: 1 });
    await store.notes.put('staying', 1);
    const file = new Database(join(folder.path, 'carrier.db'));
    const rows = file.prepare('select count(*) from notes');
    await vi.waitFor(
      async () => {
        await store.ping();
        expect(rows.value()).toBe(1);
      },
      { timeout: 10_000, interval: 100 },
    );
    file.close();
    expect(await store.notes.get('staying')).toBe(1);
    await store.close();
  });

  it('keeps one bad memory from failing its neighbours', async () => {
    const store = await open();
    const taken = message();
    await store.memories.append(taken);
    const results = await Promise.allSettled([
      store.memories.append(message({ roomId: 'a new room', scope: 'a new scope' })),
      store.memories.append(message({ id: taken.id })),
      store.memories.append(message({ roomId: 'a new room', scope: 'a new scope' })),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(results[1]).toMatchObject({ reason: { code: 'internal', retryable: false } });
    expect((await store.turns.claim('a new room', 5)).messages).toHaveLength(2);
    expect(await store.memories.count('ada', ['a new scope'])).toBe(2);
    await store.close();
  });

  it('takes what was forgotten out of the file, words and all', async () => {
    const store = await open();
    const secret = message({ text: 'xylophonist', status: 'kept' });
    await store.memories.append(secret);
    for (let i = 0; i < 200; i++)
      await store.memories.append(message({ text: `filler text ${i}`, status: 'kept' }));
    await store.memories.search({ agentId: 'ada', scopes: ['s'], text: 'xylophonist', limit: 1 });
    const inFiles = () =>
      readdirSync(folder.path).some((file) => {
        if (file === 'hub.lock') return false;
        const bytes = readFileSync(join(folder.path, file));
        // The stem, of which FTS5 may keep a part: neighbours in its sorted list share beginnings.
        return bytes.includes('xylophonist') || bytes.includes('ylophonist') || bytes.includes('lophon');
      });
    expect(inFiles()).toBe(true);
    await store.memories.forget([secret.id]);
    await vi.waitFor(() => expect(inFiles()).toBe(false), { timeout: 5_000, interval: 50 });
    await store.close();
  });

  it('takes the record of a turn along with the last of its messages', async () => {
    const store = await open();
    const asked = message();
    await store.memories.append(asked);
    const { turn, reply } = commitOf([asked]);
    await store.turns.commit({ turn, reply, outbound: null });
    await store.memories.forget([asked.id]);
    expect(await store.turns.get(turn.turnId)).toEqual(turn);
    await store.memories.forget([reply!.id]);
    expect(await store.turns.get(turn.turnId)).toBeNull();
    await store.close();
  });

  it('searches scopes of every size alike, while they grow and after a restart', async () => {
    let store = await open();
    const texts = Array.from({ length: 5_000 }, (_, i) => `word${i % 50} of memory ${i}`);
    const request = { agentId: 'ada', scopes: ['s'], text: 'word7 4507', limit: 3 };
    const found = async () => (await store.memories.search(request)).map(({ memory }) => memory.content.text);
    for (const [from, to, best] of [
      [0, 100, 'word7 of memory 57'],
      [100, 3_900, 'word7 of memory 3857'],
      [3_900, 5_000, 'word7 of memory 4507'],
    ] as const) {
      const added = texts.slice(from, to).map((text) => message({ text, status: 'kept' }));
      await Promise.all(added.map((memory) => store.memories.append(memory)));
      expect((await found())[0]).toBe(best);
    }
    const before = await found();
    await store.close();
    store = await open();
    expect(await found()).toEqual(before);
    await store.close();
  });

  it('finds in a large scope what was said, changed and forgotten just now', async () => {
    const store = await open();
    const filler = Array.from({ length: 4_100 }, (_, i) => message({ text: `filler ${i}`, status: 'kept' }));
    await Promise.all(filler.map((memory) => store.memories.append(memory)));
    const found = async (text: string) =>
      (await store.memories.search({ agentId: 'ada', scopes: ['s'], text, limit: 3 })).map(
        ({ memory }) => memory.content.text,
      );
    expect(await found('xylophone')).toEqual([]);
    const said = message({ text: 'a xylophone', status: 'kept' });
    await store.memories.append(said);
    expect(await found('xylophone')).toEqual(['a xylophone']);
    await store.memories.edit(said.id, 'a bassoon');
    expect(await found('xylophone')).toEqual([]);
    expect(await found('bassoon')).toEqual(['a bassoon']);
    const embedder = 'test';
    const vector = { embedder, values: new Float32Array([1, 0]) };
    const near = async () =>
      (await store.memories.search({ agentId: 'ada', scopes: ['s'], text: '', vector, limit: 3 })).map(
        ({ memory }) => memory.id,
      );
    expect(await near()).toEqual([]);
    await store.memories.saveEmbeddings(embedder, [
      { id: said.id, values: vector.values },
      { id: filler[5]!.id, values: new Float32Array([0.9, 0.1]) },
    ]);
    expect(await near()).toEqual([said.id, filler[5]!.id]);
    await store.memories.saveEmbeddings(embedder, [
      { id: filler[6]!.id, values: new Float32Array([0.8, 0.2]) },
    ]);
    expect(await near()).toEqual([said.id, filler[5]!.id, filler[6]!.id]);
    await store.memories.forget([said.id]);
    expect(await found('bassoon')).toEqual([]);
    expect(await near()).toEqual([filler[5]!.id, filler[6]!.id]);
    await store.close();
  });

  it('drops the index of words that former hubs made, and what was forgotten with it', async () => {
    await (await open()).close();
    const db = new Database(join(folder.path, 'carrier.db'));
    const tables = db.prepare(
      "select count(*) from sqlite_schema where name like 'terms%' or name = 'vocabulary'",
    );
    if (tables.value() === 0) for (const sql of formerIndex) db.exec(sql);
    const insert = db.prepare('insert into terms (rowid, words) values (?, ?)');
    db.transaction(() => {
      for (let i = 1; i <= 2_000; i++) insert.run(i, `1_xylophonist 1_word${i}`);
    });
    db.close();
    const store = await open();
    const again = new Database(join(folder.path, 'carrier.db'));
    const left = again.prepare(
      "select count(*) from sqlite_schema where name like 'terms%' or name = 'vocabulary'",
    );
    await vi.waitFor(() => expect(left.value()).toBe(0), { timeout: 5_000, interval: 50 });
    again.close();
    const inFiles = () =>
      readdirSync(folder.path).some(
        (file) => file !== 'hub.lock' && readFileSync(join(folder.path, file)).includes('xylophonist'),
      );
    await vi.waitFor(() => expect(inFiles()).toBe(false), { timeout: 5_000, interval: 50 });
    await store.close();
  });

  it('refuses a database of a newer hub, and says what to do', async () => {
    await (await open()).close();
    const db = new Database(join(folder.path, 'carrier.db'));
    db.exec('pragma user_version = 999');
    db.close();
    await expect(open()).rejects.toMatchObject({
      code: 'config_invalid',
      retryable: false,
      message: expect.stringContaining('CARRIER_DATA_DIR'),
    });
  });
});
