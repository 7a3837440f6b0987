/**
 * The store contract on every MongoDB server at hand: `MONGODB_URL`, `MONGODB_ATLAS_URL`, FerretDB and
 * mongo-java-server where they are installed, and always our protocol server, with a search node (a replica set) and
 * without one (standalone, and encrypted).
 */
import { randomBytes } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KeyRing, keyRingOf } from '../../src/encryption/key-ring.js';
import { openMongoStore } from '../../src/store/mongodb/store.js';
import type { Store } from '../../src/store/store.js';
import { type StoreContractOptions, storeContract } from '../contract/store.js';
import { noFerretdb, startFerretdb } from '../servers/ferretdb.js';
import { noMongoJava, startMongoJava } from '../servers/mongo-java.js';
import { startMongoServer } from '../servers/mongodb/launch.js';
import { until } from '../support/until.js';
import { temporaryFolder } from './folder.js';
import { tamperingMongo } from './tampering.js';

interface Server {
  url: string;
  stop(): Promise<unknown>;
}

const { MONGODB_URL: given, MONGODB_ATLAS_URL: atlas } = process.env;

/** A real server's monitor wakes once a minute. */
const expiryLag = { ms: 130_000, reason: 'the server removes what has expired, in its own time' };

if (given) onServer('MONGODB_URL', null, async () => existing(given), { expiryLag });
else process.stderr.write('MongoDB store on a server of your own: not run, MONGODB_URL is not set\n');
if (atlas) {
  onServer('Atlas', null, async () => existing(atlas), {
    searchLag: { ms: 15_000, reason: 'a search node follows the database a moment behind' },
    expiryLag,
  });
} else process.stderr.write('MongoDB store on Atlas: not run, MONGODB_ATLAS_URL is not set\n');
onServer('FerretDB', noFerretdb, startFerretdb, {
  cannot: {
    updateAtOnce: 'its updates read and then write: two at once on one document may undo each other',
  },
});
onServer('mongo-java-server', noMongoJava, startMongoJava, { expiryLag });
onServer(
  'the protocol server without search, encrypted',
  null,
  () => startMongoServer({ search: false, ttlSeconds: 1 }),
  { expiryLag },
  keyRingOf(`k1:${randomBytes(32).toString('base64')}`),
);
onServer(
  'the protocol server with search',
  null,
  () => startMongoServer({ replicaSet: 'rs0', searchDelayMs: 0, ttlSeconds: 1 }),
  { expiryLag },
);

function onServer(
  name: string,
  skipped: string | null,
  start: () => Promise<Server>,
  options?: StoreContractOptions,
  ring: KeyRing | null = null,
): void {
  if (skipped) {
    it.skip(`${name}: skipped, ${skipped}`, () => {});
    process.stderr.write(`MongoDB store on ${name}: skipped, ${skipped}\n`);
    return;
  }
  describe(name, () => {
    let server: Server;
    let databases = 0;
    let searches = 0;
    let engine = '';
    beforeAll(async () => {
      server = await start();
    });
    afterAll(() => server?.stop());

    storeContract(
      `MongoDB on ${name}`,
      async () => {
        const { url } = server;
        const database = `carrier_${process.pid}_${databases++}`;
        const data = temporaryFolder();
        const open = async () => {
          const store = await openPatiently({ url, database, ring, dataDir: data.path }, () => searches++);
          engine = store.description.notes.some((note) => note.startsWith('no search node')) ? '' : 'search';
          return store;
        };
        let store = await open();
        return {
          store,
          tampering: tamperingMongo(url, database),
          async reopen() {
            await store.close();
            store = await open();
            return store;
          },
          another: open,
          async dispose() {
            await store.close();
            await dropDatabase(url, database);
            data.remove();
          },
        };
      },
      options,
    );

    it('was searched by its search node, if it has one', () => {
      expect(searches > 0).toBe(engine === 'search');
    });
  });
}

/** A store whose searches wait for the search indexes, so that it is them that are tested. */
async function openPatiently(
  place: { url: string; database: string; dataDir: string; ring: KeyRing | null },
  searched: () => void,
): Promise<Store> {
  let wanted = 0;
  const log = pino({ level: 'debug' }, { write: (line: string) => count(JSON.parse(line).msg) });
  const count = (message: string) => {
    if (message === 'asking for a search index') wanted++;
    if (/^(search index is ready|no search index yet)/.test(message)) wanted--;
  };
  const store = await openMongoStore({
    ...place,
    log,
    onCommand: ({ command }) => {
      if (command.pipeline?.[0]?.$vectorSearch || command.pipeline?.[0]?.$search) searched();
    },
  });
  const { memories } = store;
  const search = memories.search.bind(memories);
  memories.search = async (request) => {
    const first = await search(request);
    if (wanted === 0) return first;
    await until(() => wanted === 0);
    return search(request);
  };
  return store;
}

async function dropDatabase(url: string, database: string): Promise<void> {
  const client = new MongoClient(url);
  await client.db(database).dropDatabase();
  await client.close();
}

function existing(url: string): Server {
  return { url, stop: async () => {} };
}
