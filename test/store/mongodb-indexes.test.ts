/** Indexes at start: made one after another, by many hubs at once, and tried: some engines take what they do not do. */
import { type CommandFailedEvent, MongoClient } from 'mongodb';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { openMongoStore } from '../../src/store/mongodb/store.js';
import type { Store } from '../../src/store/store.js';
import { commitOf, message } from '../contract/store.js';
import {
  type MongoServerOptions,
  type RunningMongoServer,
  startMongoServer,
} from '../servers/mongodb/launch.js';

let server: RunningMongoServer;
let stores: Store[] = [];
let lines: { level: number; msg: string; index?: string; err?: { message: string } }[] = [];
let failed: string[] = [];
let making = 0;
let mostAtOnce = 0;
const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });

const start = async (options: MongoServerOptions) => {
  server = await startMongoServer({ replicaSet: 'rs0', search: false, ...options });
};
const open = async () => {
  const store = await openMongoStore({
    ...{ url: server.url, database: 'indexes', log },
    onCommand: ({ commandName }) => {
      if (commandName === 'createIndexes') mostAtOnce = Math.max(mostAtOnce, ++making);
    },
    onAnswer: (event) => {
      if (event.commandName !== 'createIndexes') return;
      making--;
      const { failure } = event as CommandFailedEvent;
      if (failure) failed.push(failure.message);
    },
  });
  stores.push(store);
  return store;
};
const indexesOf = async (collection: string) => {
  const client = new MongoClient(server.url);
  const found = await client.db('indexes').collection(collection).listIndexes().toArray();
  await client.close();
  return found.map(({ name }) => name as string).sort();
};
/** Two turns in a row, words that are found, and a key that is kept. */
const works = async ({ memories, turns }: Store) => {
  for (const text of ['a parrot', 'a hamster']) {
    const memory = message({ text });
    expect((await memories.append(memory)).duplicate).toBe(false);
    expect((await memories.append({ ...memory, id: message().id })).duplicate).toBe(true);
    const claimed = (await turns.claim('room', 5)).messages;
    expect(claimed.map(({ id }) => id)).toEqual([memory.id]);
    expect(await turns.commit(commitOf(claimed, { text: 'yes' }))).toBe(true);
    expect(await turns.commit(commitOf(claimed, { text: 'yes' }))).toBe(false);
  }
  const found = await memories.search({ agentId: 'ada', scopes: ['s'], text: 'parrots', limit: 5 });
  expect(found.map(({ memory }) => memory.content.text)).toEqual(['a parrot']);
};

afterEach(async () => {
  await Promise.all(stores.map((store) => store.close()));
  await server.stop();
  stores = [];
  lines = [];
  failed = [];
  making = 0;
  mostAtOnce = 0;
});

describe('a server that locks its catalogue to make an index', () => {
  it('[mongodb.4] is asked for one after another', async () => {
    await start({ indexLockMs: 5 });
    await works(await open());
    expect(failed).toEqual([]);
    expect(mostAtOnce).toBe(1);
  });

  it('[mongodb.4] serves several hubs that start at the same moment', async () => {
    await start({ indexLockMs: 5 });
    const [first] = await Promise.all([open(), open(), open()]);
    // They met, and each went on.
    expect(new Set(failed)).toEqual(new Set(['deadlock detected']));
    await works(first);
    expect(await indexesOf('memories')).toEqual(
      expect.arrayContaining(['covered', 'ingestion', 'open', 'words']),
    );
    for (const { description } of stores)
      expect(description.notes).toEqual([expect.stringMatching(/^no search/)]);
  });

  it('[mongodb.4] is given up, retryably, while others go on and on', async () => {
    await start({});
    await server.control.fail(['createIndexes'], { errorCode: 246 }, 'alwaysOn');
    const refused = await open().catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'store_unavailable', retryable: true });
    await server.control.off();
    await works(await open());
  });
});

describe('a server that takes indexes and leaves them without effect', () => {
  it('[mongodb.4] is refused where it keeps no key unique', async () => {
    await start({ ignoredIndexes: ['unique'] });
    const refused = await open().catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'config_invalid', field: 'MONGODB_URL' });
    expect((refused as Error).message).toContain('unique');
  });

  const kinds: ['partial' | 'text' | 'ttl', RegExp, string, string][] = [
    ['partial', /^no partial indexes/, 'all_open', 'covered'],
    ['text', /^no text index/, 'terms', 'words'],
    ['ttl', /^no TTL indexes/, 'ingestion', 'age'],
  ];
  for (const [kind, note, made, unmade] of kinds) {
    it(`[mongodb.4] goes without the kind, and says so: ${kind}`, async () => {
      await start({ ignoredIndexes: [kind] });
      for (const store of [await open(), await open()]) {
        expect(store.description.notes).toContainEqual(expect.stringMatching(note));
        expect(store.description.notes).toHaveLength(2);
      }
      await works(stores[0]!);
      const names = await indexesOf('memories');
      expect(names).toContain(made);
      expect(names).not.toContain(unmade);
    });
  }

  it('[mongodb.4] has every kind where they do what they must, and nothing is left of the trial', async () => {
    await start({});
    await works(await open());
    expect(stores[0]!.description.notes).toEqual([expect.stringMatching(/^no search node/)]);
    const client = new MongoClient(server.url);
    expect(await client.db('indexes').collection('probes').countDocuments()).toBe(0);
    await client.close();
  });
});

describe('an index that is refused', () => {
  it('[mongodb.4] is told, with the reason, and the hub goes on', async () => {
    await start({});
    // Not the first ones, which are the trial's and the keys'.
    await server.control.fail(['createIndexes'], { errorCode: 67, namespace: 'indexes.audit' }, 'alwaysOn');
    await works(await open());
    expect(stores[0]!.description.notes).toContainEqual(expect.stringContaining('audit.operation'));
    const told = lines.filter(({ msg }) => msg.startsWith('the database server refuses an index'));
    expect(told).toEqual([
      expect.objectContaining({
        level: 40,
        index: 'audit.operation',
        err: expect.objectContaining({ code: 67 }),
      }),
    ]);
  });

  it('[mongodb.4] stops the hub where keys hang on it', async () => {
    await start({});
    await server.control.fail(
      ['createIndexes'],
      { errorCode: 67, namespace: 'indexes.memories' },
      'alwaysOn',
    );
    expect(await open().catch((error: unknown) => error)).toMatchObject({ code: 'internal' });
  });
});
