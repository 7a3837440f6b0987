import { type Collection, type Document, Long, type MongoClient, ObjectId } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { failure, idsOf, scratchServer } from './mongodb/scratch.js';

let client: MongoClient;
let things: Collection<Document>;

scratchServer({}, (scratch) => {
  ({ client, things } = scratch);
});

describe('queries', () => {
  const documents: Document[] = [
    { _id: 1, n: 1, s: 'apple', tags: ['red', 'round'], at: new Date(1000), deep: { x: 1 } },
    { _id: 2, n: 2.5, s: 'Banana', tags: ['yellow'], at: new Date(2000), deep: { x: 2 } },
    {
      _id: 3,
      n: null,
      tags: [],
      list: [
        { a: 1, b: 2 },
        { a: 3, b: 4 },
      ],
    },
    { _id: 4, s: 'cherry', n: '2', list: [{ a: 1, b: 4 }] },
    { _id: 5, n: -7, s: 'äpfel', deep: { x: [1, 5] } },
  ];
  const table: [string, Document, number[]][] = [
    ['equality', { s: 'apple' }, [1]],
    ['equality with an item of an array', { tags: 'red' }, [1]],
    ['a whole array', { tags: ['yellow'] }, [2]],
    ['null is also missing', { n: null }, [3]],
    ['comparisons stay within a type', { n: { $gt: 0 } }, [1, 2]],
    ['a range', { n: { $gte: -7, $lt: 2.5 } }, [1, 5]],
    ['$in with null', { n: { $in: [1, null] } }, [1, 3]],
    ['$nin', { n: { $nin: [1, null] } }, [2, 4, 5]],
    ['$ne', { s: { $ne: 'apple' } }, [2, 3, 4, 5]],
    ['$exists', { s: { $exists: false } }, [3]],
    ['a regular expression', { s: /^b/i }, [2]],
    ['$not', { n: { $not: { $gt: 0 } } }, [3, 4, 5]],
    ['$or', { $or: [{ n: 1 }, { s: 'cherry' }] }, [1, 4]],
    ['$nor', { $nor: [{ n: 1 }, { s: 'cherry' }] }, [2, 3, 5]],
    ['dotted paths', { 'deep.x': 1 }, [1, 5]],
    ['dotted paths through arrays, item by item', { 'list.a': 1, 'list.b': 4 }, [3, 4]],
    ['$elemMatch holds for one item', { list: { $elemMatch: { a: 1, b: 4 } } }, [4]],
    ['$all', { tags: { $all: ['round', 'red'] } }, [1]],
    ['$size', { tags: { $size: 0 } }, [3]],
    ['$type', { n: { $type: 'string' } }, [4]],
    ['dates', { at: { $gt: new Date(1500) } }, [2]],
    ['$expr', { $expr: { $eq: ['$n', '$_id'] } }, [1]],
    ['$mod', { n: { $mod: [2, 0] } }, [2]],
  ];

  for (const indexed of [false, true]) {
    it(`find the same documents ${indexed ? 'with' : 'without'} indexes`, async () => {
      await things.insertMany(documents);
      if (indexed) {
        for (const key of ['n', 's', 'tags', 'at', 'deep.x', 'list.a'])
          await things.createIndexes([{ key: { [key]: 1 } }, { key: { [key]: -1, _id: 1 } }]);
      }
      for (const [name, filter, found] of table)
        expect(idsOf(await things.find(filter).toArray()).sort(), name).toEqual(found);
    });
  }

  it('sorts values of all types as MongoDB does, both ways, with and without an index', async () => {
    const values: unknown[] = [
      null,
      Number.NaN,
      -1,
      0.5,
      3,
      '',
      'Z',
      'a',
      '\uff5e',
      '😀',
      { a: 1 },
      new ObjectId(),
      false,
      true,
    ];
    values.push(new Date(0));
    await things.insertMany(values.map((v, _id) => ({ _id: _id as never, v })).reverse());
    const order = values.map((_, i) => i);
    for (const index of [undefined, { v: 1 as const }, { v: -1 as const }]) {
      if (index) await things.createIndex(index);
      expect(idsOf(await things.find().sort({ v: 1 }).toArray())).toEqual(order);
      expect(idsOf(await things.find().sort({ v: -1 }).toArray())).toEqual([...order].reverse());
      expect(
        idsOf(
          await things
            .find({ v: { $gte: '' } })
            .sort({ v: 1 })
            .toArray(),
        ),
      ).toEqual([5, 6, 7, 8, 9]);
      expect(
        idsOf(
          await things
            .find({ v: { $gt: -1, $lte: 3 } })
            .sort({ v: -1 })
            .toArray(),
        ),
      ).toEqual([4, 3]);
      if (index) await things.dropIndexes();
    }
  });

  it('projects, skips and limits', async () => {
    await things.insertMany(documents);
    expect(await things.findOne({ _id: 1 as never }, { projection: { 'deep.x': 1 } })).toEqual({
      _id: 1,
      deep: { x: 1 },
    });
    expect(await things.findOne({ _id: 3 as never }, { projection: { list: { a: 0 }, tags: 0 } })).toEqual({
      _id: 3,
      n: null,
      list: [{ b: 2 }, { b: 4 }],
    });
    expect(
      await things.findOne({ _id: 1 as never }, { projection: { _id: 0, twice: { $multiply: ['$n', 2] } } }),
    ).toEqual({
      twice: 2,
    });
    expect(idsOf(await things.find().sort({ _id: 1 }).skip(1).limit(2).toArray())).toEqual([2, 3]);
    expect(await things.countDocuments({ s: { $exists: true } })).toBe(4);
    expect(await things.distinct('tags')).toEqual(['red', 'round', 'yellow']);
  });

  it('gives large results in batches', async () => {
    await things.insertMany(Array.from({ length: 1000 }, (_, i) => ({ _id: i as never })));
    const cursor = things.find({}, { batchSize: 70 }).sort({ _id: 1 });
    const seen: unknown[] = [];
    for await (const document of cursor) seen.push(document._id);
    expect(seen).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    const first = await client.db('test').command({ find: things.collectionName, batchSize: 2 });
    expect(first.cursor.firstBatch).toHaveLength(2);
    await client.db('test').command({ killCursors: things.collectionName, cursors: [first.cursor.id] });
    const gone = await failure(
      client
        .db('test')
        .command({ getMore: Long.fromValue(first.cursor.id), collection: things.collectionName }),
    );
    expect([gone.code, gone.codeName]).toEqual([43, 'CursorNotFound']);
  });

  it('uses the indexes it has', async () => {
    await things.createIndex({ room: 1, at: -1 });
    await things.createIndex({ due: 1 }, { partialFilterExpression: { state: 'waiting' } });
    const plan = async (filter: Document, sort: Document = {}) => {
      const explained = await client
        .db('test')
        .command({ explain: { find: things.collectionName, filter, sort } });
      const { stage, indexName } = explained.queryPlanner.winningPlan;
      return [stage, indexName];
    };
    await things.insertOne({ room: 'a', at: new Date() });
    expect(await plan({ _id: 1 })).toEqual(['IDHACK', '_id_']);
    expect(await plan({ room: 'a', at: { $lt: new Date() } }, { at: -1 })).toEqual([
      'IXSCAN',
      'room_1_at_-1',
    ]);
    expect(await plan({ state: 'waiting', due: { $lte: 5 } }, { due: 1 })).toEqual(['IXSCAN', 'due_1']);
    expect(await plan({ due: { $lte: 5 } })).toEqual(['COLLSCAN', undefined]);
  });
});

