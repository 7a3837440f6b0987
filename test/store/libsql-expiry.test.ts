/** What expires goes in small steps, each on what is so when it is taken. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Database } from '../../src/store/libsql/database.js';
import { MemoryTable } from '../../src/store/libsql/memory-table.js';
import { openLibsqlStore } from '../../src/store/libsql/store.js';
import { commitOf, message } from '../contract/store.js';
import { log, temporaryFolder } from './folder.js';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

describe('expiry in the libsql store', () => {
  const open = () => openLibsqlStore({ dataDir: folder.path, log });

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
});
