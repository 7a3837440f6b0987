import { type Collection, type Document, Long, MongoClient, MongoServerError, ObjectId } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningMongoServer, startMongoServer } from './mongodb/launch.js';

let server: RunningMongoServer;
let client: MongoClient;
let things: Collection<Document>;
let counter = 0;

beforeAll(async () => {
  server = await startMongoServer({ ttlSeconds: 1 });
  client = await new MongoClient(server.url).connect();
});
afterAll(async () => {
  await client?.close();
  await server?.stop();
});
beforeEach(() => {
  things = client.db('test').collection(`things${++counter}`);
});

async function failure(work: Promise<unknown>): Promise<MongoServerError> {
  const error = await work.then(
    () => new Error('it did not fail'),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(MongoServerError);
  return error as MongoServerError;
}

const ids = (documents: Document[]) => documents.map((document) => document._id);

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
        expect(ids(await things.find(filter).toArray()).sort(), name).toEqual(found);
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
      expect(ids(await things.find().sort({ v: 1 }).toArray())).toEqual(order);
      expect(ids(await things.find().sort({ v: -1 }).toArray())).toEqual([...order].reverse());
      expect(
        ids(
          await things
            .find({ v: { $gte: '' } })
            .sort({ v: 1 })
            .toArray(),
        ),
      ).toEqual([5, 6, 7, 8, 9]);
      expect(
        ids(
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
    expect(ids(await things.find().sort({ _id: 1 }).skip(1).limit(2).toArray())).toEqual([2, 3]);
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

describe('writes', () => {
  const table: [string, Document, Document | Document[], Document, Document?][] = [
    ['$set and $unset', { a: 1, b: 2 }, { $set: { 'c.d': 3 }, $unset: { a: '' } }, { b: 2, c: { d: 3 } }],
    [
      '$inc, $mul, $min, $max',
      { a: 1, b: 2, c: 3 },
      { $inc: { a: 2, n: 1 }, $mul: { b: 4 }, $min: { c: 1 }, $max: { m: 9 } },
      { a: 3, b: 8, c: 1, n: 1, m: 9 },
    ],
    [
      '$push with everything',
      { l: [3, 1] },
      { $push: { l: { $each: [2, 5], $sort: 1, $slice: -3 } } },
      { l: [2, 3, 5] },
    ],
    ['$addToSet', { l: [1] }, { $addToSet: { l: { $each: [1, 2] } } }, { l: [1, 2] }],
    ['$pull', { l: [{ a: 1 }, { a: 2 }] }, { $pull: { l: { a: { $gt: 1 } } } }, { l: [{ a: 1 }] }],
    ['$rename and $pop', { a: 1, l: [1, 2] }, { $rename: { a: 'b' }, $pop: { l: -1 } }, { l: [2], b: 1 }],
    [
      'the positional $',
      {
        l: [
          { a: 1, n: 0 },
          { a: 2, n: 0 },
        ],
      },
      { $set: { 'l.$.n': 9 } },
      {
        l: [
          { a: 1, n: 0 },
          { a: 2, n: 9 },
        ],
      },
      { 'l.a': 2 },
    ],
    ['arrayFilters', { l: [1, 5, 9] }, { $inc: { 'l.$[big]': 100 } }, { l: [1, 105, 109] }],
    ['a pipeline', { a: 2 }, [{ $set: { b: { $add: ['$a', 1] } } }, { $unset: 'a' }], { b: 3 }],
  ];

  it('apply the update operators', async () => {
    for (const [name, before, update, after, query] of table) {
      await things.deleteMany({});
      await things.insertOne({ _id: 1 as never, ...before });
      const arrayFilters = name === 'arrayFilters' ? [{ big: { $gt: 3 } }] : undefined;
      const result = await things.updateOne(query ?? { _id: 1 as never }, update, { arrayFilters });
      expect([result.matchedCount, result.modifiedCount], name).toEqual([1, 1]);
      expect(await things.findOne(), name).toEqual({ _id: 1, ...after });
    }
  });

  it('upsert from what the query demands', async () => {
    const result = await things.updateOne(
      { a: 1, b: { $gt: 2 } },
      { $set: { c: 3 }, $setOnInsert: { d: 4 } },
      { upsert: true },
    );
    expect(result.upsertedCount).toBe(1);
    expect(await things.findOne({}, { projection: { _id: 0 } })).toEqual({ a: 1, c: 3, d: 4 });
    const same = await things.updateOne(
      { a: 1 },
      { $set: { c: 3 }, $setOnInsert: { d: 5 } },
      { upsert: true },
    );
    expect([same.matchedCount, same.modifiedCount, same.upsertedCount]).toEqual([1, 0, 0]);
    const replaced = await things.replaceOne({ _id: 'x' as never }, { y: 1 }, { upsert: true });
    expect(replaced.upsertedId).toBe('x');
  });

  it('find and modify', async () => {
    await things.insertMany([{ n: 2 }, { n: 1 }]);
    const options = { sort: { n: 1 as const }, projection: { _id: 0 } };
    expect(await things.findOneAndUpdate({}, { $set: { taken: true } }, options)).toEqual({ n: 1 });
    expect(
      await things.findOneAndUpdate({ n: 1 }, { $inc: { n: 9 } }, { ...options, returnDocument: 'after' }),
    ).toEqual({
      n: 10,
      taken: true,
    });
    expect(await things.findOneAndDelete({ n: 2 }, options)).toEqual({ n: 2 });
    expect(
      await things.findOneAndUpdate({ n: 2 }, { $set: { m: 1 } }, { ...options, upsert: true }),
    ).toBeNull();
    expect(await things.countDocuments()).toBe(2);
  });

  it('keep going after an error only when unordered', async () => {
    const three = [{ _id: 1 as never }, { _id: 1 as never }, { _id: 2 as never }];
    const ordered = await failure(things.insertMany(three));
    expect(ordered.code).toBe(11000);
    expect(await things.countDocuments()).toBe(1);
    await failure(things.insertMany(three, { ordered: false }));
    expect(await things.countDocuments()).toBe(2);
  });

  it('let one of twenty win a unique key, and say which key it was', async () => {
    await things.createIndex({ room: 1, 'source.id': 1 }, { unique: true });
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, i) => things.insertOne({ room: 'r', source: { id: 7 }, i })),
    );
    const lost = results.filter((result) => result.status === 'rejected').map((result) => result.reason);
    expect(lost).toHaveLength(19);
    expect(lost[0]).toMatchObject({
      code: 11000,
      keyPattern: { room: 1, 'source.id': 1 },
      keyValue: { room: 'r', 'source.id': 7 },
    });
    expect(lost[0].message).toContain('E11000 duplicate key error collection: test.');
    expect(await things.countDocuments()).toBe(1);
    await things.insertOne({ room: 'r', source: { id: 8 } });
    const moved = await failure(things.updateOne({ 'source.id': 8 }, { $set: { 'source.id': 7 } }));
    expect(moved.code).toBe(11000);
  });

  it('honour partial and sparse unique indexes', async () => {
    await things.createIndex(
      { key: 1 },
      { unique: true, partialFilterExpression: { key: { $exists: true } } },
    );
    await things.createIndex({ other: 1 }, { unique: true, sparse: true });
    await things.insertMany([{}, {}, { key: 1 }]);
    expect((await failure(things.insertOne({ key: 1 }))).code).toBe(11000);
    await things.insertOne({ other: 1 });
    expect((await failure(things.insertOne({ other: 1 }))).code).toBe(11000);
  });

  it('enforce a validator', async () => {
    const validator = {
      $jsonSchema: { bsonType: 'object', required: ['kind'], properties: { kind: { enum: ['a', 'b'] } } },
    };
    await client.db('test').createCollection(things.collectionName, { validator });
    await things.insertOne({ kind: 'a' });
    expect((await failure(things.insertOne({ kind: 'c' }))).code).toBe(121);
    expect((await failure(things.updateOne({}, { $unset: { kind: '' } }))).code).toBe(121);
    await client.db('test').command({ collMod: things.collectionName, validator: {} });
    await things.insertOne({ kind: 'c' });
  });

  it('expire documents by a TTL index', async () => {
    await things.createIndex({ at: 1 }, { expireAfterSeconds: 10 });
    await things.insertMany([{ at: new Date(Date.now() - 20_000) }, { at: new Date() }, {}]);
    await expect.poll(() => things.countDocuments(), { timeout: 5000 }).toBe(2);
  });

  it('expire what a partial TTL index has, and nothing else', async () => {
    await things.createIndex(
      { at: 1 },
      { expireAfterSeconds: 0, partialFilterExpression: { n: { $gt: 1 } } },
    );
    await things.insertMany([1, 2].map((n) => ({ at: new Date(Date.now() - 1_000), n })));
    await expect.poll(() => things.distinct('n'), { timeout: 5000 }).toEqual([1]);
    // The monitor has come by: the other one it leaves alone.
    await things.insertOne({ at: new Date(), n: 3 });
    await expect.poll(() => things.distinct('n'), { timeout: 5000 }).toEqual([1]);
  });
});

