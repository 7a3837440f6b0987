/** What a sweep reads when a great deal waits: counts of documents, not times. */
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/logger.js';
import { documentOf, type MemoryDocument, turnDocumentOf } from '../../src/store/mongodb/documents.js';
import { openMongoStore } from '../../src/store/mongodb/store.js';
import type { Store } from '../../src/store/store.js';
import { commitOf, failing, message } from '../contract/store/samples.js';
import { type RunningMongoServer, startMongoServer } from '../servers/mongodb/launch.js';

const log = createLogger('silent');
/** Some seconds of the tests' server; the others do with a tenth, which is more than they may read. */
const backlog = 100_000;
const tenth = backlog / 10;

describe('a sweep over all that waits', () => {
  let server: RunningMongoServer;
  let client: MongoClient;
  let store: Store;
  let database = '';
  let databases = 0;
  let finds: Record<string, unknown>[] = [];
  let read = 0;

  beforeAll(async () => {
    server = await startMongoServer({ replicaSet: 'rs0', search: false });
    client = await new MongoClient(server.url).connect();
  });
  afterAll(async () => {
    await client?.close();
    await server?.stop();
  });
  beforeEach(async () => {
    database = `waiting_${databases++}`;
    store = await openMongoStore({
      ...{ url: server.url, database, log },
      onCommand: ({ command }) => command.find === 'memories' && finds.push(command),
      onAnswer: (event) => {
        if (!('reply' in event)) return;
        const { firstBatch, nextBatch } =
          (event.reply as { cursor?: Record<string, unknown[]> }).cursor ?? {};
        read += (firstBatch ?? nextBatch ?? []).length;
      },
    });
    return () => store.close();
  });

  const fill = async (count: number, make: (n: number) => MemoryDocument) => {
    const memories = client.db(database).collection<MemoryDocument>('memories');
    for (let from = 0; from < count; from += 10_000)
      await memories.insertMany(Array.from({ length: 10_000 }, (_, i) => make(from + i)));
    finds = [];
    read = 0;
  };
  const pending = (roomId: string, n: number) =>
    documentOf(message({ roomId, text: '', createdAt: 1_000 + n, messageId: `${n}` }));
  /** How the server comes by it. */
  const indexes = async () => {
    const plans = finds.map(async ({ find, filter, sort, projection }) => {
      const plan = await client.db(database).command({ explain: { find, filter, sort, projection } });
      return JSON.stringify(plan.queryPlanner.winningPlan);
    });
    return Promise.all(plans);
  };

  it('finds, of 100,000, those behind rooms that have nearly all of it, and reads little', async () => {
    const quiet = Array.from({ length: 50 }, (_, i) => `quiet ${i}`);
    await fill(backlog, (n) =>
      pending(n < backlog - 50 ? `greedy ${Math.floor(n / 20_000)}` : quiet[n - (backlog - 50)]!, n),
    );
    const found = await store.turns.waiting(Date.now(), 1_000);
    expect(found).toEqual(['greedy 0', 'greedy 1', 'greedy 2', 'greedy 3', 'greedy 4', ...quiet]);
    expect(read).toBeLessThan(2_500);
    expect(finds.length).toBeLessThan(10);
    for (const plan of await indexes()) expect(plan).toContain('"waiting"');
  }, 120_000);

  it('stops at as many rooms as it is to find', async () => {
    await fill(tenth, (n) => pending(`room ${n % 5_000}`, n));
    expect(await store.turns.waiting(Date.now(), 1_000)).toHaveLength(1_000);
    expect(read).toBeLessThanOrEqual(1_500);
  });

  it('passes over a room whose platform is away, and finds the others', async () => {
    await fill(tenth, (n) => {
      const asked = message({ roomId: n < tenth - 1 ? 'away' : 'other', messageId: `${n}`, text: '' });
      const { turn, reply, outbound } = commitOf([asked]);
      const document = turnDocumentOf(turn, reply, { ...outbound!, createdAt: 1_000 + n });
      const { open: _, terms: __, ...rest } = document;
      if (n === 0) rest.outbox!.failing = failing;
      return rest;
    });
    expect(await store.outbox.waiting(Date.now(), 1_000, 1_500)).toEqual(['other']);
    expect(read).toBeLessThan(1_000);
    for (const plan of await indexes()) expect(plan).toContain('"undelivered"');
    read = 0;
    expect(await store.outbox.waiting(Date.now(), 1_000, 2_500)).toEqual(['away', 'other']);
    expect(read).toBeLessThan(1_000);
  });
});
