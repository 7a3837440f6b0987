import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Carrier } from '../../src/carrier.js';
import { events, scriptedServer } from '../llm/scripted-server.js';
import { Home } from '../support/hub.js';
import { noRedis, RedisServer } from '../support/redis.js';
import { SharedDatabase } from '../support/shared-database.js';
import { until } from '../support/until.js';
import { Platform } from './platform.js';

describe.skipIf(noRedis)(
  noRedis ? `secrets of several hubs (skipped: ${noRedis})` : 'secrets of several hubs',
  () => {
    let redis: RedisServer;
    let mongo: SharedDatabase;
    let home: Home;
    let shared: Record<string, string>;
    let databases = 0;
    beforeAll(async () => {
      [redis, mongo] = await Promise.all([RedisServer.start(), SharedDatabase.start()]);
    });
    afterAll(async () => {
      await redis?.stop();
      await mongo?.stop();
    });
    beforeEach(() => {
      home = new Home();
      home.character('assistant', { name: 'Ada', bio: '.', connectors: { telegram: { dm: 'open' } } });
      shared = {
        REDIS_URL: redis.url,
        ...mongo.settings(`secrets${++databases}`),
        CARRIER_SECRET_KEY: randomBytes(32).toString('base64'),
      };
    });
    afterEach(() => home.dispose());

    it('reach the worker that uses them within moments of a change on the gateway', async () => {
      const { url, received } = await scriptedServer(
        events([
          { id: 'c', choices: [{ index: 0, delta: { content: 'yes' }, finish_reason: 'stop' }] },
          '[DONE]',
        ]),
      );
      const platform = new Platform();
      const env = {
        ...{ ...shared, CARRIER_MODELS: 'openai', CARRIER_TURN_ATTEMPTS: '1' },
        ...{ OPENAI_API_KEY: 'secret:openai', OPENAI_BASE_URL: `${url}/v1` },
      };
      const gateway = await home.carrier({ connectors: [platform] }, { ...env, CARRIER_ROLE: 'gateway' });
      const worker = await home.carrier({}, { ...env, CARRIER_ROLE: 'worker' });
      const heard: string[] = [];
      worker.secrets.onChange((reference) => void heard.push(reference));
      const ask = async () => {
        const before = platform.shown.length;
        await platform.dm('ann', 'hello?');
        await until(() => platform.shown.length > before);
      };
      await gateway.secrets.set('openai', 'key-number-one');
      await ask();
      await gateway.secrets.rotate('openai', 'key-number-two');
      // Far sooner than the look that does without the bus.
      await until(() => heard.includes('secret:openai'), 5000);
      await ask();
      expect(received.map(({ headers }) => headers.authorization)).toEqual([
        'Bearer key-number-one',
        'Bearer key-number-two',
      ]);
    }, 30_000);

    it('[governed.31] are refused by a hub without the key, or with another, which changes nothing', async () => {
      const { CARRIER_SECRET_KEY: _, ...keyless } = shared;
      const hub = (env: Record<string, string>): Promise<Carrier> => home.carrier({ connectors: [] }, env);
      const right = await hub(shared);
      await right.secrets.set('bot', 'some value');
      const [without, other] = await Promise.all([
        hub(keyless),
        hub({ ...shared, CARRIER_SECRET_KEY: 'a passphrase of another hub' }),
      ]);
      for (const wrong of [without, other])
        await expect(wrong.secrets.reveal('bot')).rejects.toThrow(/"bot" cannot be opened.*in all hubs/);
      await expect(without.secrets.set('more', 'value')).rejects.toThrow('CARRIER_SECRET_KEY');
      expect(await right.secrets.reveal('bot')).toBe('some value');
    }, 30_000);
  },
);
