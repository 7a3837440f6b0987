/** Tokens beside a hub of commit b8ee1ad, which knows neither scopes nor users. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { startMongoServer } from '../servers/mongodb/launch.js';
import { api } from '../support/api.js';
import { Home } from '../support/hub.js';
import { HubProcess } from '../support/hub-process.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { noRedis, RedisServer } from '../support/redis.js';
import { ask, issue, revoke } from '../support/tokens.js';
import { until } from '../support/until.js';
import { unpackOldHub } from './old-hub.js';

describe.skipIf(noRedis)(
  noRedis ? `tokens beside an old hub (skipped: ${noRedis})` : 'tokens beside a hub of b8ee1ad',
  () => {
    const ending: (() => unknown)[] = [];
    afterEach(async () => {
      for (const end of ending.splice(0).reverse()) await end();
    });

    it('an issued one is nobody’s to the old hub; its own is good at both until it goes', async () => {
      const [redis, mongo] = [
        await RedisServer.start(),
        await startMongoServer({ replicaSet: 'rs0', search: false }),
      ];
      ending.push(
        () => redis.stop(),
        () => mongo.stop(),
      );
      const home = new Home();
      ending.push(() => home.dispose());
      home.character('assistant', { name: 'Ada', bio: '.', plugins: [] });
      const shared = { REDIS_URL: redis.url, MONGODB_URL: mongo.url, CARRIER_MONGODB_DATABASE: 'beside' };
      const program = join(home.folder, 'program');
      mkdirSync(program);
      unpackOldHub(program);
      const data = join(home.folder, 'old');
      const settings = { ...shared, CARRIER_ROLE: 'gateway', CARRIER_DATA_DIR: data, HOME: home.folder };
      const old = new HubProcess(home.settings(settings), [join(program, 'dist/src/cli/main.js'), 'start']);
      ending.push(() => old.end('SIGKILL'));
      const before = await old.start();
      const start = () =>
        home.hub({ model: () => scriptedModel((request) => `re: ${lastSaid(request)}`) }, shared);
      let today = await start();
      const owner = today.token.secret;

      const { token, id } = await issue(today.url, owner, { name: 'app', role: 'owner' });
      const status = async (url: string, who: string) =>
        (await ask(url, who, ['GET', '/assistant/rooms/r/messages'])).status;
      await until(async () => (await status(before, owner)) === 200, 10_000);
      expect([await status(today.url, token), await status(before, token)]).toEqual([200, 401]);
      expect((await ask(before, token, ['GET', '/pairings'])).status).toBe(401);
      // A message that came with it is answered, whoever is asked for it.
      const message = { text: 'hi', userId: 'ann', roomId: 'r', messageId: 'm' };
      expect((await api(today.url, token).send('assistant', message)).reply!.text).toBe('re: hi');
      expect((await api(before, old.token).send('assistant', message)).reply!.text).toBe('re: hi');

      await revoke(today.url, owner, id);
      expect(await status(before, token)).toBe(401);
      const listed = (await ask(today.url, owner, ['GET', '/tokens'])).body.tokens as {
        name: string;
        id: string;
      }[];
      expect(listed.map(({ name }) => name).filter((name) => name.includes('old'))).toHaveLength(1);
      // The old hub asks its store for tokens as it always did.
      const its = old.token;
      expect([await status(today.url, its), await status(before, its)]).toEqual([200, 200]);
      await revoke(today.url, owner, listed.find(({ name }) => name.includes('/old'))!.id);
      for (const url of [today.url, before])
        await until(async () => (await status(url, its)) === 401, 10_000);
      expect(await status(before, owner)).toBe(200);
      // Started again, it puts its record back, for its file is still there.
      await old.end('SIGKILL');
      const again = await old.start();
      await until(async () => (await status(again, its)) === 200, 10_000);
      for (let look = 0; look < 6; look++) {
        expect((await ask(today.url, its, ['GET', '/pairings'])).status).toBe(401);
        if (look !== 2) await sleep(400);
        // What one process has revoked it refuses in any case.
        else [, today] = [await today.stop(), await start()];
      }
      rmSync(join(home.folder, 'data', 'admin-token'));
      for (const url of [today.url, again])
        await until(async () => (await status(url, owner)) === 401, 10_000);
    }, 90_000);
  },
);
