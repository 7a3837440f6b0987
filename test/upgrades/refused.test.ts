/** What an operator sees when a database is not for this version: at the start, while it runs, and from the doctor. */
import { join } from 'node:path';
import Libsql from 'libsql';
import { MongoClient } from 'mongodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startMongoServer } from '../servers/mongodb/launch.js';
import { api } from '../support/api.js';
import { runDoctor } from '../support/doctor.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { noRedis, RedisServer } from '../support/redis.js';
import { until } from '../support/until.js';
import { putEmbedded } from './fixture.js';

let home: Home;
beforeEach(() => {
  home = new Home();
});
afterEach(() => home.dispose());

describe('an embedded database', () => {
  it('of an older hub is named by the doctor, and left as it is', async () => {
    putEmbedded(join(home.folder, 'data'));
    const { code, said } = await runDoctor(home, {});
    expect(said).toContain('its database has schema 3');
    // That reply was given up before the upgrade; nothing else is wrong with it.
    expect(said).toContain('no  one reply given up');
    expect(said).toContain('\n1 to mend.');
    expect(code).toBe(1);
    expect((await runDoctor(home, {})).said).toContain('its database has schema 3');
  });

  it('of a newer hub is named by the doctor, with the fix', async () => {
    putEmbedded(join(home.folder, 'data'));
    const db = new Libsql(join(home.folder, 'data', 'carrier.db'));
    db.exec('pragma user_version = 99');
    db.close();
    const { code, said } = await runDoctor(home, {});
    expect(said).toMatch(
      /its database has schema 99\n.*newer hub.*Start that version again, or set CARRIER_DATA_DIR/,
    );
    expect(code).toBe(1);
    await expect(home.hub()).rejects.toMatchObject({ code: 'config_invalid' });
  });
});

describe.skipIf(noRedis)(
  noRedis
    ? `a shared database (skipped: ${noRedis})`
    : 'a shared database that becomes one for newer hubs alone',
  () => {
    it('[structure.8] stops a running hub, which takes no work from others, and refuses its restart', async () => {
      const [redis, mongo] = await Promise.all([
        RedisServer.start(),
        startMongoServer({ replicaSet: 'rs0' }),
      ]);
      const client = await new MongoClient(mongo.url).connect();
      try {
        const name = `refused${process.pid}`;
        const shared = {
          ...{ REDIS_URL: redis.url, MONGODB_URL: mongo.url },
          ...{ CARRIER_REDIS_PREFIX: name, CARRIER_MONGODB_DATABASE: name },
        };
        const asked: string[] = [];
        const hub = (version: string) =>
          home.hub(
            {
              model: () =>
                scriptedModel((request) => {
                  asked.push(version);
                  return `${version}: ${lastSaid(request)}`;
                }),
            },
            { ...shared, CARRIER_DATA_DIR: join(home.folder, version) },
          );
        const old = await hub('old');
        const before = await api(old.url, old.token.secret).send('assistant', {
          text: 'one',
          userId: 'alice',
        });
        expect(before.reply!.text).toBe('old: one');

        const meta = client.db(name).collection<{ _id: string }>('meta');
        const { oldest } = (await meta.findOne({ _id: 'schema' })) as unknown as { oldest: number };
        await meta.updateOne({ _id: 'schema' }, { $set: { oldest: 99 } });
        const ready = async () =>
          (await fetch(`${old.url}/readyz`)).json() as Promise<{ checks: { store: string } }>;
        await until(async () => (await ready()).checks.store.includes('newer hub'), 30_000);
        expect((await fetch(`${old.url}/readyz`)).status).toBe(503);
        const refused = await api(old.url, old.token.secret).post('assistant', {
          text: 'two',
          userId: 'alice',
        });
        expect(refused.status).toBe(503);
        await expect(hub('restarted')).rejects.toThrow(/Start that version here too/);
        const { code, said } = await runDoctor(home, shared);
        expect(said).toContain('Start that version here too');
        expect(code).toBe(1);

        // Here stands in for the newer one: to it, the database is right.
        await meta.updateOne({ _id: 'schema' }, { $set: { oldest } });
        const newer = await hub('new');
        const to = api(newer.url, newer.token.secret);
        for (let i = 0; i < 10; i++) await to.send('assistant', { text: `${i}`, userId: `user${i}` });
        expect(asked).toEqual(['old', ...Array.from({ length: 10 }, () => 'new')]);
        expect((await runDoctor(home, shared)).said).toMatch(/MongoDB answers: .*, schema \d+/);
      } finally {
        await home.dispose();
        await client.close();
        await redis.stop();
        await mongo.stop();
      }
    }, 90_000);
  },
);
