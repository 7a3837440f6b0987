/** The schema of a shared database: who brings it up, who may use it, and what a rolling upgrade looks like. */
import { type Db, MongoClient } from 'mongodb';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { archive } from '../../src/store/mongodb/archive.js';
import { type Known, known } from '../../src/store/mongodb/schema.js';
import { openMongoStore } from '../../src/store/mongodb/store.js';
import type { Store } from '../../src/store/store.js';
import { message } from '../contract/store.js';
import { noFerretdb, startFerretdb } from '../servers/ferretdb.js';
import { type RunningMongoServer, startMongoServer } from '../servers/mongodb/launch.js';

const names = known.migrations.map(({ name }) => name);
const now = names.length;

/** Code with one migration more than ours. */
function newer(compatible: boolean, step: Known['steps'][string] = null): Known {
  return {
    migrations: [...known.migrations, { name: 'colours', compatible }],
    steps: { ...known.steps, colours: step },
    watchMs: 50,
  };
}

const older: Known = { ...known, watchMs: 50 };

for (const [server, lacking, start] of [
  ['the protocol server', null, () => startMongoServer({ replicaSet: 'rs0', search: false })],
  ['FerretDB', noFerretdb, startFerretdb],
] as const) {
  describe.skipIf(lacking)(lacking ? `${server}: skipped, ${lacking}` : `on ${server}`, () => {
    let running: Awaited<ReturnType<typeof start>>;
    let client: MongoClient;
    let db: Db;
    let runs = 0;
    let logged: string[];
    const opened: Store[] = [];

    beforeAll(async () => {
      running = await start();
      client = await new MongoClient(running.url).connect();
    });
    afterAll(async () => {
      await client?.close();
      await running?.stop();
    });
    beforeEach(() => {
      db = client.db(`schema_${runs++}`);
      logged = [];
      return async () => {
        for (const store of opened.splice(0)) await store.close();
      };
    });

    const open = async (knows: Known = known, migrate = true) => {
      const log = pino(
        { level: 'info' },
        { write: (line: string) => void logged.push(JSON.parse(line).msg) },
      );
      const { url } = running;
      const store = await openMongoStore({ url, database: db.databaseName, log, known: knows, migrate });
      opened.push(store);
      return store;
    };
    const schema = () => db.collection<{ _id: string }>('meta').findOne({ _id: 'schema' });
    const write = async (document: object) =>
      db.collection<{ _id: string }>('meta').replaceOne({ _id: 'schema' }, document, { upsert: true });
    const forget = () => db.collection<{ _id: string }>('meta').deleteOne({ _id: 'schema' });
    const works = async (store: Store) => {
      const asked = message();
      await store.memories.append(asked);
      expect((await store.turns.claim(asked.roomId, 100)).messages).toContainEqual(asked);
    };

    it('[structure.8] a new database says which migrations it has', async () => {
      const store = await open();
      expect(await schema()).toEqual({ _id: 'schema', version: now, names, oldest: 1 });
      expect(store.description.schema).toBe(now);
    });

    it('[structure.8] one of before the document is brought up, by many at once, and each step may be repeated', async () => {
      await works(await open());
      await forget();
      let steps = 0;
      const step = async (db: Db) => {
        steps++;
        await db
          .collection('memories')
          .updateMany({ colour: { $exists: false } }, { $set: { colour: 'red' } });
      };
      const stores = await Promise.all(Array.from({ length: 5 }, () => open(newer(true, step))));
      await Promise.all(stores.map(works));
      expect(steps).toBeGreaterThanOrEqual(1);
      expect(await schema()).toMatchObject({ version: now + 1, names: [...names, 'colours'], oldest: 1 });
      expect(await db.collection('memories').countDocuments({ colour: 'red' })).toBe(1);
      await open(newer(true, () => Promise.reject(new Error('done already'))));
    });

    it('the schema is not named before all steps are done', async () => {
      await works(await open());
      await expect(open(newer(true, () => Promise.reject(new Error('cut off'))))).rejects.toThrow('cut off');
      expect(await schema()).toMatchObject({ version: now, names });
      await works(await open());
      await open(newer(true));
      expect(await schema()).toMatchObject({ version: now + 1 });
    });

    it('[structure.8] an older process goes on and starts again beside a newer one, and says so', async () => {
      const running = await open();
      await open(newer(true));
      await works(running);
      const again = await open();
      await works(again);
      expect(logged.filter((line) => line.includes('of a newer hub (colours)'))).toHaveLength(1);
      expect(again.description).toMatchObject({
        schema: now + 1,
        notes: [expect.any(String), ...lacks(again)],
      });
      expect(await schema()).toMatchObject({ version: now + 1, names: [...names, 'colours'] });
    });

    it('an older process that starts again undoes nothing that a newer one made', async () => {
      await open();
      await open(newer(true));
      const before = await db.collection('memories').indexes();
      await db.collection('memories').dropIndex('scope');
      const validated = await db.command({ collMod: 'memories', validator: { kind: 'other' } }).then(
        () => true,
        () => false,
      );
      await open();
      expect(await db.collection('memories').indexes()).toHaveLength(before.length - 1);
      if (validated) {
        const [memories] = await db.listCollections({ name: 'memories' }, { nameOnly: false }).toArray();
        expect(memories!.options!.validator).toEqual({ kind: 'other' });
      }
      // The newer one makes what it wants there.
      await open(newer(true));
      expect(await db.collection('memories').indexes()).toHaveLength(before.length);
    });

    it('[structure.8] a newer one that older ones may not use refuses them, with the fix', async () => {
      await works(await open());
      await open(newer(false));
      const refused = {
        code: 'config_invalid',
        message: expect.stringContaining(
          `newer hub (schema ${now + 1}, for hubs that know at least ${now + 1}; this one knows ${now}). Start that version`,
        ),
      };
      await expect(open()).rejects.toMatchObject(refused);
      await expect(open(known, false)).rejects.toMatchObject(refused);
      await expect(
        archive({ before: 1 }, { url: running.url, database: db.databaseName }),
      ).rejects.toMatchObject(refused);
    });

    it('a process that may not go on stops before the data changes, and says why', async () => {
      const old = await open(older);
      await works(old);
      let stopped: unknown;
      await open(
        newer(false, async () => {
          stopped = await old.ping().catch((error) => error);
        }),
      );
      expect(stopped).toMatchObject({ code: 'store_unavailable', retryable: true });
      await expect(old.turns.claim('room', 1)).rejects.toThrow(/Start that version here too/);
      expect(logged.filter((line) => line.includes('this one does nothing more'))).toHaveLength(1);
    });

    it('the version only ever rises', async () => {
      await open();
      let later: Store | undefined;
      // While one brings the database up, one that knows more does, too.
      const more: Known = {
        migrations: [...newer(true).migrations, { name: 'shapes', compatible: true }],
        steps: { ...newer(true).steps, shapes: null },
        watchMs: 50,
      };
      await open(
        newer(true, async () => {
          later = await open(more);
        }),
      );
      expect(later!.description.schema).toBe(now + 2);
      expect(await schema()).toMatchObject({ version: now + 2, names: [...names, 'colours', 'shapes'] });
    });

    it('who only looks brings nothing up', async () => {
      await works(await open());
      await write({ version: 3, names: names.slice(0, 3), oldest: 1 });
      const { description } = await open(known, false);
      expect(description.notes[0]).toMatch(/schema 3 is of an older hub/);
      expect(await schema()).toMatchObject({ version: 3 });
    });
  });
}

