import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CountedCache } from '../../src/store/libsql/counted-cache.js';
import { Database } from '../../src/store/libsql/database.js';
import { Names } from '../../src/store/libsql/names.js';
import { migrate } from '../../src/store/libsql/schema.js';
import type { Connection } from '../../src/store/mongodb/connection.js';
import { Embedders } from '../../src/store/mongodb/embedders.js';
import type { Marks } from '../../src/store/mongodb/marks.js';
import { MongoOutbox } from '../../src/store/mongodb/outbox.js';
import type { Reads } from '../../src/store/mongodb/reads.js';
import { RoomAgents } from '../../src/store/mongodb/room-agents.js';
import type { RoomLog } from '../../src/store/mongodb/room-log.js';
import { held, names } from './held.js';

describe('a cache of what grows in place (src/store/libsql/counted-cache.ts)', () => {
  const grown = (size: number) => ({ size });

  it('holds no more than it may, however its values have grown', () => {
    const dropped: unknown[] = [];
    const cache = new CountedCache<{ size: number }>(100, (value) => dropped.push(value));
    const values = names('room', 20).map((name) => ({ name, value: grown(1) }));
    for (const { name, value } of values) cache.keep(name, value);
    for (let round = 0; round < 50; round++) {
      for (const { name, value } of values) {
        if (!cache.get(name)) continue;
        value.size += 1;
        cache.changed(name);
      }
      const inIt = values.filter(({ name }) => cache.peek(name));
      expect(cache.held).toBe(inIt.reduce((sum, { value }) => sum + value.size, 0));
      expect(cache.held).toBeLessThanOrEqual(100);
      expect(inIt.length + dropped.length).toBe(values.length);
    }
  });

  it('drops what was used least, and what is larger than all of it', () => {
    const cache = new CountedCache<{ size: number }>(10);
    for (const name of ['a', 'b']) cache.keep(name, grown(5));
    cache.get('a');
    cache.keep('c', grown(5));
    expect(['a', 'b', 'c'].filter((name) => cache.peek(name))).toEqual(['a', 'c']);
    expect(cache.keep('a', grown(11))).toBe(false);
    expect([cache.peek('a'), cache.held]).toEqual([undefined, 5]);
    cache.clear();
    expect(cache.held).toBe(0);
  });
});

describe('the embedded store holds no more than', () => {
  it('10,000 numbers of rooms, and 10,000 of scopes (src/store/libsql/names.ts)', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'carrier-names-'));
    const db = new Database(join(folder, 'carrier.db'));
    try {
      migrate(db);
      let asked = 0;
      const counted = {
        prepare(sql: string) {
          const statement = db.prepare(sql);
          const value = (...given: string[]) => {
            asked++;
            return statement.value(...given);
          };
          return { run: (...given: string[]) => statement.run(...given), value };
        },
      } as unknown as Database;
      const numbers = new Names(counted);
      const all = names('name', 10_200);
      db.transaction(() => {
        for (const name of all) numbers.roomOrNew(name);
        for (const name of all) numbers.scopeOrNew('ada', name);
      });
      expect(
        await held(
          all,
          (name) => numbers.room(name),
          () => asked,
        ),
      ).toBe(10_000);
      expect(
        await held(
          all,
          (name) => numbers.scope('ada', name),
          () => asked,
        ),
      ).toBe(10_000);
    } finally {
      db.close();
      rmSync(folder, { recursive: true });
    }
  });
});

describe('the store on MongoDB holds no more than', () => {
  const run = (work: () => unknown) => work();

  it('10,000 rooms’ agents (src/store/mongodb/room-agents.ts)', () => {
    const agents = new RoomAgents(true);
    for (const roomId of names('room', 10_200)) agents.saw([{ agentId: 'ada', roomId }]);
    expect(agents.size).toBe(10_000);
  });

  it('10,000 places of undelivered replies (src/store/mongodb/outbox.ts)', async () => {
    const all = names('reply', 10_200);
    let asked = 0;
    const entry = (id: string) => ({
      ...{ _id: id, agentId: 'ada', roomId: 'room', scope: 'shared_1', kind: 'message', role: 'assistant' },
      ...{ ingest: id, status: 'kept', turnId: 'turn', createdAt: 0 },
      outbox: { id, memory: '{}', to: {}, answers: [] },
    });
    const log = {
      memories: {
        async findOne() {
          asked++;
          return null;
        },
      },
      agents: new RoomAgents(false),
      update: async () => {},
    } as unknown as RoomLog;
    const connection = { run } as unknown as Connection;
    const reads = { rows: async () => all.map(entry) } as unknown as Reads;
    const marks = { all: async () => {}, ofRoom: async () => {} } as unknown as Marks;
    const outbox = new MongoOutbox(connection, log, marks, reads);
    await outbox.due('room', all.length);
    expect(
      await held(
        all,
        (id) => outbox.delivered(id, {}),
        () => asked,
      ),
    ).toBe(10_000);
  });

  it('100 embedders (src/store/mongodb/embedders.ts)', async () => {
    let asked = 0;
    const findOne = async () => {
      asked++;
      return { dimensions: 3 };
    };
    const connection = { run, collection: () => ({ findOne }) } as unknown as Connection;
    const embedders = new Embedders(connection, null);
    const all = names('embedder', 120);
    for (const name of all) await embedders.known(name, 3);
    expect(
      await held(
        all,
        (name) => embedders.known(name, 3),
        () => asked,
      ),
    ).toBe(100);
  });
});
