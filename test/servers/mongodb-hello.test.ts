/** The test server's `hello`: awaitable and streamed, as a real server has it since 4.4. */
import { type Document, Long, MongoClient, ObjectId } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningMongoServer, startMongoServer } from './mongodb/launch.js';

describe('hello', () => {
  let server: RunningMongoServer;
  let client: MongoClient;
  const hello = (more: Document = {}) => client.db('admin').command({ hello: 1, ...more });

  beforeAll(async () => {
    server = await startMongoServer({ replicaSet: 'rs0', search: false });
    client = await new MongoClient(`${server.url}&directConnection=true`).connect();
  });
  afterAll(async () => {
    await client?.close();
    await server?.stop();
  });

  it('answers at once where the asker knows another version, and else when it changes', async () => {
    const { topologyVersion } = await hello();
    const maxAwaitTimeMS = 20_000;
    const other = { processId: new ObjectId(), counter: Long.fromNumber(99) };
    expect((await hello({ topologyVersion: other, maxAwaitTimeMS })).isWritablePrimary).toBe(true);

    const waits = hello({ topologyVersion, maxAwaitTimeMS });
    await server.control.stepDown(200);
    const changed = await waits;
    expect(changed).toMatchObject({ isWritablePrimary: false, secondary: true });
    expect(Number(changed.topologyVersion.counter)).toBe(Number(topologyVersion.counter) + 1);
    const again = await hello({ topologyVersion: changed.topologyVersion, maxAwaitTimeMS });
    expect(again).toMatchObject({ isWritablePrimary: true, secondary: false });
  });

  it('answers with what there is when the time is over', async () => {
    const { topologyVersion } = await hello();
    const same = await hello({ topologyVersion, maxAwaitTimeMS: 50 });
    expect(same.topologyVersion).toEqual(topologyVersion);
  });

  it('refuses one without the other, and what cannot be', async () => {
    const { topologyVersion } = await hello();
    const { processId, counter } = topologyVersion;
    const later = { processId, counter: Long.fromNumber(Number(counter) + 1) };
    const table: [Document, number][] = [
      [{ topologyVersion }, 31368],
      [{ maxAwaitTimeMS: 10 }, 31368],
      [{ topologyVersion: later, maxAwaitTimeMS: 10 }, 31382],
      [{ topologyVersion: { processId, counter: Long.fromNumber(-1) }, maxAwaitTimeMS: 10 }, 31372],
      [{ topologyVersion, maxAwaitTimeMS: -1 }, 31373],
    ];
    for (const [more, code] of table) await expect(hello(more)).rejects.toMatchObject({ code });
  });

  it('is streamed to the driver, which hears of a step down without asking', async () => {
    const types: string[] = [];
    const heartbeats: boolean[] = [];
    const streaming = new MongoClient(server.url, { heartbeatFrequencyMS: 60_000 });
    streaming.on('serverDescriptionChanged', ({ newDescription }) => types.push(newDescription.type));
    streaming.on('serverHeartbeatSucceeded', ({ awaited }) => heartbeats.push(awaited));
    try {
      const things = streaming.db('test').collection('things');
      await things.insertOne({ _id: 1 as never });
      await expect.poll(() => types.at(-1), { timeout: 10_000 }).toBe('RSPrimary');
      await server.control.stepDown(1_000);
      await expect.poll(() => types.at(-1), { timeout: 10_000 }).toBe('RSSecondary');
      // The driver waits for a primary, and hears of it in the same way.
      await things.insertOne({ _id: 2 as never });
      expect(types.at(-1)).toBe('RSPrimary');
      expect(await things.countDocuments()).toBe(2);
      expect(heartbeats.filter((awaited) => awaited).length).toBeGreaterThanOrEqual(2);
    } finally {
      await streaming.close();
    }
  });

  it('tells who writes meanwhile that it is no primary', async () => {
    const direct = new MongoClient(`${server.url}&directConnection=true&retryWrites=false&retryReads=false`);
    try {
      const things = direct.db('test').collection('others');
      await things.insertOne({});
      await server.control.stepDown(500);
      await expect(things.insertOne({})).rejects.toMatchObject({ code: 10107 });
      await expect
        .poll(
          () =>
            things.insertOne({}).then(
              () => true,
              () => false,
            ),
          { timeout: 10_000 },
        )
        .toBe(true);
    } finally {
      await direct.close();
    }
  });
});