describe('$text', () => {
  it('stems, scores, and needs its index', async () => {
    await things.insertMany([
      { _id: 1 as never, content: 'The cats were running in the garden' },
      { _id: 2 as never, content: 'A cat' },
      { _id: 3 as never, content: 'Dogs run' },
    ]);
    const search = (text: string) => things.find({ $text: { $search: text } }).toArray();
    expect(await failure(search('cat'))).toMatchObject({ code: 27, codeName: 'IndexNotFound' });
    await things.createIndex({ content: 'text' });
    expect(idsOf(await search('cat running')).sort()).toEqual([1, 2, 3]);
    expect(idsOf(await search('cat -garden'))).toEqual([2]);
    expect(idsOf(await search('"cats were"'))).toEqual([1]);
    const score = { $meta: 'textScore' };
    const ranked = await things
      .find({ $text: { $search: 'cat' } }, { projection: { score } })
      .sort({ score } as never)
      .toArray();
    expect(ranked.map(({ _id, score: value }) => [_id, value])).toEqual([
      [2, 1],
      [1, 2 / 3],
    ]);
    const piped = await things
      .aggregate([{ $match: { $text: { $search: 'dog' } } }, { $project: { score } }])
      .toArray();
    expect(piped).toEqual([{ _id: 3, score: 0.75 }]);
    await things.updateOne({ _id: 2 as never }, { $set: { content: 'a bird' } });
    expect(idsOf(await search('cat'))).toEqual([1]);
  });
});
