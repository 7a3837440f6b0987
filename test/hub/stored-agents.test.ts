/** Agents in the store of several processes on one Redis and one MongoDB: a gateway makes one, a worker answers as it. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { api } from '../support/api.js';
import { Home } from '../support/hub.js';
import { HubProcess } from '../support/hub-process.js';
import { noRedis, RedisServer } from '../support/redis.js';
import { SharedDatabase } from '../support/shared-database.js';
import { until } from '../support/until.js';

describe.skipIf(noRedis)(
  noRedis
    ? `agents in the store of several hubs (skipped: ${noRedis})`
    : 'agents in the store of several hubs',
  () => {
    let redis: RedisServer;
    let mongo: SharedDatabase;
    const home = new Home();
    const hubs: HubProcess[] = [];
    /** Two gateways, and a worker that answers for both. */
    let urls: string[];
    beforeAll(async () => {
      [redis, mongo] = await Promise.all([RedisServer.start(), SharedDatabase.start()]);
      const shared = { REDIS_URL: redis.url, ...mongo.settings('agents'), CARRIER_LOG_LEVEL: 'warn' };
      const process = (name: string, role: string) => {
        const env = { CARRIER_ROLE: role, CARRIER_DATA_DIR: join(home.folder, name), HOME: home.folder };
        const hub = new HubProcess(home.settings({ ...shared, CARRIER_MODELS: 'offline', ...env }));
        hubs.push(hub);
        return hub.start();
      };
      urls = [await process('one', 'gateway'), await process('other', 'gateway')];
      await process('worker', 'worker');
    }, 60_000);
    afterAll(async () => {
      await Promise.all(hubs.map((hub) => hub.end('SIGKILL')));
      await Promise.all([redis?.stop(), mongo?.stop(), home.dispose()]);
    });

    const ask = async (method: string, at: number, path: string, body?: object) => {
      const headers = { authorization: `Bearer ${hubs[at]!.token}`, 'content-type': 'application/json' };
      const response = await fetch(urls[at]! + path, { method, headers, body: body && JSON.stringify(body) });
      // biome-ignore lint/suspicious/noExplicitAny: whatever JSON there is.
      return { status: response.status, body: (await response.json()) as any };
    };
    const say = async (at: number, text: string) =>
      (await api(urls[at]!, hubs[at]!.token).send('nia', { text, userId: 'ann' })).reply!.text;
    /** The offline model says of itself what the examples say. */
    const voice = (reply: string) => ({ examples: [{ user: 'who are you', reply }] });

    it('one that is made, changed, rolled back and removed at one is so at the others', async () => {
      const definition = { name: 'Nia', bio: 'Knows herons.', plugins: [], ...voice('I am the first Nia.') };
      expect((await ask('POST', 0, '/agents', { id: 'nia', definition })).status).toBe(200);
      expect(await say(0, 'who are you')).toContain('first Nia');
      await until(async () => (await ask('GET', 1, '/agents/nia')).body.character?.name === 'Nia', 10_000);
      expect(await say(1, 'who are you')).toContain('first Nia');
      const changed = await ask('PATCH', 1, '/agents/nia', { definition: voice('I am the second Nia.') });
      expect(changed.body.version).toBe(2);
      await until(async () => (await say(0, 'who are you')).includes('second Nia'), 10_000);
      const back = await ask('POST', 0, '/agents/nia/roll-back', { to: 1 });
      expect(back.body.version).toBe(3);
      await until(async () => (await say(1, 'who are you')).includes('first Nia'), 10_000);
      expect((await ask('DELETE', 1, '/agents/nia')).status).toBe(200);
      await until(
        async () => (await ask('POST', 0, '/nia/message', { text: 'x', userId: 'a' })).status === 404,
        10_000,
      );
    });
  },
);
