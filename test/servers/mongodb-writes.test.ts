import type { Collection, Document, MongoClient } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { failure, scratchServer } from './mongodb/scratch.js';

let client: MongoClient;
let things: Collection<Document>;

scratchServer({ ttlSeconds: 1 }, (scratch) => {
  ({ client, things } = scratch);
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
