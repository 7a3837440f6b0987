/** The audit log of databases that older hubs left: those that knew no audit log, and those that knew no chain. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openEngines } from '../../src/backends.js';
import type { AuditRow } from '../../src/store/audit-log.js';
import { verifyChain } from '../../src/store/audit-verification.js';
import { Database } from '../../src/store/libsql/database.js';
import { migrate, steps } from '../../src/store/libsql/schema.js';
import { migrations } from '../../src/store/migrations.js';
import { known } from '../../src/store/mongodb/schema.js';
import { openMongoStore } from '../../src/store/mongodb/store.js';
import { auditRow, bare } from '../contract/store/audit.js';
import { noFerretdb, startFerretdb } from '../servers/ferretdb.js';
import { startMongoServer } from '../servers/mongodb/launch.js';
import { log } from '../store/folder.js';
import { type Tampering, tamperingLibsql, tamperingMongo } from '../store/tampering.js';
import { api } from '../support/api.js';
import { runDoctor } from '../support/doctor.js';
import { Home } from '../support/hub.js';
import { noRedis, RedisServer } from '../support/redis.js';
import { putEmbedded, putMongodb } from './fixture.js';

type Kind = 'embedded' | 'mongodb' | 'ferretdb';
const kinds: [Kind, string | null, () => Promise<{ url: string; stop(): Promise<unknown> }>][] = [
  ['embedded', null, async () => ({ url: '', stop: async () => {} })],
  ['mongodb', noRedis, () => startMongoServer({ replicaSet: 'rs0', search: false })],
  ['ferretdb', noRedis ?? noFerretdb, startFerretdb],
];

/** As many as hubs of commit 3943f3b knew: the audit log, and no chain. */
const before = migrations.findIndex(({ name }) => name === 'audit-chain');

describe.each(kinds)('the audit log of an older hub, %s', (kind, lacking, start) => {
  let server: Awaited<ReturnType<typeof start>>;
  let redis: RedisServer | undefined;
  let home: Home;
  let dataDir: string;
  let settings: Record<string, string>;
  let database: string;
  let databases = 0;
  let tampering: Tampering;
  beforeAll(async () => {
    if (lacking) return;
    server = await start();
    if (kind !== 'embedded') redis = await RedisServer.start();
  });
  afterAll(async () => {
    await redis?.stop();
    await server?.stop();
  });
  beforeEach(() => {
    home = new Home();
    // The turns that the older hub left are another agent's: what they do would leave rows, too, at any time.
    rmSync(join(home.characters, 'assistant.json'));
    home.character('warden', { name: 'Warden', bio: 'Counts.' });
    dataDir = join(home.folder, 'data');
    database = `audit_${kind}_${databases++}`;
    settings =
      kind === 'embedded'
        ? {}
        : {
            ...{ REDIS_URL: redis?.url ?? '', MONGODB_URL: server?.url ?? '' },
            ...{ CARRIER_MONGODB_DATABASE: database, CARRIER_REDIS_PREFIX: database },
          };
    tampering = kind === 'embedded' ? tamperingLibsql(dataDir) : tamperingMongo(server?.url ?? '', database);
  });
  afterEach(() => home.dispose());

  const put = () => (kind === 'embedded' ? putEmbedded(dataDir) : putMongodb(kind, server.url, database));
  /** A hub of it works for a moment, and is asked by an admin. */
  const work = async (times: number) => {
    const { url, token, stop } = await home.hub({}, settings);
    const get = async (path: string) => (await api(url, token.secret).get(path)).json() as Promise<never>;
    for (let i = 0; i < times; i++) await get('/agents');
    const found: { rows: AuditRow[]; verified: object } = { rows: [], verified: await get('/audit/verify') };
    found.rows = ((await get('/audit?limit=200')) as { rows: AuditRow[] }).rows;
    await stop();
    return found;
  };
  const opened = async <T>(look: (store: Awaited<ReturnType<typeof openEngines>>['store']) => Promise<T>) => {
    const { store, close } = await openEngines(home.config(settings), log);
    return look(store).finally(close);
  };

  it.skipIf(lacking)(
    'of b8ee1ad begins a chain, goes on with it and verifies',
    async () => {
      await put();
      const first = await work(5);
      expect(first.verified).toMatchObject({ ok: true, rows: 5, older: 0 });
      const second = await work(5);
      // The questions for verification and list left rows, too.
      expect(second.verified).toMatchObject({ ok: true, rows: 12, head: { seq: 12 }, older: 0, missing: 0 });
      await tampering.change((links) =>
        links.map((link) => (link.seq === 6 ? { ...link, body: link.body.replace('audit', 'other') } : link)),
      );
      const { code, said } = await runDoctor(home, settings);
      expect([code, said]).toEqual([1, expect.stringContaining('Row 6 (')]);
    },
    60_000,
  );

  it.skipIf(lacking)(
    'of 3943f3b keeps its rows, listed with newer ones, exported and outside of the chain',
    async () => {
      const older = Array.from({ length: 7 }, (_, i) =>
        auditRow({
          target: { agentId: `a${i}` },
          outcome: i % 2 === 0 ? 'done' : 'denied',
          error: i % 2 ? 'x' : undefined,
        }),
      );
      if (kind === 'embedded') {
        await put();
        const db = new Database(join(dataDir, 'carrier.db'));
        migrate(db, steps.slice(0, before));
        db.close();
      } else {
        await put();
        const ours = { ...known, migrations: migrations.slice(0, before) };
        await (await openMongoStore({ url: server.url, database, log, known: ours })).close();
        const client = await new MongoClient(server.url).connect();
        await client.db(database).dropCollection('audit_chain');
        await client.close();
      }
      for (const row of older.slice(0, 6)) await tampering.addOlder(row);
      const { rows, verified } = await work(3);
      expect(verified).toMatchObject({ ok: true, rows: 3, older: 6 });
      expect(rows.slice(-6).map(({ id }) => id)).toEqual(
        older
          .slice(0, 6)
          .map(({ id }) => id)
          .toReversed(),
      );
      // An older hub goes on beside, or after the newer one has stopped.
      await tampering.addOlder(older[6]!);
      await opened(async ({ audit }) => {
        expect(await audit.older('', 10)).toEqual(JSON.parse(JSON.stringify(older)));
        const { items } = await audit.list({ limit: 20, outcome: 'denied' });
        expect(bare(items).map(({ id }) => id)).toEqual([older[5]!.id, older[3]!.id, older[1]!.id]);
        expect(await verifyChain(audit)).toMatchObject({ ok: true, rows: 5, older: 7 });
      });
      expect((await work(1)).verified).toMatchObject({ ok: true, rows: 6, older: 7 });
      const { code, said } = await runDoctor(home, settings);
      // The old hub had given up a reply; what else is told is what its rooms still wait for.
      expect([code, said]).toEqual([1, expect.stringMatching(/one reply given up/)]);
      expect(said).not.toMatch(/no {2}its .* rows/);
      expect(said).toMatch(
        /its 8 rows are one unbroken chain; 7 of older hubs outside of it cannot be checked/,
      );
    },
    60_000,
  );
});
