/** The audit log of four hubs that share a database: 10,000 operations over HTTP at once, and what is changed behind them. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Tampering, tamperingMongo } from '../store/tampering.js';
import { runDoctor } from '../support/doctor.js';
import { Home } from '../support/hub.js';
import { HubProcess } from '../support/hub-process.js';
import { noRedis, RedisServer } from '../support/redis.js';
import { SharedDatabase } from '../support/shared-database.js';

const each = 2_500;
const atOnce = 40;

describe.skipIf(noRedis)(
  noRedis ? `the audit log of four hubs (skipped: ${noRedis})` : 'the audit log of four hubs',
  () => {
    let redis: RedisServer;
    let mongo: SharedDatabase;
    let home: Home;
    let shared: Record<string, string>;
    let tampering: Tampering;
    const hubs: { process: HubProcess; url: string; dataDir: string }[] = [];
    beforeAll(async () => {
      [redis, mongo] = await Promise.all([RedisServer.start(), SharedDatabase.start({ search: false })]);
      home = new Home();
      home.character('assistant', { name: 'Ada', bio: '.', plugins: [] });
      shared = { REDIS_URL: redis.url, ...mongo.settings('audit') };
      tampering = tamperingMongo(mongo.url, shared.CARRIER_MONGODB_DATABASE!);
      for (let i = 0; i < 4; i++) {
        const dataDir = `${home.folder}/gateway${i}`;
        const settings = { ...home.settings({ ...shared, CARRIER_ROLE: 'gateway' }), HOME: home.folder };
        const process = new HubProcess({ ...settings, CARRIER_DATA_DIR: dataDir });
        hubs.push({ process, url: await process.start(), dataDir });
      }
    }, 60_000);
    afterAll(async () => {
      await Promise.all(hubs.map(({ process }) => process.end('SIGKILL')));
      await home.dispose();
      await redis?.stop();
      await mongo?.stop();
    });

    const get = async ({ url, process }: (typeof hubs)[number], path: string) => {
      const response = await fetch(url + path, { headers: { authorization: `Bearer ${process.token}` } });
      return { status: response.status, body: JSON.parse(await response.text()) };
    };
    const verify = async (hub: number) => (await get(hubs[hub]!, '/audit/verify')).body;
    const doctor = (hub: number) => runDoctor(home, { ...shared, CARRIER_DATA_DIR: hubs[hub]!.dataDir });

    it('[governed.38] verifies after 10,000 operations, in one line', async () => {
      await Promise.all(
        hubs.map(async (hub) => {
          let left = each;
          const ask = async () => {
            for (let number = left--; number > 0; number = left--) {
              // Some fail; they leave a row, too.
              const [path, expected] =
                number % 10 === 0 ? ['/agents/nobody', 404] : ['/agents/assistant', 200];
              expect((await get(hub, String(path))).status).toBe(expected);
            }
          };
          await Promise.all(Array.from({ length: atOnce }, ask));
        }),
      );
      const count = 4 * each;
      expect(await verify(0)).toMatchObject({
        ok: true,
        rows: count,
        head: { seq: count },
        missing: 0,
        faults: [],
      });
      const names = new Set<string>();
      let previous = '0'.repeat(64);
      for (let cursor = ''; ; ) {
        const { body } = await get(hubs[1]!, `/audit/export?limit=1000${cursor}`);
        for (const { hash, ...row } of body.rows) {
          expect(row.previous).toBe(previous);
          previous = hash;
          names.add(row.principal.name);
        }
        if (body.nextCursor === null) break;
        cursor = `&cursor=${body.nextCursor}`;
      }
      expect(names.size).toBe(4);
    }, 240_000);

    it('names a row that was changed by hand, whichever hub is asked, also with a hash that fits', async () => {
      await tampering.change((links) =>
        links.map((link) => {
          if (link.seq !== 777 && link.seq !== 4_321) return link;
          const body = link.body.replace(/"outcome":"\w+"/, '"outcome":"denied"');
          const hash = link.seq === 777 ? link.hash : createHash('sha256').update(body).digest('hex');
          return { ...link, body, hash };
        }),
      );
      for (const hub of [0, 3]) {
        const { ok, faults } = await verify(hub);
        expect(ok).toBe(false);
        expect(faults).toMatchObject([
          { kind: 'changed', from: 777 },
          { kind: 'changed', from: 4_321 },
        ]);
      }
      const { code, said } = await doctor(2);
      expect(code).toBe(1);
      expect(said).toContain('Row 777 (');
      expect(said).toContain('Row 4321 is not the one that row 4322 was written after.');
    }, 60_000);

    it('[governed.39] says that rows at its end are gone, by what a data folder knows', async () => {
      await Promise.all(hubs.map(({ process }) => process.end('SIGTERM')));
      await tampering.change((links) => links.slice(0, -20));
      await tampering.forgetHead();
      // Each knows the last row that it wrote itself; whoever wrote last knows of all of them.
      const known = hubs.map(({ dataDir }) => {
        const file = readdirSync(dataDir).find((name) => /^audit-head-.*\.json$/.test(name))!;
        return JSON.parse(readFileSync(join(dataDir, file), 'utf8')).seq as number;
      });
      const { code, said } = await doctor(known.indexOf(Math.max(...known)));
      expect(code).toBe(1);
      expect(said).toContain(
        `20 rows are missing: ${Math.max(...known) - 19} to ${Math.max(...known)}. They were`,
      );
      hubs[0]!.url = await hubs[0]!.process.start();
      await get(hubs[0]!, '/agents');
      expect((await verify(0)).ok).toBe(false);
    }, 60_000);
  },
);
