/** A search node behind its collection: what it still finds is matched again against what is there by now. */
import { type Collection, MongoClient } from 'mongodb';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { MemoryDocument } from '../../src/store/mongodb/documents.js';
import { openMongoStore } from '../../src/store/mongodb/store.js';
import type { SearchRequest } from '../../src/store/search.js';
import type { Store } from '../../src/store/store.js';
import { commitOf, message } from '../contract/store.js';
import { type RunningMongoServer, startMongoServer } from '../servers/mongodb/launch.js';
import { until } from '../support/until.js';

const embedder = 'openai:text-embedding-3-small';
const values = new Float32Array([1, 0.5]);

describe('search on MongoDB while the search node lags', () => {
  let server: RunningMongoServer;
  let client: MongoClient;
  let memories: Collection<MemoryDocument>;
  let store: Store;
  let bySearchNode = 0;
  const ready: string[] = [];

  beforeAll(async () => {
    server = await startMongoServer({ replicaSet: 'rs0', searchDelayMs: 0 });
    client = new MongoClient(server.url);
    memories = client.db('lag').collection('memories');
    const count = ({ msg, index }: { msg: string; index: string }) =>
      msg === 'search index is ready' && ready.push(index);
    store = await openMongoStore({
      ...{ url: server.url, database: 'lag' },
      log: pino({ level: 'info' }, { write: (line: string) => count(JSON.parse(line)) }),
      embedderHint: Promise.resolve({ id: embedder, dimensions: 2 }),
      onCommand: ({ command }) => {
        if (command.pipeline?.[0]?.$vectorSearch || command.pipeline?.[0]?.$search) bySearchNode++;
      },
    });
    await until(() => ready.length === 2);
  });
  afterAll(async () => {
    await store?.close();
    await client?.close();
    await server?.stop();
  });

  const request = (parts: Partial<SearchRequest>): SearchRequest => ({
    ...{ agentId: 'ada', scopes: ['s'], text: '', limit: 5 },
    ...parts,
  });
  const ways: [string, Partial<SearchRequest>][] = [
    ['words', { text: 'parrots' }],
    ['meaning', { vector: { embedder, values } }],
    ['both, in one command', { text: 'parrots', vector: { embedder, values } }],
  ];
  const found = async (parts: Partial<SearchRequest>) =>
    (await store.memories.search(request(parts))).map(({ memory }) => memory.content.text);

  let id: string;
  beforeEach(async () => {
    await server.control.searchLag(0);
    await memories.deleteMany({});
    await store.memories.append(message({ text: 'the parrot that stays', status: 'kept' }));
    const changed = message({ text: 'the parrot that changes', status: 'kept' });
    id = (await store.memories.append(changed)).memory.id;
    const asked = message({ text: 'a question' });
    await store.memories.append(asked);
    const commit = commitOf([asked], { text: 'a parrot in a reply' });
    await store.turns.commit(commit);
    // What a delivery works on gets no vector yet.
    const [due] = await store.outbox.due(asked.roomId, 1);
    await store.outbox.delivered(due!.id, {});
    const all = await store.memories.unembedded(embedder, 10);
    await store.memories.saveEmbeddings(
      embedder,
      all.filter(({ text }) => text.includes('parrot')).map((one) => ({ id: one.id, values })),
    );
    for (const [, parts] of ways) expect(await found(parts)).toHaveLength(3);
    await server.control.searchLag(Number.POSITIVE_INFINITY);
  });

  /** What becomes of it, and what may still be found. */
  const reply = 'a parrot in a reply';
  const changes: [string, () => Promise<unknown>, string[]][] = [
    ['a memory is forgotten', () => store.memories.forget([id]), [reply]],
    [
      'a reply is forgotten, whose turn stays',
      async () => {
        const [{ _id }] = (await memories.find({ 'content.text': reply }).toArray()) as [MemoryDocument];
        await store.memories.forget([_id]);
      },
      ['the parrot that changes'],
    ],
    ['it is another scope’s', () => memories.updateOne({ _id: id }, { $set: { scope: 'other' } }), [reply]],
    ['it is another agent’s', () => memories.updateOne({ _id: id }, { $set: { agentId: 'bob' } }), [reply]],
    ['it waits again', () => memories.updateOne({ _id: id }, { $set: { status: 'pending' } }), [reply]],
    ['it got another text', () => store.memories.edit(id, 'about something else'), [reply]],
    ['its text was emptied', () => store.memories.edit(id, ''), [reply]],
  ];
  for (const [what, change, others] of changes) {
    for (const [way, parts] of ways) {
      it(`[mongodb.5] leaves out, by ${way}, what is found although ${what}`, async () => {
        await change();
        bySearchNode = 0;
        expect((await found(parts)).sort()).toEqual([...others, 'the parrot that stays'].sort());
        expect(bySearchNode).toBe(1);
      });
    }
  }

  it('[mongodb.5] finds an edited memory again when the search node has caught up', async () => {
    await store.memories.edit(id, 'a hamster');
    await server.control.searchLag(0);
    expect(await found({ text: 'hamsters' })).toEqual(['a hamster']);
    expect(await found({ text: 'parrots' })).toHaveLength(2);
  });
});
