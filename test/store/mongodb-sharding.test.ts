/** `carrier db shard`: what it leaves, wherever it is cut off, and what hubs do with that. */
import { type Db, type Document, MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/logger.js';
import { requireCluster, shardKeys, shardStore } from '../../src/store/mongodb/shard.js';
import { openMongoStore } from '../../src/store/mongodb/store.js';
import { commitOf, message, newFile } from '../contract/store.js';
import { type RunningMongoServer, startMongoServer } from '../servers/mongodb/launch.js';

const log = createLogger('silent');

let server: RunningMongoServer;
let client: MongoClient;
let db: Db;
let runs = 0;
beforeAll(async () => {
  server = await startMongoServer({ cluster: true, search: false });
  client = await new MongoClient(server.url).connect();
});
afterAll(async () => {
  await client?.close();
  await server?.stop();
});
beforeEach(async () => {
  db = client.db(`sharding_${runs++}`);
  await fill();
  return () => server.control.off();
});

/** Some of everything, as a hub leaves it. */
async function fill(): Promise<void> {
  await withStore(async (store) => {
    await store.memories.append(message({ messageId: 'first' }));
    await store.turns.commit(commitOf((await store.turns.claim('room', 5)).messages));
    await store.files.put(new Uint8Array(10), newFile());
  });
  await db
    .collection<Document>('archive')
    .insertOne({ _id: 'old' as never, agentId: 'ada', month: '2020-01' });
}

const options = () => ({ url: server.url, database: db.databaseName, log });
const shard = () => shardStore(options());

async function withStore<T>(
  work: (store: Awaited<ReturnType<typeof openMongoStore>>) => Promise<T>,
): Promise<T> {
  const store = await openMongoStore(options());
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** Of the collections that are sharded, by what. */
async function keys(): Promise<Record<string, unknown>> {
  const entries = client.db('config').collection<{ _id: string; key: Document }>('collections').find();
  const ours = (await entries.toArray()).filter(({ _id }) => _id.startsWith(`${db.databaseName}.`));
  return Object.fromEntries(ours.map(({ _id, key }) => [_id.split('.')[1], key]));
}

/** What keeps keys unique: over all rooms, within a room, or nothing. */
async function unique(): Promise<'everywhere' | 'in a room' | 'nowhere'> {
  const names = (await db.collection('memories').indexes())
    .filter((index) => index.unique)
    .map(({ name }) => name);
  if (!names.includes('covered') && !names.includes('covered_meanwhile')) return 'nowhere';
  if (names.includes('ingestion')) return 'everywhere';
  return names.includes('ingestion_in_room') ? 'in a room' : 'nowhere';
}

/** The hub works, takes a redelivered message for what it is, and a turn has one commit. */
async function works(): Promise<void> {
  await withStore(async (store) => {
    const again = await store.memories.append(message({ messageId: 'first' }));
    expect(again.duplicate).toBe(true);
    await store.memories.append(message({ text: 'next' }));
    const { messages } = await store.turns.claim('room', 5);
    const won = await Promise.all(Array.from({ length: 5 }, () => store.turns.commit(commitOf(messages))));
    expect(won.filter(Boolean)).toHaveLength(1);
  });
}

async function isDone(): Promise<void> {
  expect(await keys()).toEqual(shardKeys);
  expect(await unique()).toBe('in a room');
  const indexes = await db.collection('memories').indexes();
  expect(indexes.map(({ name }) => name)).not.toContain('covered_meanwhile');
  expect(indexes.find(({ name }) => name === 'covered')!.key).toEqual({
    agentId: 1,
    roomId: 1,
    'turn.covers': 1,
  });
  expect(indexes.map(({ name }) => name)).toContain('ingest');
  await works();
}

describe('sharding', () => {
  it('[mongodb.8] shards collections that hold files, memories and turns, and may be repeated', async () => {
    await shard();
    await isDone();
    await shard();
    await isDone();
    expect(await withStore((store) => store.files.sweep({ now: Date.now() + 1e9, limit: 10 }))).toBe(1);
  });

  it('needs a cluster', async () => {
    const alone = await startMongoServer({ replicaSet: 'rs0', search: false });
    await expect(shardStore({ ...options(), url: alone.url })).rejects.toMatchObject({
      code: 'config_invalid',
      field: 'MONGODB_URL',
    });
    await alone.stop();
  });

  it('knows a cluster that is too old to know "hello"', async () => {
    const namespace = `${db.databaseName}.1`;
    await server.control.fail(['hello'], { errorCode: 59, namespace }, 'alwaysOn');
    await requireCluster(options());
    await shard();
    expect(await keys()).toEqual(shardKeys);
  });

  it('[mongodb.8] ends where the cluster has gone meanwhile, and goes on when it is back', async () => {
    let left = Object.keys(shardKeys).length;
    const onCommand = ({ commandName }: { commandName: string }) => {
      if (commandName === 'shardCollection' && --left === 0) void server.kill();
    };
    // What is to be put back then is looked for in vain, for as long as an index may be waited for.
    const patience = { lookMs: 50, pingMs: 200, silenceMs: 600_000 };
    await expect(shardStore({ ...options(), onCommand, patience })).rejects.toMatchObject({
      code: 'store_unavailable',
    });
    await server.restart();
    await shard();
    await isDone();
  }, 60_000);

  it('[mongodb.8] is done once by two that do it at once', async () => {
    const results = await Promise.allSettled([shard(), shard(), shard()]);
    expect(results.some(({ status }) => status === 'fulfilled')).toBe(true);
    await shard();
    await isDone();
  });

  /** All that a run sends, one by one. */
  const commands = [
    'listCollections',
    'find',
    'listIndexes',
    'createIndexes',
    'dropIndexes',
    'shardCollection',
  ];

  for (const [how, fault] of [
    ['refused', { errorCode: 20 }],
    ['cut off before a command', { closeConnection: true }],
    ['cut off after a command', { closeAfterExecution: true }],
  ] as const)
    it(`[mongodb.8] keeps keys unique over all rooms until memories are sharded, at each step: ${how}`, async () => {
      const first = db.databaseName;
      const sent: string[] = [];
      await shardStore({
        ...options(),
        onCommand: ({ commandName }) => commands.includes(commandName) && sent.push(commandName),
      });
      expect(new Set(sent)).toEqual(new Set(commands));
      for (const [skip, command] of sent.entries()) {
        db = client.db(`${first}_${skip}`);
        await fill();
        // Nothing is answered from there on, as if the process had been killed: nothing can be put right, either.
        await server.control.fail(commands, fault, { skip });
        const [outcome] = await Promise.allSettled([shard()]);
        await server.control.off();
        expect(outcome, `${command} ${skip}`).toMatchObject({ status: 'rejected' });
        const spread = 'memories' in (await keys());
        await works();
        expect(await unique(), `${command} ${skip}`).toBe(spread ? 'in a room' : 'everywhere');
        await shard();
        await isDone();
      }
    });

  it('[mongodb.8] puts back at once what makes keys unique where the cluster refuses to spread memories', async () => {
    await server.control.fail(['shardCollection'], { errorCode: 20 }, { skip: 3 });
    await expect(shard()).rejects.toMatchObject({ code: 'internal' });
    await server.control.off();
    expect(Object.keys(await keys())).toEqual(['files', 'chunks', 'archive']);
    expect(await unique()).toBe('everywhere');
    await shard();
    await isDone();
  });

  describe('of what older versions left', () => {
    const memories = () => db.collection('memories');
    const inRoom = { name: 'ingestion_in_room', key: { roomId: 1, ingest: 1 }, unique: true };
    /** As they prepared the indexes, before they sharded anything. */
    const prepare = async () => {
      await memories().createIndexes([inRoom]);
      await memories().dropIndex('ingestion');
      await memories().createIndexes([{ name: 'ingest', key: { ingest: 1 } }]);
    };

    it('[mongodb.8] goes on where they failed at the files, with keys unique everywhere again from the first start', async () => {
      await prepare();
      expect(await unique()).toBe('in a room');
      await works();
      expect(await unique()).toBe('everywhere');
      await shard();
      await isDone();
    });

    it('[mongodb.4] makes keys unique everywhere also where another hub locks the catalogue just then', async () => {
      await prepare();
      await server.control.fail(['createIndexes'], { errorCode: 112 });
      await works();
      expect(await unique()).toBe('everywhere');
    });

    it('[mongodb.8] goes on where they failed at the files, also when no hub has started since', async () => {
      await prepare();
      await shard();
      await isDone();
    });

    it('keeps what is spread by room so, and spreads the rest', async () => {
      await prepare();
      for (const name of ['memories', 'archive']) {
        await db.collection(name).createIndexes([{ name: 'room', key: { roomId: 1, _id: 1 } }]);
        const shardCollection = `${db.databaseName}.${name}`;
        await client.db('admin').command({ shardCollection, key: { roomId: 1 } });
      }
      await works();
      await shard();
      expect(await keys()).toEqual({ ...shardKeys, memories: { roomId: 1 }, archive: { roomId: 1 } });
      expect(await unique()).toBe('in a room');
      await works();
    });

    it('leaves keys unique within their rooms where one has come to two of them since', async () => {
      await prepare();
      const document = await memories().findOne({ kind: 'message' });
      await memories().insertOne({ ...document, _id: 'other' as never, roomId: 'other' });
      await works();
      expect(await unique()).toBe('in a room');
      await shard();
      await isDone();
    });
  });
});
