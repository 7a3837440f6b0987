/** What `carrier doctor` says of a real Redis and of FerretDB. */
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noFerretdb, startFerretdb } from '../servers/ferretdb.js';
import { type Diagnosed, runDoctor } from '../support/doctor.js';
import { Home } from '../support/hub.js';
import { noRedisServer, RedisServer } from '../support/redis.js';

const missing = noRedisServer ?? noFerretdb;

describe.skipIf(missing)(`carrier doctor on shared engines${missing ? ` (skipped: ${missing})` : ''}`, () => {
  let home: Home;
  let redis: RedisServer;
  let mongo: Awaited<ReturnType<typeof startFerretdb>>;
  let client: Redis;
  let env: Record<string, string>;
  beforeAll(async () => {
    home = new Home();
    [redis, mongo] = await Promise.all([RedisServer.start({ own: true }), startFerretdb()]);
    client = new Redis(redis.url);
    client.on('error', () => {});
    env = { REDIS_URL: redis.url, MONGODB_URL: mongo.url };
    const hub = await home.hub({}, env);
    await hub.stop();
  });
  afterAll(async () => {
    client?.disconnect();
    await home.dispose();
    await Promise.all([redis?.stop(), mongo?.stop()]);
  });

  async function found(more: Record<string, string> = {}) {
    const { code, said, stdout } = await runDoctor(home, { ...env, ...more }, ['--json']);
    const { ok, subjects } = JSON.parse(stdout) as Diagnosed;
    expect(code).toBe(ok ? 0 : 1);
    const of = (name: string) => subjects.find(({ subject }) => subject === name)?.findings ?? [];
    return { ok, said, engines: of('Redis and MongoDB'), of };
  }
  const like = (check: RegExp, ok: boolean) =>
    expect.objectContaining({ check: expect.stringMatching(check), ok });

  it('finds good ones well: versions, persistence, clocks, what waits and the audit log', async () => {
    const { ok, engines, of } = await found();
    expect(ok).toBe(true);
    expect(engines).toEqual(
      expect.arrayContaining([
        like(/^Redis takes jobs$/, true),
        like(/^(Redis|Valkey) \d+\.\d+/, true),
        like(/^Redis keeps its data on disk$/, true),
        like(/clock and that of Redis agree/, true),
        like(/^MongoDB answers: FerretDB .*, schema \d+$/, true),
        like(/^MongoDB is one server by itself$/, true),
        like(/clock and that of MongoDB agree/, true),
        like(/^no message waits for its answer$/, true),
        like(/^no reply was given up$/, true),
      ]),
    );
    // Of FerretDB, whose searches have no index of words.
    expect(engines.filter(({ check }) => check.startsWith('MongoDB: ')).length).toBeGreaterThan(0);
    expect(of('Data folder')).toEqual([]);
    expect(of('Audit log').every(({ ok }) => ok)).toBe(true);
  });

  it('tells of a Redis that keeps nothing on disk, and refuses one that throws keys away', async () => {
    await client.config('SET', 'appendonly', 'no');
    await client.config('SET', 'save', '');
    const forgetful = await found();
    expect(forgetful.engines).toContainEqual({
      check: 'Redis keeps its data in memory alone',
      ok: true,
      fix: expect.stringMatching(/appendonly yes/),
    });
    await client.config('SET', 'maxmemory', '100mb');
    await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const { ok, engines } = await found();
    expect(ok).toBe(false);
    expect(engines).toContainEqual({
      check: 'Redis throws keys away when its memory is short (maxmemory-policy allkeys-lru)',
      ok: false,
      fix: expect.stringMatching(/noeviction/),
      page: 'docs/troubleshooting.md#the-database-does-not-answer',
    });
    await client.config('SET', 'maxmemory-policy', 'noeviction');
    await client.config('SET', 'appendonly', 'yes');
    expect((await found()).ok).toBe(true);
  });

  it('names the setting of the one that does not answer, tells no password, and looks at the rest', async () => {
    const away = await found({ MONGODB_URL: 'mongodb://carrier:pass-of-mine@127.0.0.1:1/' });
    expect(away.ok).toBe(false);
    expect(away.engines).toContainEqual({
      check: 'MongoDB answers',
      ok: false,
      fix: expect.stringMatching(/^Check MONGODB_URL/),
      page: expect.any(String),
    });
    expect(away.said).not.toContain('pass-of-mine');
    expect(away.of('Characters')).toContainEqual(like(/assistant is usable/, true));
    await redis.kill();
    const { ok, engines, said } = await found();
    expect(ok).toBe(false);
    expect(engines).toEqual(
      expect.arrayContaining([like(/^Redis takes jobs$/, false), like(/^MongoDB answers: FerretDB/, true)]),
    );
    expect(said).toMatch(/Check REDIS_URL/);
    await redis.restart();
  });
});
