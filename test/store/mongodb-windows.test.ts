/** What a process holds of recent history: how much, what it asks for, and that older hubs' changes are seen. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/logger.js';
import { archive } from '../../src/store/mongodb/archive.js';
import { Connection } from '../../src/store/mongodb/connection.js';
import { documentOf } from '../../src/store/mongodb/documents.js';
import { Reads } from '../../src/store/mongodb/reads.js';
import { openMongoStore } from '../../src/store/mongodb/store.js';
import { Windows } from '../../src/store/mongodb/windows.js';
import type { Store } from '../../src/store/store.js';
import { commitAll, kept, message, texts } from '../contract/store/samples.js';
import { type RunningMongoServer, startMongoServer } from '../servers/mongodb/launch.js';
import { unpackOldHub } from '../upgrades/old-hub.js';

const log = createLogger('silent');

describe('windows of recent history', () => {
  let server: RunningMongoServer;
  let client: MongoClient;
  let store: Store;
  let database = '';
  let databases = 0;
  /** How many whole documents each answer brought. */
  let answers: { name: string; documents: number }[] = [];

  beforeAll(async () => {
    server = await startMongoServer({ replicaSet: 'rs0', search: false });
    client = await new MongoClient(server.url).connect();
  });
  afterAll(async () => {
    await client?.close();
    await server?.stop();
  });
  beforeEach(async () => {
    database = `windows_${databases++}`;
    answers = [];
    store = await openMongoStore({
      ...{ url: server.url, database, log },
      onAnswer: (event) => {
        if (!('reply' in event)) return;
        const batch = (event.reply as { cursor?: { firstBatch?: unknown[] } }).cursor?.firstBatch ?? [];
        const documents = batch.filter((row) => (row as { content?: unknown }).content !== undefined).length;
        answers.push({ name: event.commandName, documents });
      },
    });
    return () => store.close();
  });

  const recent = async (limit = 40) => texts(await store.memories.recent('room', limit));
  const turn = async (text: string, by = store) => {
    await by.memories.append(message({ text }));
    await commitAll(by);
  };

  it('are read in one round trip, without a memory that is known here', async () => {
    for (let n = 0; n < 30; n++) await turn(`n${n}`);
    expect(await recent()).toHaveLength(40);
    for (let n = 30; n < 33; n++) {
      await store.memories.append(message({ text: `n${n}` }));
      answers = [];
      await store.turns.claim('room', 50);
      expect(answers).toEqual([{ name: 'aggregate', documents: 1 }]);
      answers = [];
      expect(await recent()).toHaveLength(40);
      expect(answers).toEqual([{ name: 'aggregate', documents: 0 }]);
      await commitAll(store);
    }
  });

  it('bring only what others have added, in the same round trip', async () => {
    for (let n = 0; n < 30; n++) await turn(`n${n}`);
    await recent();
    const other = await openMongoStore({ url: server.url, database, log });
    await turn('elsewhere', other);
    await other.close();
    answers = [];
    expect((await recent()).slice(-2)).toEqual(['elsewhere', 'reply to elsewhere']);
    expect(answers).toEqual([{ name: 'aggregate', documents: 2 }]);
  });

  it('see what an archive run has moved', async () => {
    const old = kept('old', { id: '0000000a-0001-7000-8000-000000000000', createdAt: 42_949_000 });
    await store.memories.append(old);
    await turn('new');
    expect(await recent()).toEqual(['old', 'new', 'reply to new']);
    expect(await archive({ before: Date.now() - 60_000 }, { url: server.url, database })).toBe(1);
    expect(await recent()).toEqual(['new', 'reply to new']);
  });

  it('hold so many memories and no more, and nothing that is gone', async () => {
    const connection = await Connection.open({ url: server.url, database });
    const windows = new Windows(new Reads(connection, { unions: true }), { most: 100 });
    const read = (roomId: string) =>
      windows.recent({ name: roomId, match: { roomId, kind: 'message' }, limit: 10 });
    for (let room = 0; room < 30; room++)
      await Promise.all(
        Array.from({ length: 10 }, () => store.memories.append(kept('x', { roomId: `room ${room}` }))),
      );
    for (let room = 0; room < 30; room++) {
      expect(await read(`room ${room}`)).toHaveLength(10);
      expect(windows.held).toBeLessThanOrEqual(100);
    }
    expect(windows.held).toBeGreaterThan(80);
    const long = kept('y'.repeat(200_000), { roomId: 'long' });
    await store.memories.append(long);
    expect(await read('long')).toHaveLength(1);
    expect(windows.held).toBeLessThanOrEqual(100);

    const before = windows.held;
    const claimed = kept('claimed', { roomId: 'room 29' });
    windows.add('room 29', [documentOf(claimed)]);
    expect(windows.held).toBe(before + 1);
    const gone = await read('room 29');
    await store.memories.forget(gone.map(({ id }) => id));
    expect(await read('room 29')).toEqual([]);
    expect(windows.held).toBe(before - gone.length);
    await connection.close();
  });

  it('are read although one that is read in the same round trip cannot be', async () => {
    for (const roomId of ['room', 'spoilt']) await store.memories.append(kept('said', { roomId }));
    const both = () => ['room', 'spoilt'].map((roomId) => store.memories.recent(roomId, 5));
    expect((await Promise.all(both())).map((found) => texts(found))).toEqual([['said'], ['said']]);
    // A mark that is no text: its line cannot be made.
    await client
      .db(database)
      .collection('memories')
      .updateOne({ roomId: 'spoilt' }, { $set: { 'has.text': 5 } });
    const [room, spoilt] = await Promise.allSettled(both());
    expect(room).toMatchObject({ status: 'fulfilled', value: [{ content: { text: 'said' } }] });
    expect(spoilt).toMatchObject({ status: 'rejected', reason: { code: 'internal' } });
  });

  describe('beside a hub of commit b8ee1ad', () => {
    let folder = '';
    let old: Store;
    let open: typeof openMongoStore;
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'carrier-old-'));
      unpackOldHub(folder);
      open = (await import(join(folder, 'dist/src/store/mongodb/store.js'))).openMongoStore;
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
    beforeEach(async () => {
      old = await open({ url: server.url, database, log });
      return () => old.close();
    });

    it('show what it edits, adds and forgets, before and after vectors are made', async () => {
      await turn('abc');
      await turn('def', old);
      const [first, reply] = await store.memories.recent('room', 40);
      const fact = kept('xyz', { kind: 'fact' });
      await store.memories.append(fact);
      const facts = async () => texts(await store.memories.facts('ada', ['s'], 5));
      expect(await facts()).toEqual(['xyz']);
      for (const embed of [false, true, false]) {
        for (const text of ['cba', 'bca']) {
          for (const { id } of [first!, reply!, fact]) await old.memories.edit(id, text);
          if (embed) {
            const lacking = await old.memories.unembedded('e', 10);
            const vectors = lacking.map(({ id }) => ({ id, values: new Float32Array([1, 0]) }));
            await old.memories.saveEmbeddings('e', vectors);
          }
          expect(await recent()).toEqual([text, text, 'def', 'reply to def']);
          expect(await facts()).toEqual([text]);
          expect((await store.memories.recent('room', 40))[1]).toEqual(await store.memories.get(reply!.id));
        }
        await store.memories.edit(first!.id, 'abc');
        expect(await recent()).toEqual(['abc', 'bca', 'def', 'reply to def']);
      }
      await old.memories.forget([reply!.id, fact.id]);
      expect(await recent()).toEqual(['abc', 'def', 'reply to def']);
      expect(await facts()).toEqual([]);
    });

    it('let it find and embed what is marked here', async () => {
      await turn('a parrot');
      const lacking = await old.memories.unembedded('e', 10);
      expect(lacking.map(({ text }) => text)).toEqual(['a parrot', 'reply to a parrot']);
      const search = { agentId: 'ada', scopes: ['s'], text: 'parrot', limit: 5 };
      expect(await old.memories.search(search)).toHaveLength(2);
    });
  });
});