describe('a process that is killed while it brings a database up', () => {
  let server: RunningMongoServer;
  let client: MongoClient;
  beforeAll(async () => {
    server = await startMongoServer({ replicaSet: 'rs0', search: false });
    client = await new MongoClient(server.url).connect();
  });
  afterAll(async () => {
    await client?.close();
    await server?.stop();
  });

  it('leaves it to the next, wherever it was', async () => {
    const log = pino({ level: 'silent' });
    const commands = ['create', 'createIndexes', 'update', 'listCollections', 'find'];
    for (const [i, command] of commands.entries())
      for (const skip of [0, 1, 2]) {
        const database = `killed_${i}_${skip}`;
        await server.control.fail([command], { closeConnection: true }, { skip });
        const options = { url: server.url, database, log };
        const doomed = await openMongoStore(options).catch(() => null);
        await doomed?.close().catch(() => {});
        await server.control.off();
        const store = await openMongoStore(options);
        await store.memories.append(message());
        expect((await store.turns.claim('room', 5)).messages).toHaveLength(1);
        const found = await client
          .db(database)
          .collection<{ _id: string }>('meta')
          .findOne({ _id: 'schema' });
        expect(found).toMatchObject({ version: now, names });
        await store.close();
      }
  });
});

function lacks({ description }: Store): string[] {
  return description.notes.filter((note) => note.startsWith('no ') || note.startsWith('a server'));
}
