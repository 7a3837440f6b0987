/** The store contract on a MongoDB server. */
import { MongoClient } from 'mongodb';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openMongoStore } from '../../src/store/mongodb/store.js';
import type { Store } from '../../src/store/store.js';
import { type StoreContractOptions, storeContract } from '../contract/store.js';
import { until } from '../support/until.js';
import { temporaryFolder } from './folder.js';
import { tamperingMongo } from './tampering.js';

interface Server {
  url: string;
  stop(): Promise<unknown>;
}

/** A real server's monitor wakes once a minute. */
export const expiryLag = { ms: 130_000, reason: 'the server removes what has expired, in its own time' };

/** @param skipped why it cannot be run; null: it can. */
export function onServer(
  name: string,
  skipped: string | null,
  start: () => Promise<Server>,
  options?: StoreContractOptions,
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
          const store = await openPatiently({ url, database, dataDir: data.path }, () => searches++);
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
  place: { url: string; database: string; dataDir: string },
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