describe('aggregation', () => {
  it('runs the stages', async () => {
    await things.insertMany([
      { _id: 1 as never, room: 'a', n: 1, tags: ['x', 'y'] },
      { _id: 2 as never, room: 'a', n: 2, tags: ['y'] },
      { _id: 3 as never, room: 'b', n: 5, tags: [] },
    ]);
    const run = (pipeline: Document[]) => things.aggregate(pipeline).toArray();
    expect(await run([{ $group: { _id: '$room', n: { $sum: '$n' } } }, { $sort: { _id: -1 } }])).toEqual([
      { _id: 'b', n: 5 },
      { _id: 'a', n: 3 },
    ]);
    expect(await run([{ $match: { room: 'a' } }, { $unwind: '$tags' }, { $count: 'n' }])).toEqual([{ n: 3 }]);
    const lookup = { from: things.collectionName, localField: 'room', foreignField: 'room', as: 'same' };
    const joined = await run([
      { $match: { _id: 1 } },
      { $lookup: lookup },
      { $project: { n: { $size: '$same' } } },
    ]);
    expect(joined).toEqual([{ _id: 1, n: 2 }]);
    const facets = { all: [{ $count: 'n' }], big: [{ $match: { n: { $gt: 1 } } }, { $project: { _id: 1 } }] };
    expect(await run([{ $facet: facets }])).toEqual([{ all: [{ n: 3 }], big: [{ _id: 2 }, { _id: 3 }] }]);
    const union = [
      { $match: { _id: 1 } },
      { $unionWith: { coll: things.collectionName, pipeline: [{ $match: { _id: 3 } }] } },
    ];
    expect(ids(await run(union))).toEqual([1, 3]);
    await run([{ $set: { 'deep.x': 1 } }]);
    expect(await things.countDocuments({ deep: { $exists: true } })).toBe(0);
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
    expect(ids(await search('cat running')).sort()).toEqual([1, 2, 3]);
    expect(ids(await search('cat -garden'))).toEqual([2]);
    expect(ids(await search('"cats were"'))).toEqual([1]);
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
    expect(ids(await search('cat'))).toEqual([1]);
  });
});

