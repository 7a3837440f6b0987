/** What a mongos refuses, by MongoDB's documentation: https://www.mongodb.com/docs/manual/core/sharding-shard-key-indexes/ */
import { type Document, MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningMongoServer, startMongoServer } from './mongodb/launch.js';

describe('the protocol server as a mongos', () => {
  let server: RunningMongoServer;
  let client: MongoClient;
  let name: string;
  let runs = 0;
  beforeAll(async () => {
    server = await startMongoServer({ cluster: true });
    client = await new MongoClient(server.url).connect();
  });
  afterAll(async () => {
    await client?.close();
    await server?.stop();
  });
  beforeEach(() => {
    name = `things${runs++}`;
  });

  const things = () => client.db('test').collection(name);
  const shard = (key: Document) => client.db('admin').command({ shardCollection: `test.${name}`, key });

  it('says what it is, and a server that is none knows no sharding', async () => {
    expect(await client.db('admin').command({ hello: 1 })).toMatchObject({ msg: 'isdbgrid' });
    const alone = await startMongoServer();
    const other = await new MongoClient(alone.url).connect();
    await expect(other.db('admin').command({ shardCollection: 'a.b', key: { a: 1 } })).rejects.toMatchObject({
      code: 59,
    });
    await other.close();
    await alone.stop();
  });

  it('makes the index of an empty collection, and wants it there where documents are', async () => {
    await shard({ a: 1, b: 1 });
    expect((await things().indexes()).map(({ key }) => key)).toContainEqual({ a: 1, b: 1 });
    name += 'filled';
    await things().insertOne({ a: 1 });
    await expect(shard({ a: 1 })).rejects.toMatchObject({ code: 72 });
    await things().createIndex({ b: 1, a: 1 });
    await things().createIndex({ a: 1 }, { name: 'some', partialFilterExpression: { a: { $gt: 0 } } });
    await expect(shard({ a: 1 })).rejects.toMatchObject({ code: 72 });
    await expect(shard({ _id: 'hashed' })).rejects.toMatchObject({ code: 72 });
    await things().createIndex({ _id: 'hashed' });
    await shard({ _id: 'hashed' });
    await shard({ _id: 'hashed' });
    await expect(shard({ a: 1 })).rejects.toMatchObject({ code: 23 });
  });

  it('keeps unique only what begins with the shard key', async () => {
    await things().createIndex({ c: 1 }, { unique: true });
    await things().createIndex({ a: 1 });
    await expect(shard({ a: 1 })).rejects.toMatchObject({ code: 72 });
    await things().dropIndex('c_1');
    await things().createIndex({ a: 1, c: 1 }, { unique: true });
    await shard({ a: 1 });
    await expect(things().createIndex({ c: 1, a: 1 }, { unique: true })).rejects.toMatchObject({ code: 67 });
    await things().createIndex({ a: 1, d: 1 }, { unique: true });
    await expect(things().createIndex({ a: 'hashed' }, { unique: true })).rejects.toMatchObject({
      code: 16764,
    });
  });

  it('keeps an index that supports the shard key, and the key through a restart', async () => {
    await shard({ a: 1 });
    await expect(things().dropIndex('a_1')).rejects.toMatchObject({ code: 72 });
    await things().createIndex({ a: 1, b: 1 });
    await things().dropIndex('a_1');
    await server.restart();
    expect(await client.db('test').command({ collStats: name })).toMatchObject({ sharded: true, count: 0 });
    await expect(things().dropIndex('a_1_b_1')).rejects.toMatchObject({ code: 72 });
  });

  it('wants to be told where the one document is that is changed', async () => {
    await shard({ a: 1, b: 1 });
    await things().insertMany([
      { _id: 1 as never, a: 1, b: 1, c: 1 },
      { _id: 2 as never, a: 1, b: 2, c: 1 },
    ]);
    const set = { $set: { d: 1 } };
    for (const lost of [{ a: 1, c: 1 }, { a: 1, b: { $in: [1, 2] } }, { _id: { $in: [1, 2] } as never }]) {
      await expect(things().updateOne(lost, set)).rejects.toMatchObject({ code: 72 });
      await expect(things().deleteOne(lost)).rejects.toMatchObject({ code: 61 });
    }
    await expect(things().updateOne({ _id: 3 as never }, set, { upsert: true })).rejects.toMatchObject({
      code: 61,
    });
    await expect(things().findOneAndUpdate({ _id: 1 as never }, set)).rejects.toMatchObject({ code: 61 });
    expect((await things().updateOne({ _id: 1 as never }, set)).modifiedCount).toBe(1);
    expect((await things().updateOne({ a: 1, b: 2, c: 1 }, set)).modifiedCount).toBe(1);
    expect((await things().updateMany({ c: 1 }, { $set: { d: 2 } })).modifiedCount).toBe(2);
    expect((await things().deleteMany({ c: 1 })).deletedCount).toBe(2);
  });

  it('finds by a hashed index what is equal, and orders nothing by it', async () => {
    await things().createIndex({ n: 'hashed' });
    await things().insertMany([3, 1, 2].map((n) => ({ n })));
    expect(await things().countDocuments({ n: 2 })).toBe(1);
    expect(
      (
        await things()
          .find({ n: { $gt: 0 } })
          .sort({ n: 1 })
          .toArray()
      ).map(({ n }) => n),
    ).toEqual([1, 2, 3]);
  });
});
