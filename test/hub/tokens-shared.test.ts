/** Tokens of several hubs on one Redis and one MongoDB, each a process of its own. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { api } from '../support/api.js';
import { Home } from '../support/hub.js';
import { HubProcess } from '../support/hub-process.js';
import { noRedis, RedisServer } from '../support/redis.js';
import { SharedDatabase } from '../support/shared-database.js';
import { ask, issue, revoke } from '../support/tokens.js';
import { until } from '../support/until.js';

describe.skipIf(noRedis)(
  noRedis ? `tokens of several hubs (skipped: ${noRedis})` : 'tokens of several hubs',
  () => {
    let redis: RedisServer;
    let mongo: SharedDatabase;
    let home: Home;
    let hubs: HubProcess[];
    let urls: string[];
    let databases = 0;
    beforeAll(async () => {
      [redis, mongo] = await Promise.all([RedisServer.start(), SharedDatabase.start()]);
    });
    afterAll(async () => {
      await redis?.stop();
      await mongo?.stop();
    });
    beforeEach(async () => {
      home = new Home();
      home.character('assistant', { name: 'Ada', bio: '.', plugins: [] });
      const shared = {
        REDIS_URL: redis.url,
        ...mongo.settings(`tokens${++databases}`),
        CARRIER_LOG_LEVEL: 'warn',
      };
      // Gateways alone: what waits for a reply waits until it is ended.
      hubs = ['one', 'other'].map(
        (name) =>
          new HubProcess(
            home.settings({
              ...shared,
              CARRIER_ROLE: 'gateway',
              CARRIER_DATA_DIR: dataOf(name),
              HOME: home.folder,
            }),
          ),
      );
      urls = [await hubs[0]!.start(), await hubs[1]!.start()];
    });
    afterEach(async () => {
      await Promise.all(hubs.map((hub) => hub.end('SIGKILL')));
      await home.dispose();
    });

    const dataOf = (name: string) => join(home.folder, `data-${name}`);
    const status = async (url: string, token: string) => (await ask(url, token, ['GET', '/agents'])).status;
    const ended = (url: string, token: string) =>
      until(async () => (await status(url, token)) === 401, 10_000);
    const streamAt = async (url: string, token: string) => {
      const message = { text: 'hello', userId: 'ann' };
      const response = await api(url, token).post('assistant', message, { accept: 'text/event-stream' });
      expect(response.status).toBe(200);
      return response.text();
    };

    it('one that is revoked on one hub is refused by the others, and its streams end with a reason', async () => {
      const owner = hubs[0]!.token;
      const { token, id } = await issue(urls[0]!, owner, { name: 'app', role: 'operator' });
      await until(async () => (await status(urls[1]!, token)) === 200, 10_000);
      const streams = urls.map((url) => streamAt(url, token));
      const waiting = api(urls[1]!, token).post('assistant', { text: 'hi', userId: 'bob' });
      await until(
        async () => (await api(urls[0]!, owner).messages('assistant', 'user:bob')).length === 1,
        10_000,
      );
      await revoke(urls[0]!, owner, id);
      for (const stream of streams) expect(await stream).toMatch(/event: error\ndata: .*"token_revoked"/);
      expect((await waiting).status).toBe(401);
      for (const url of urls) await ended(url, token);
    }, 60_000);

    it('so is one whose event is lost, since Redis is away', async () => {
      if (process.env.REDIS_URL) return;
      const { token, id } = await issue(urls[0]!, hubs[0]!.token, { name: 'app', role: 'operator' });
      await until(async () => (await status(urls[1]!, token)) === 200, 10_000);
      await redis.kill();
      try {
        await revoke(urls[0]!, hubs[0]!.token, id);
        await ended(urls[1]!, token);
      } finally {
        redis = await RedisServer.start();
      }
    }, 60_000);

    it('a hub’s own dies with its file, everywhere [security.9]', async () => {
      const [dead, alive] = hubs.map(({ token }) => token) as [string, string];
      for (const url of urls) for (const token of [dead, alive]) expect(await status(url, token)).toBe(200);
      const stream = streamAt(urls[1]!, dead);
      await until(
        async () => (await api(urls[0]!, alive).messages('assistant', 'user:ann')).length === 1,
        10_000,
      );
      rmSync(join(dataOf('one'), 'admin-token'));
      expect(await stream).toMatch(/"token_revoked"/);
      for (const url of urls) await ended(url, dead);
      expect(await status(urls[0]!, alive)).toBe(200);
      await hubs[0]!.end('SIGTERM');
      const again = await hubs[0]!.start();
      expect(hubs[0]!.token).not.toBe(dead);
      await until(async () => (await status(urls[1]!, hubs[0]!.token)) === 200, 10_000);
      expect([await status(again, dead), await status(again, hubs[0]!.token)]).toEqual([401, 200]);
    }, 60_000);

    it('without a shared key they have no callback secret, and callbacks are refused', async () => {
      const { token, callbackSecret } = await issue(urls[0]!, hubs[0]!.token, { name: 'app' });
      expect(callbackSecret).toBeNull();
      const message = { text: 'hi', userId: 'ann', callbackUrl: 'https://example.com/' };
      const response = await api(urls[0]!, token).post('assistant', message);
      const { error } = (await response.json()) as { error: { code: string; message: string } };
      expect([response.status, error.code]).toEqual([422, 'callback_refused']);
      expect(error.message).toMatch(/CARRIER_SECRET_KEY/);
    }, 60_000);
  },
);
