/** A server that looks through a whole collection for each document that is replaced takes thousands of messages in time. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.js';
import { copyStore } from '../../src/copying.js';
import { createLogger } from '../../src/logger.js';
import { readMoved, writeMoved } from '../../src/store/libsql/moved.js';
import { openLibsqlStore } from '../../src/store/libsql/store.js';
import { message } from '../contract/store/samples.js';
import { noFerretdb, startFerretdb } from '../servers/ferretdb.js';

const log = createLogger('silent');
const messages = 2000;
const database = 'copied';

describe.skipIf(noFerretdb)(
  `carrier copy to FerretDB${noFerretdb ? ` (skipped: ${noFerretdb})` : ''}`,
  () => {
    let server: Awaited<ReturnType<typeof startFerretdb>>;
    let client: MongoClient;
    let dataDir: string;

    beforeAll(async () => {
      dataDir = mkdtempSync(join(tmpdir(), 'carrier-copy-ferretdb-'));
      server = await startFerretdb();
      client = new MongoClient(server.url);
      const store = await openLibsqlStore({ dataDir, log });
      const said = Array.from({ length: messages }, (_, n) => message({ text: `said ${n}` }));
      await Promise.all(said.map((one) => store.memories.append(one)));
      await store.close();
    });
    afterAll(async () => {
      await client?.close();
      await server?.stop();
      rmSync(dataDir, { recursive: true, force: true });
    });

    const copy = () => {
      const [MONGODB_URL, CARRIER_MONGODB_DATABASE] = [server.url, database];
      const engines = { MONGODB_URL, CARRIER_MONGODB_DATABASE, REDIS_URL: 'redis://127.0.0.1:1' };
      const config = readConfig({ CARRIER_DATA_DIR: dataDir, ...engines });
      return copyStore(config, log, { found() {}, done() {} });
    };
    const documents = () => client.db(database).collection('memories').find().sort({ _id: 1 }).toArray();

    it('brings 2,000 messages, and again over what a run that was cut off has left', async () => {
      expect(await copy()).toBe(true);
      const there = await documents();
      expect(there.map(({ content }) => content.text).sort()).toEqual(
        Array.from({ length: messages }, (_, n) => `said ${n}`).sort(),
      );
      // As if it had been killed before it noted how far it was, with the half of it there, and one as it is no more.
      const meta = client.db(database).collection<{ _id: string }>('meta');
      await meta.updateOne({ _id: 'copying' }, { $unset: { parts: 1, doneAt: 1 } });
      writeMoved(dataDir, { ...readMoved(dataDir)!, finishedAt: null });
      const memories = client.db(database).collection('memories');
      await memories.deleteMany({ _id: { $in: there.slice(messages / 2).map(({ _id }) => _id) } });
      await memories.updateOne({ _id: there[0]!._id }, { $set: { status: 'pending' } });
      expect(await copy()).toBe(true);
      expect(await documents()).toEqual(there);
    }, 120_000);
  },
);
