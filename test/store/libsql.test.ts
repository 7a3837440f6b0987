import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Database } from '../../src/store/libsql/database.js';
import { MemoryTable } from '../../src/store/libsql/memory-table.js';
import { openLibsqlStore } from '../../src/store/libsql/store.js';
import { commitOf, message, storeContract } from '../contract/store.js';
import { log, temporaryFolder } from './folder.js';

storeContract('libsql', async () => {
  const data = temporaryFolder();
  const open = () => openLibsqlStore({ dataDir: data.path, log });
  let store = await open();
  return {
    store,
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

  it('gets past thousands that are older and stay', async () => {
    const store = await open();
    const ages = Array.from({ length: 5_000 }, (_, i) => i);
    const parts = { agentId: 'bob', scope: 'bobs', roomId: 'bobs', status: 'kept' as const };
    await Promise.all(ages.map((age) => store.memories.append(message({ ...parts, createdAt: age >> 3 }))));
    for (const createdAt of [3, 100_000, 100_001])
      await store.memories.append(message({ createdAt, status: 'kept' }));
    let total = 0;
    let calls = 0;
    for (let cursor: string | null | undefined; cursor !== null; calls++) {
      const request = { agentId: 'ada', before: 100_001, kinds: ['message' as const], limit: 1, cursor };
      const { count, nextCursor } = await store.memories.expire(request);
      total += count;
      cursor = nextCursor;
    }
    expect(total).toBe(2);
    expect(calls).toBeGreaterThan(2);
    expect(await store.memories.count('bob', ['bobs'])).toBe(5_000);
    expect((await store.memories.history('room', { limit: 5 })).items).toHaveLength(1);
    await expect(
      store.memories.expire({ agentId: 'ada', before: 1, kinds: [], limit: 1, cursor: 'made up' }),
    ).rejects.toMatchObject({ code: 'invalid_field' });
    await store.close();
  });

  it('looks at what expires a few times, however much it is', async () => {
    const store = await open();
    const old = Array.from({ length: 2_500 }, (_, i) => message({ createdAt: i >> 2, status: 'kept' }));
    const waiting = message({ createdAt: 5 });
    await Promise.all([waiting, ...old].map((memory) => store.memories.append(memory)));
    const looks = vi.spyOn(MemoryTable.prototype, 'aged');
    let total = 0;
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const request = { agentId: 'ada', before: 1_000, kinds: ['message' as const], limit: 200, cursor };
      const { count, nextCursor } = await store.memories.expire(request);
      total += count;
      cursor = nextCursor;
    }
    expect(total).toBe(2_500);
    expect(looks.mock.calls.length).toBeLessThan(20);
    looks.mockRestore();
    expect((await store.turns.claim('room', 5)).messages.map(({ id }) => id)).toEqual([waiting.id]);
    expect(await store.memories.count('ada', ['s'])).toBe(1);
    await store.close();
  });

  it('keeps what was asked for again while the rest of it expires', async () => {
    const store = await open();
    const old = Array.from({ length: 60 }, (_, i) => message({ createdAt: i }));
    for (const memory of old) await store.memories.append(memory);
    const failed = commitOf(old, { status: 'failed' });
    await store.turns.commit({ ...failed, reply: null, outbound: null });
    const request = { agentId: 'ada', before: 1_000, kinds: ['message' as const], limit: 200 };
    const expired = store.memories.expire(request);
    // Between two of its removals, or before the first one.
    await store.ping();
    expect(await store.turns.reopen(failed.turn.turnId)).toBe(true);
    const { count } = await expired;
    const { messages } = await store.turns.claim('room', 100);
    expect(messages).toHaveLength(60 - count);
    expect(count).toBeLessThan(60);
    await store.close();
  });

  it('drops replies that were given up and stand nowhere else, in their time', async () => {
    const store = await open();
    const asked = message();
    await store.memories.append(asked);
    const notice = commitOf([asked]);
    await store.turns.commit({ ...notice, reply: null });
    await store.outbox.failed(notice.outbound!.id, { code: 'delivery_failed', message: 'no' }, null);
    const files = () => readdirSync(folder.path).map((file) => readFileSync(join(folder.path, file)));
    const inFiles = () => files().some((bytes) => bytes.includes(notice.outbound!.memory.content.text));
    expect(inFiles()).toBe(true);
    const rowsAfter = async (before: number) => {
      await store.memories.expire({ agentId: 'ada', before, kinds: ['message'], limit: 5 });
      const db = new Database(join(folder.path, 'carrier.db'));
      const count = db.prepare('select count(*) from outbox').value();
      db.close();
      return count;
    };
    expect(await rowsAfter(notice.outbound!.createdAt)).toBe(1);
    expect(await rowsAfter(notice.outbound!.createdAt + 1)).toBe(0);
    await vi.waitFor(() => expect(inFiles()).toBe(false), { timeout: 5_000, interval: 50 });
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
