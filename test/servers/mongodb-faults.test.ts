import { statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { type Collection, type Document, MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningMongoServer, startMongoServer } from './mongodb/launch.js';

describe('a replica set of one', () => {
  let server: RunningMongoServer;
  let client: MongoClient;
  let things: Collection<Document>;
  let counter = 0;

  beforeAll(async () => {
    server = await startMongoServer({ replicaSet: 'rs0' });
    client = await new MongoClient(server.url, { serverSelectionTimeoutMS: 10_000 }).connect();
  });
  afterAll(async () => {
    await client?.close();
    await server?.stop();
  });
  beforeEach(() => {
    things = client.db('test').collection(`things${++counter}`);
  });

  it('executes a write once, though its answer was lost and the driver sent it again', async () => {
    await server.control.dropAfter(['insert']);
    await things.insertOne({ a: 1 });
    expect(await things.countDocuments()).toBe(1);

    await server.control.dropAfter(['update']);
    const updated = await things.updateOne({ a: 1 }, { $inc: { n: 1 } });
    expect(updated.modifiedCount).toBe(1);
    expect(await things.findOne()).toMatchObject({ n: 1 });

    await server.control.dropAfter(['findAndModify']);
    const after = await things.findOneAndUpdate({ a: 1 }, { $inc: { n: 1 } }, { returnDocument: 'after' });
    expect(after).toMatchObject({ n: 2 });
    expect(await things.findOne()).toMatchObject({ n: 2 });

    await server.control.dropAfter(['delete']);
    expect((await things.deleteOne({ a: 1 })).deletedCount).toBe(1);
  });

  it('remembers what a retryable write did across a kill', async () => {
    const command = () =>
      client.db('test').command({
        update: things.collectionName,
        updates: [{ q: { _id: 1 }, u: { $inc: { n: 1 } }, upsert: true }],
        writeConcern: { w: 'majority' },
      });
    await command();
    const session = client.startSession();
    const retried = { lsid: session.id, txnNumber: 7 };
    const direct = new MongoClient(`${server.url}&directConnection=true&retryWrites=false`);
    try {
      const raw = {
        update: things.collectionName,
        updates: [{ q: { _id: 1 }, u: { $inc: { n: 1 } } }],
        txnNumber: BigInt(retried.txnNumber),
      };
      const own = direct.startSession();
      const first = await direct.db('test').command(raw, { session: own });
      await server.restart();
      const second = await direct.db('test').command(raw, { session: own });
      expect([first.nModified, second.nModified, second.retriedStmtIds]).toEqual([1, 1, [0]]);
      await own.endSession();
    } finally {
      await session.endSession();
      await direct.close();
    }
    expect(await things.findOne()).toEqual({ _id: 1, n: 2 });
  });

  it('meets the faults that were ordered, and the driver retries what it may', async () => {
    await things.insertOne({ _id: 1 as never });
    await server.control.notPrimary(['insert']);
    await things.insertOne({ _id: 2 as never });
    await server.control.dropBefore(['find']);
    expect(await things.findOne({ _id: 2 as never })).toEqual({ _id: 2 });
    await server.control.notPrimary(['insert'], 5);
    await expect(things.insertOne({ _id: 3 as never })).rejects.toMatchObject({
      code: 10107,
      codeName: 'NotWritablePrimary',
    });
    await server.control.off();
    expect(await things.countDocuments({ _id: 3 as never })).toBe(0);

    await server.control.duplicateKey(['insert']);
    await expect(things.insertOne({})).rejects.toMatchObject({ code: 11000 });
    await server.control.writeConcernError(['insert']);
    await expect(things.insertOne({ _id: 4 as never })).rejects.toMatchObject({ code: 64 });
    expect(await things.countDocuments({ _id: 4 as never })).toBe(1);

    await server.control.delay(['find'], 300);
    const before = Date.now();
    await things.findOne();
    expect(Date.now() - before).toBeGreaterThanOrEqual(295);
  });

  it('meets them for one application only, when it is named', async () => {
    const other = new MongoClient(`${server.url}&appName=victim&retryReads=false`);
    try {
      await server.control.fail(['ping'], { appName: 'victim', errorCode: 2 }, 'alwaysOn');
      await client.db('test').command({ ping: 1 });
      await expect(other.db('test').command({ ping: 1 })).rejects.toMatchObject({ code: 2 });
    } finally {
      await server.control.off();
      await other.close();
    }
  });

  it('refuses transactions and impossible write concerns', async () => {
    const session = client.startSession();
    try {
      session.startTransaction();
      await expect(things.insertOne({}, { session })).rejects.toMatchObject({ code: 238 });
      await session.abortTransaction();
    } finally {
      await session.endSession();
    }
    const strict = client.db('test').collection('strict', { writeConcern: { w: 2 } });
    await expect(strict.insertOne({})).rejects.toMatchObject({ code: 100 });
  });
});

describe('kill -9', () => {
  it('loses nothing acknowledged, round after round', { timeout: 60_000 }, async () => {
    const server = await startMongoServer({ replicaSet: 'rs0' });
    const client = new MongoClient(server.url, { retryWrites: false, serverSelectionTimeoutMS: 15_000 });
    const things = client.db('test').collection<Document>('things');
    const acknowledged = new Map<number, number>();
    let next = 0;
    try {
      await things.createIndex({ n: 1 }, { unique: true });
      for (let round = 0; round < 4; round++) {
        let running = true;
        const writer = async () => {
          while (running) {
            const n = next++;
            try {
              await things.insertOne({ n, v: 0 });
              acknowledged.set(n, 0);
              await things.updateOne({ n }, { $set: { v: 1 } });
              acknowledged.set(n, 1);
            } catch {
              await new Promise((resolve) => setTimeout(resolve, 20));
            }
          }
        };
        const writers = Array.from({ length: 20 }, writer);
        await new Promise((resolve) => setTimeout(resolve, 300 + 150 * round));
        await server.kill('SIGKILL');
        running = false;
        await server.restart();
        await Promise.all(writers);
      }
      const stored = new Map((await things.find().toArray()).map(({ n, v }) => [n, v]));
      expect(acknowledged.size).toBeGreaterThan(100);
      for (const [n, v] of acknowledged) expect(stored.get(n)).toBeGreaterThanOrEqual(v);
      await expect(things.insertOne({ n: [...acknowledged.keys()][0] })).rejects.toMatchObject({
        code: 11000,
      });
    } finally {
      await client.close();
      await server.stop();
    }
  });

  it('cuts off a torn last frame and keeps all before it', async () => {
    const server = await startMongoServer();
    const client = new MongoClient(server.url);
    const things = client.db('test').collection<Document>('things');
    try {
      await things.insertMany([{ _id: 1 as never }, { _id: 2 as never }]);
      await things.insertOne({ _id: 3 as never, text: 'torn' });
      await server.kill('SIGKILL');
      const file = join(server.dataDir, 'journal.bson');
      truncateSync(file, statSync(file).size - 5);
      await server.restart();
      expect((await things.find().toArray()).map(({ _id }) => _id)).toEqual([1, 2]);
      await things.insertOne({ _id: 4 as never });
      await server.restart();
      expect(await things.countDocuments()).toBe(3);
    } finally {
      await client.close();
      await server.stop();
    }
  });
});
