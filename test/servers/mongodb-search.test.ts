import { Binary, type Collection, type Document, MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningMongoServer, startMongoServer } from './mongodb/launch.js';

const READY = 400;

async function ready(collection: Collection<Document>, name: string): Promise<void> {
  await expect
    .poll(async () => (await collection.listSearchIndexes(name).toArray())[0], { timeout: 5000 })
    .toMatchObject({ status: 'READY', queryable: true });
}

describe('with a search node', () => {
  let server: RunningMongoServer;
  let client: MongoClient;
  let memories: Collection<Document>;

  const vectors = {
    name: 'vectors',
    type: 'vectorSearch',
    definition: {
      fields: [
        { type: 'vector', path: 'vector', numDimensions: 2, similarity: 'cosine' },
        { type: 'vector', path: 'flat', numDimensions: 2, similarity: 'euclidean' },
        { type: 'vector', path: 'dot', numDimensions: 2, similarity: 'dotProduct' },
        { type: 'filter', path: 'agent' },
        { type: 'filter', path: 'room' },
      ],
    },
  };
  const words = {
    name: 'words',
    type: 'search',
    definition: {
      mappings: {
        dynamic: false,
        fields: {
          text: { type: 'string', analyzer: 'lucene.english' },
          agent: { type: 'token' },
          at: { type: 'date' },
        },
      },
    },
  };

  beforeAll(async () => {
    server = await startMongoServer({ searchDelayMs: READY });
    client = await new MongoClient(server.url, { ignoreUndefined: true }).connect();
    memories = client.db('test').collection('memories');
    const rows: [number, number[] | Binary, string, string][] = [
      [1, [1, 0], 'a', 'The cat sat on the mat'],
      [2, [0, 1], 'a', 'Dogs were chasing cats'],
      [3, [-1, 0], 'b', 'A cat, a cat and another cat'],
      [4, Binary.fromFloat32Array(new Float32Array([1, 1])), 'b', 'Nothing of the kind'],
    ];
    await memories.insertMany(
      rows.map(([id, vector, agent, text]) => ({
        _id: id as never,
        ...{ vector, flat: vector, dot: vector, agent, text, room: id, at: new Date(id) },
      })),
    );
  });
  afterAll(async () => {
    await client?.close();
    await server?.stop();
  });

  const near = (stage: Document) =>
    memories
      .aggregate([
        {
          $vectorSearch: {
            index: 'vectors',
            path: 'vector',
            queryVector: [1, 0],
            numCandidates: 10,
            limit: 4,
            ...stage,
          },
        },
        { $project: { score: { $meta: 'vectorSearchScore' } } },
      ])
      .toArray();

  it('builds an index: PENDING, then READY; updated, it serves its old definition meanwhile', async () => {
    expect(await near({})).toEqual([]);
    expect(await memories.createSearchIndexes([vectors, words])).toEqual(['vectors', 'words']);
    const [pending] = await memories.listSearchIndexes('vectors').toArray();
    expect(pending).toMatchObject({ type: 'vectorSearch', status: 'PENDING', queryable: false });
    await expect(near({})).rejects.toMatchObject({
      code: 8,
      message: expect.stringContaining('INITIAL_SYNC'),
    });
    await ready(memories, 'vectors');
    await ready(memories, 'words');

    const extra = { fields: [...vectors.definition.fields, { type: 'filter', path: 'kind' }] };
    await memories.updateSearchIndex('vectors', extra);
    expect((await memories.listSearchIndexes('vectors').toArray())[0]).toMatchObject({
      status: 'BUILDING',
      queryable: true,
      latestDefinition: extra,
    });
    await expect(near({ filter: { kind: 'x' } })).rejects.toMatchObject({ code: 8 });
    await ready(memories, 'vectors');
    expect(await near({ filter: { kind: 'x' } })).toEqual([]);

    await expect(
      memories.createSearchIndex({ ...vectors, definition: words.definition }),
    ).rejects.toMatchObject({ code: 8 });
    await expect(memories.createSearchIndex(vectors)).rejects.toMatchObject({ code: 68 });
    await expect(memories.dropSearchIndex('none')).rejects.toMatchObject({ code: 27 });
    const nowhere = client.db('test').collection('nowhere');
    await expect(nowhere.createSearchIndex(vectors)).rejects.toMatchObject({ code: 26 });
  });

  it('is there again after a kill', async () => {
    await server.restart();
    expect(await memories.listSearchIndexes().toArray()).toHaveLength(2);
    await ready(memories, 'vectors');
  });

  it('scores as Atlas documents', async () => {
    const diagonal = (1 + Math.SQRT1_2) / 2;
    const scores = (rows: Document[]) => rows.map(({ _id, score }) => [_id, Number(score.toFixed(5))]);
    expect(scores(await near({}))).toEqual([
      [1, 1],
      [4, Number(diagonal.toFixed(5))],
      [2, 0.5],
      [3, 0],
    ]);
    expect(scores(await near({ path: 'dot', queryVector: [0.5, 0] }))).toEqual([
      [1, 0.75],
      [4, 0.75],
      [2, 0.5],
      [3, 0.25],
    ]);
    expect(scores(await near({ path: 'flat', limit: 2 }))).toEqual([
      [1, 1],
      [4, 0.5],
    ]);
    const query = Binary.fromFloat32Array(new Float32Array([0, 1]));
    expect(
      scores(await near({ queryVector: query, exact: true, numCandidates: undefined, limit: 1 })),
    ).toEqual([[2, 1]]);
  });

  it('filters before it takes the nearest', async () => {
    const found = async (filter: Document) => (await near({ filter })).map(({ _id }) => _id).sort();
    expect(await found({ agent: 'b' })).toEqual([3, 4]);
    expect(await found({ $or: [{ room: { $lt: 2 } }, { room: { $in: [4] } }] })).toEqual([1, 4]);
    expect(await found({ room: { $not: { $gte: 2 } }, agent: { $exists: true } })).toEqual([1]);
  });

  it('checks every argument', async () => {
    const table: [string, Document, RegExp][] = [
      ['dimensions', { queryVector: [1, 0, 0] }, /indexed with 2 dimensions but queried with 3/],
      ['an unindexed path', { path: 'text' }, /must be indexed as "vector"/],
      ['an unindexed filter', { filter: { text: 'x' } }, /Path 'text' needs to be indexed as filter/],
      ['an operator', { filter: { room: { $regex: 'x' } } }, /\$regex is not supported/],
      ['more than the candidates', { limit: 11 }, /"limit"/],
      ['too many candidates', { numCandidates: 10_001 }, /within bounds/],
      ['no candidates', { numCandidates: undefined }, /"numCandidates" is required/],
      ['candidates with exact', { exact: true }, /"numCandidates" must be omitted/],
      ['no limit', { limit: undefined }, /"limit" is required/],
      ['an unknown field', { k: 5 }, /unrecognized field "k"/],
      ['a zero vector', { queryVector: [0, 0] }, /zero vector/],
      ['a search index', { index: 'words' }, /Cannot execute/],
    ];
    for (const [name, stage, message] of table)
      await expect(near(stage), name).rejects.toMatchObject({
        code: 8,
        message: expect.stringMatching(message),
      });
    const late = memories.aggregate([{ $match: {} }, { $vectorSearch: {} }]).toArray();
    await expect(late).rejects.toMatchObject({ code: 40602 });
  });

  const search = (stage: Document) =>
    memories
      .aggregate([
        { $search: { index: 'words', ...stage } },
        { $limit: 10 },
        { $project: { score: { $meta: 'searchScore' } } },
      ])
      .toArray();

  it('searches words', async () => {
    const cats = await search({ text: { query: 'cat', path: 'text' } });
    expect(cats.map(({ _id }) => _id)).toEqual([3, 1, 2]);
    expect(cats[0]!.score).toBeGreaterThan(cats[1]!.score);
    const filtered = {
      compound: {
        must: [{ text: { query: ['cat'], path: 'text' } }],
        filter: [{ equals: { path: 'agent', value: 'a' } }, { range: { path: 'at', gte: new Date(0) } }],
        mustNot: [{ text: { query: 'chase', path: 'text' } }],
      },
    };
    expect((await search(filtered)).map(({ _id }) => _id)).toEqual([1]);
    const either = {
      compound: {
        should: [{ text: { query: 'mat', path: 'text' } }, { text: { query: 'kind', path: 'text' } }],
      },
    };
    expect((await search(either)).map(({ _id }) => _id).sort()).toEqual([1, 4]);
    expect(await search({ in: { path: 'agent', value: ['b'] } })).toHaveLength(2);
    expect(await search({ index: 'none', text: { query: 'cat', path: 'text' } })).toEqual([]);
    await memories.updateOne({ _id: 4 as never }, { $set: { text: 'a cat after all' } });
    expect(await search({ text: { query: 'cat', path: 'text' } })).toHaveLength(4);
    const count = await memories
      .aggregate([{ $searchMeta: { index: 'words', text: { query: 'cat', path: 'text' } } }])
      .toArray();
    expect(count).toEqual([{ count: { lowerBound: 4 } }]);
  });

  it('refuses wrong searches', async () => {
    const table: [Document, number, RegExp][] = [
      [{ equals: { path: 'text', value: 'x' } }, 8, /Path 'text' needs to be indexed as token/],
      [{ text: { path: 'text' } }, 8, /"text.query" is required/],
      [{ nonsense: {} }, 8, /unrecognized field/],
      [{ compound: {} }, 8, /must have at least one/],
      [{ phrase: { query: 'x', path: 'text' } }, 238, /not implemented/],
    ];
    for (const [stage, code, message] of table)
      await expect(search(stage)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });
});

describe('without a search node', () => {
  it('refuses searches and search indexes as such a server does', async () => {
    const server = await startMongoServer({ search: false });
    const client = new MongoClient(server.url);
    const things = client.db('test').collection('things');
    try {
      await things.insertOne({});
      const refused = { code: 31082, codeName: 'SearchNotEnabled' };
      await expect(things.aggregate([{ $vectorSearch: {} }]).toArray()).rejects.toMatchObject(refused);
      await expect(things.aggregate([{ $search: {} }]).toArray()).rejects.toMatchObject(refused);
      await expect(things.listSearchIndexes().toArray()).rejects.toMatchObject(refused);
      await expect(things.createSearchIndex({ definition: { mappings: {} } })).rejects.toMatchObject(refused);
    } finally {
      await client.close();
      await server.stop();
    }
  });
});
