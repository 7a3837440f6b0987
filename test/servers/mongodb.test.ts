import type { Collection, Document, MongoClient } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { failure, idsOf, scratchServer } from './mongodb/scratch.js';

let client: MongoClient;
let things: Collection<Document>;

scratchServer({}, (scratch) => {
  ({ client, things } = scratch);
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
    expect(idsOf(await run(union))).toEqual([1, 3]);
    await run([{ $set: { 'deep.x': 1 } }]);
    expect(await things.countDocuments({ deep: { $exists: true } })).toBe(0);
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
