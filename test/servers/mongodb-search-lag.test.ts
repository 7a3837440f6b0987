/** The test server's search node: behind its collection, as mongot is, and managed apart from it. */
import { type Collection, type Document, MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningMongoServer, startMongoServer } from './mongodb/launch.js';

const words = { mappings: { fields: { text: { type: 'string' }, agent: { type: 'token' } } } };
const vectors = {
  fields: [
    { type: 'vector', path: 'vector', numDimensions: 2, similarity: 'cosine' },
    { type: 'filter', path: 'agent' },
  ],
};

describe('a search node that lags', () => {
  let server: RunningMongoServer;
  let client: MongoClient;
  let things: Collection<{ _id: number } & Document>;

  beforeAll(async () => {
    server = await startMongoServer({ searchDelayMs: 0, searchIndexes: 3 });
    client = await new MongoClient(server.url).connect();
    things = client.db('test').collection('things');
  });
  afterAll(async () => {
    await client?.close();
    await server?.stop();
  });
  beforeEach(async () => {
    await server.control.searchLag(0);
    await server.control.searchManagement(0);
    await things.drop().catch(() => {});
    await things.insertMany(
      [1, 2, 3].map((_id) => ({ _id, text: 'cat', agent: 'a', vector: [1, _id / 10] })),
    );
    await things.createSearchIndexes([
      { name: 'words', type: 'search', definition: words },
      { name: 'vectors', type: 'vectorSearch', definition: vectors },
    ]);
  });

  const byWords = (query: string) =>
    things.aggregate([{ $search: { index: 'words', text: { query, path: 'text' } } }]).toArray();
  const byVector = () =>
    things
      .aggregate([
        {
          $vectorSearch: {
            ...{ index: 'vectors', path: 'vector', queryVector: [1, 0], numCandidates: 10, limit: 10 },
            filter: { agent: 'a' },
          },
        },
      ])
      .toArray();
  const idsOf = (found: Document[]) => found.map(({ _id }) => _id).sort();

  it('finds what was edited as it was, gives it as it is, and leaves out what is gone', async () => {
    await server.control.searchLag(Number.POSITIVE_INFINITY);
    await things.updateOne({ _id: 1 }, { $set: { text: 'dog', agent: 'b' } });
    await things.deleteOne({ _id: 2 });
    await things.insertOne({ _id: 4, text: 'cat', agent: 'a', vector: [1, 0] });
    for (const found of [await byWords('cat'), await byVector()]) {
      expect(idsOf(found)).toEqual([1, 3]);
      expect(found.find(({ _id }) => _id === 1)).toMatchObject({ text: 'dog', agent: 'b' });
    }
    expect(await byWords('dog')).toEqual([]);
    await server.control.searchLag(0);
    expect(idsOf(await byWords('cat'))).toEqual([3, 4]);
    expect(idsOf(await byWords('dog'))).toEqual([1]);
    expect(idsOf(await byVector())).toEqual([3, 4]);
  });

  it('takes in a change when its time has come', async () => {
    await server.control.searchLag(300);
    await things.deleteOne({ _id: 1 });
    await things.insertOne({ _id: 5, text: 'cat', agent: 'a', vector: [1, 0] });
    await expect.poll(async () => idsOf(await byWords('cat')), { timeout: 5_000 }).toEqual([2, 3, 5]);
  });

  it('refuses more indexes than the cluster allows, as Atlas does', async () => {
    const more = (name: string) => things.createSearchIndex({ name, type: 'search', definition: words });
    await more('third');
    await expect(more('fourth')).rejects.toMatchObject({
      code: 20,
      codeName: 'IllegalOperation',
      message: 'The maximum number of FTS indexes has been reached for this instance size.',
    });
    // What is there already is no other index.
    await more('third');
  });

  it('searches on while its indexes cannot be managed', async () => {
    for (const code of [125, 59, 13]) {
      await server.control.searchManagement(code);
      await expect(things.listSearchIndexes().toArray()).rejects.toMatchObject({ code });
      await expect(things.createSearchIndex({ definition: words })).rejects.toMatchObject({ code });
      await expect(things.dropSearchIndex('words')).rejects.toMatchObject({ code });
      expect(idsOf(await byWords('cat'))).toEqual([1, 2, 3]);
    }
  });
});