describe('what it does not know', () => {
  it('is refused with the code of a real server', async () => {
    await things.insertOne({ a: 1, s: 'x' });
    const db = client.db('test');
    const name = things.collectionName;
    const table: [() => Promise<unknown>, number, string?][] = [
      [() => db.command({ nonsense: 1 }), 59, 'CommandNotFound'],
      [() => db.command({ find: name, nonsense: 1 }), 40415],
      [() => things.aggregate([{ $nonsense: {} }]).toArray(), 40324],
      [
        () => things.aggregate([{ $project: { a: { $nonsense: 1 } } }]).toArray(),
        168,
        'InvalidPipelineOperator',
      ],
      [() => things.aggregate([{ $group: { _id: null, a: { $nonsense: 1 } } }]).toArray(), 15952],
      [() => things.aggregate([{ $out: 'x' }]).toArray(), 238, 'NotImplemented'],
      [() => things.find({ a: { $nonsense: 1 } }).toArray(), 2, 'BadValue'],
      [() => things.find({ $nonsense: 1 }).toArray(), 2, 'BadValue'],
      [() => things.updateOne({}, { $nonsense: { a: 1 } }), 9],
      [() => things.updateOne({}, { $set: { a: 1 }, $inc: { a: 1 } }), 40],
      [() => things.updateOne({}, { $inc: { s: 1 } }), 14],
      [() => things.updateOne({}, { $set: { 's.t': 1 } }), 28],
      [() => things.updateOne({}, { $set: { _id: 1 } }), 66],
      [() => things.updateOne({}, { $push: { s: 1 } as never }), 2],
      [() => things.createIndex({ a: '2dsphere' }), 238],
      [() => db.command({ createIndexes: name, indexes: [{ key: { a: 1 }, name: 'a', nonsense: 1 }] }), 197],
      [() => things.dropIndex('nonsense'), 27, 'IndexNotFound'],
      [() => things.find({}, { hint: 'nonsense' }).toArray(), 2],
      [() => things.find({ a: 1 }, { collation: { locale: 'de' } }).toArray(), 238],
      [() => things.find({}, { projection: { a: 1, s: 0 } }).toArray(), 31254],
      [() => db.createCollection(name, { validator: { a: 1 } }), 48, 'NamespaceExists'],
      [
        () => db.createCollection('other', { validator: { $jsonSchema: { nonsense: 1 } } }),
        9,
        'FailedToParse',
      ],
    ];
    for (const [work, code, codeName] of table) {
      const error = await failure(work());
      expect([error.code, error.message]).toEqual([code, error.message]);
      if (codeName) expect(error.codeName).toBe(codeName);
    }
    await things.createIndex({ a: 1 }, { name: 'mine' });
    expect((await failure(things.createIndex({ a: 1 }, { name: 'mine', unique: true }))).code).toBe(85);
    expect((await failure(things.createIndex({ b: 1 }, { name: 'mine' }))).code).toBe(86);
  });
});
