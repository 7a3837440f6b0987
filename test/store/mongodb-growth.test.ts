/** What keeps a large store usable: archived months, a retention, a changed embedder. */
import { type Db, type Document, MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Memory } from '../../src/core/memory.js';
import { createLogger } from '../../src/logger.js';
import { archive as archiveBefore } from '../../src/store/mongodb/archive.js';
import { openMongoStore } from '../../src/store/mongodb/store.js';
import type { Store } from '../../src/store/store.js';
import { allPages } from '../contract/store/subject.js';
import { commitOf, message } from '../contract/store.js';
import { type RunningMongoServer, startMongoServer } from '../servers/mongodb/launch.js';

const log = createLogger('silent');

describe('a MongoDB store that grows', () => {
  let server: RunningMongoServer;
  let client: MongoClient;
  let db: Db;
  let store: Store;
  let runs = 0;

  const options = () => ({ url: server.url, database: db.databaseName, log });
  beforeAll(async () => {
    server = await startMongoServer({ replicaSet: 'rs0', search: false, ttlSeconds: 3_600 });
    client = await new MongoClient(server.url).connect();
  });
  afterAll(async () => {
    await client?.close();
    await server?.stop();
  });
  beforeEach(async () => {
    db = client.db(`growth_${runs++}`);
    store = await openMongoStore(options());
    return () => store.close();
  });

  /** A message as old as the id says. */
  const old = (text: string, more: Partial<Memory> = {}) => {
    const id = `0000000a-${String(texts.push(text)).padStart(4, '0')}-7000-8000-000000000000`;
    return message({
      text,
      ...more,
      id,
      source: { ...message().source, messageId: id },
      createdAt: 42_949_000,
    });
  };
  const texts: string[] = [];
  const now = Date.now();
  const archive = () => archiveBefore({ before: now - 60_000 }, options());
  const left = async () =>
    (await store.memories.history('room', { limit: 50 })).items.map(({ content }) => content.text);
  const archived = async () =>
    (await db.collection('archive').find().toArray()).map(({ content }) => content?.text);

  describe('and archives', () => {
    it('moves finished messages of old months, and nothing that waits or is recalled', async () => {
      await store.memories.append(old('said', { status: 'kept' }));
      await store.memories.append(old('a fact', { status: 'kept', kind: 'fact' }));
      await store.memories.append(old('waits'));
      await store.memories.append(message({ text: 'new', status: 'kept' }));
      expect(await archive()).toBe(1);
      expect(await archive()).toBe(0);
      expect(await left()).toEqual(['waits', 'new']);
      expect(await archived()).toEqual(['said']);
      expect(await db.collection('archive').findOne()).toMatchObject({ month: '1970-01' });
      expect(await store.memories.facts('ada', ['s'], 5)).toHaveLength(1);
    });

    it('moves no reply before it is delivered', async () => {
      const asked = old('asked');
      await store.memories.append(asked);
      const commit = commitOf([asked]);
      commit.reply!.id = commit.turn.replyId = commit.outbound!.memory.id = old('reply').id;
      await store.turns.commit(commit);
      await store.turns.claim('room', 1);
      expect(await archive()).toBe(1);
      expect(await left()).toEqual(['reply to asked']);
      await store.outbox.delivered(commit.outbound!.id, {});
      expect(await archive()).toBe(1);
      expect(await left()).toEqual([]);
    });

    it('finds what a person said there too, and the replies to that, and moves no dead letter', async () => {
      const asked = old('asked', { source: message().source });
      await store.memories.append(asked);
      const commit = commitOf([asked]);
      commit.reply!.content.replyTo = asked.id;
      await store.turns.commit(commit);
      await store.turns.claim('room', 1);
      const other = old('given up');
      await store.memories.append(other);
      const dead = commitOf([other]);
      dead.reply!.id = dead.turn.replyId = dead.outbound!.memory.id = old('dead letter').id;
      await store.turns.commit(dead);
      await store.turns.claim('room', 1);
      await store.outbox.failed(dead.outbound!.id, { code: 'delivery_failed', message: 'no' }, null);
      expect(await archive()).toBe(2);
      expect((await archived()).sort()).toEqual(['asked', 'given up']);
      const person = { connector: 'http', tenant: 'default', userId: 'u1' };
      const { items } = await allPages((page) => store.memories.ofPerson(person, page));
      // Its reply lies with what is at hand, what it answers in the archive.
      const said = items.map(({ content }) => content.text);
      expect(said.slice(-2)).toEqual(['asked', 'given up']);
      expect(said).toContain('reply to asked');
      expect(await store.outbox.retry(dead.outbound!.id)).toBe(true);
    });

    it('forgets what is archived too', async () => {
      const said = old('a secret', { status: 'kept' });
      await store.memories.append(said);
      await archive();
      expect(await store.memories.forget([said.id])).toBe(1);
      expect(await archived()).toEqual([]);
    });

    it('goes on where it was cut off, and keeps no copy of what was forgotten meanwhile', async () => {
      const [copied, forgotten] = [old('copied', { status: 'kept' }), old('forgotten', { status: 'kept' })];
      for (const memory of [copied, forgotten]) await store.memories.append(memory);
      // As a run leaves it that dies right after copying: what was forgotten in between is in the copy alone.
      const documents = await db.collection('memories').find().toArray();
      await store.memories.forget([forgotten.id]);
      await db.collection('archive').insertMany(documents.map((document) => ({ ...document, moving: true })));
      expect(await archive()).toBe(1);
      expect(await left()).toEqual([]);
      expect(await archived()).toEqual(['copied']);
      expect(await db.collection('archive').countDocuments({ moving: true })).toBe(0);
    });
  });

  describe('and keeps things for a time only', () => {
    const expire = () =>
      store.memories.expire({ agentId: 'ada', before: now, kinds: ['message', 'summary'], limit: 100 });

    it('has TTL indexes on what expires, and none of age before something does', async () => {
      const indexes = async (name: string) =>
        (await db.collection(name).listIndexes().toArray()) as Document[];
      for (const name of ['memories', 'archive']) {
        expect((await indexes(name)).find(({ key }) => key.expiresAt)).toMatchObject({
          key: { expiresAt: 1 },
          expireAfterSeconds: 0,
          partialFilterExpression: { expiresAt: { $exists: true } },
        });
        expect((await indexes(name)).some(({ name: index }) => index === 'age')).toBe(false);
      }
      await expire();
      for (const name of ['memories', 'archive'])
        expect((await indexes(name)).some(({ name: index }) => index === 'age')).toBe(true);
    });

    it('dates what has expired, in the archive too, and leaves what waits and what was given to be kept', async () => {
      await store.memories.append(old('archived', { status: 'kept' }));
      await archive();
      await store.memories.append(old('said', { status: 'kept' }));
      await store.memories.append(old('a fact', { status: 'kept', kind: 'fact' }));
      await store.memories.append(old('waits'));
      expect(await expire()).toEqual({ count: 2, nextCursor: null });
      expect(await expire()).toEqual({ count: 0, nextCursor: null });
      const dated = async (name: string) =>
        (
          await db
            .collection(name)
            .find({ expiresAt: { $type: 'date' } })
            .toArray()
        ).map(({ content }) => content.text);
      expect(await dated('memories')).toEqual(['said']);
      expect(await dated('archive')).toEqual(['archived']);
    });
  });

  it('re-embeds in the background while the old vectors are searched', async () => {
    const search = (embedder: string, values: number[]) =>
      store.memories.search({
        ...{ agentId: 'ada', scopes: ['s'], text: '', limit: 10 },
        vector: { embedder, values: new Float32Array(values) },
      });
    const embedSome = async (embedder: string, values: number[], limit: number) => {
      const some = await store.memories.unembedded(embedder, limit);
      await store.memories.saveEmbeddings(
        embedder,
        some.map(({ id }) => ({ id, values: new Float32Array(values) })),
      );
      return some.length;
    };
    for (let i = 0; i < 10; i++) await store.memories.append(message({ text: `m${i}`, status: 'kept' }));
    await embedSome('old/model:1', [1, 0], 10);
    for (let done = 0; done < 10; done += 3) {
      expect(await search('old/model:1', [1, 0])).toHaveLength(10);
      // Of the same length, and yet never compared with the other's.
      expect(await search('new.model', [1, 0])).toHaveLength(done);
      expect(await embedSome('new.model', [1, 0], 3)).toBe(Math.min(3, 10 - done));
    }
    expect(await store.memories.unembedded('new.model', 5)).toEqual([]);
    expect(await store.memories.unembedded('old/model:1', 5)).toEqual([]);
  });
});
