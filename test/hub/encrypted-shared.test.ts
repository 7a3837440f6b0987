/** What hubs on one Redis and one MongoDB leave there of what people say, with encryption and without. */
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openEngines } from '../../src/backends.js';
import { defineAction } from '../../src/extension-api.js';
import { createLogger } from '../../src/logger.js';
import { diagnoseEngines } from '../../src/store-diagnosis.js';
import { settingOf } from '../encryption/sealed-database.js';
import { api } from '../support/api.js';
import { Home } from '../support/hub.js';
import { scriptedModel, textsOf } from '../support/model.js';
import { noRedis, RedisServer } from '../support/redis.js';
import { SharedDatabase } from '../support/shared-database.js';
import { until } from '../support/until.js';
import { databaseBytes, occurrences } from '../support/word-scan.js';

/** The last one's stem is a word of its own. */
const words = ['zqamber', 'zqbasalt', 'zqcitrine', 'zqdiorite', 'zqemerald', 'zqfeldspar', 'zqrunnings'];
const wanted = [...words, 'zqrun'];
const turns = 40;

describe.skipIf(noRedis)(
  noRedis ? `encryption in MongoDB and Redis (skipped: ${noRedis})` : 'encryption in MongoDB and Redis',
  () => {
    let redis: RedisServer;
    let mongo: SharedDatabase;
    let home: Home;
    beforeAll(async () => {
      [redis, mongo] = await Promise.all([RedisServer.start(), SharedDatabase.start({ search: false })]);
    });
    afterAll(async () => {
      await redis?.stop();
      await mongo?.stop();
    });
    beforeEach(() => {
      home = new Home();
      home.character('assistant', { name: 'Ada', bio: 'Collects stones.', plugins: ['cabinet'] });
    });
    afterEach(() => home.dispose());

    const look = defineAction({
      ...{ name: 'look', description: 'Looks.', parameters: z.object({ what: z.string() }) },
      run: async ({ what }) => `seen: ${what}`,
    });

    /** Everything that was sent to Redis while it ran, and everything that lies in MongoDB then. */
    async function talk(name: string, more: Record<string, string>) {
      const settings: Record<string, string> = { REDIS_URL: redis.url, ...mongo.settings(name), ...more };
      const watch = new Redis(redis.url);
      const monitor = await watch.monitor();
      const sent: string[] = [];
      monitor.on('monitor', (_time, args: string[]) => sent.push(args.join(' ')));
      const model = scriptedModel((request) => {
        const said = textsOf(request).at(-1)!;
        return said.startsWith('seen: ')
          ? `I saw ${words.join(' and ')}`
          : { calls: [{ name: 'look', arguments: JSON.stringify({ what: words.join(' ') }) }] };
      });
      const hub = await home.hub(
        { model: () => model, plugins: [{ name: 'cabinet', actions: [look] }] },
        settings,
      );
      const client = api(hub.url, hub.token.secret);
      const events: string[] = [];
      await Promise.all(
        Array.from({ length: turns }, async (_, at) => {
          const body = { text: `${at}: ${words.join(', ')}`, userId: 'u', roomId: `room ${at}` };
          for (const { event } of await client.stream('assistant', body)) events.push(event);
        }),
      );
      expect(events.filter((event) => event === 'reply').length).toBeGreaterThan(0);
      const shown = (await client.messages('assistant', 'room 0')).map(({ text }) => text);
      await hub.stop();
      monitor.disconnect();
      watch.disconnect();
      const { MONGODB_URL: url = '', CARRIER_MONGODB_DATABASE: database = '' } = settings;
      const bytes = Buffer.concat([await databaseBytes(url, database), Buffer.from(sent.join('\n'))]);
      return { settings, shown, events, redis: Buffer.from(sent.join('\n')), bytes };
    }

    it('leaves no word of anybody there, where a run without it leaves thousands', {
      timeout: 120_000,
    }, async () => {
      const keys = { CARRIER_ENCRYPTION_KEYS: settingOf('k1') };
      const [plain, sealed] = [await talk('plain', {}), await talk('sealed', keys)];
      const count = (bytes: Buffer) => wanted.map((word) => occurrences(bytes, word));
      const before = count(plain.bytes);
      expect(before.reduce((sum, one) => sum + one)).toBeGreaterThan(1_000);
      for (const [at, one] of count(plain.redis).entries()) expect(one, wanted[at]).toBeGreaterThan(0);
      expect(count(sealed.bytes)).toEqual(wanted.map(() => 0));
      // The same is shown, and deltas come, too.
      expect(sealed.shown.filter((text) => text.startsWith('I saw'))[0]).toBe(`I saw ${words.join(' and ')}`);
      expect(new Set(sealed.events)).toEqual(new Set(plain.events));
      // [governed.31] Another hub without the key, or with another, serves nothing; doctor names the setting.
      const others: Record<string, string>[] = [{}, { CARRIER_ENCRYPTION_KEYS: settingOf('k2') }];
      for (const wrong of others) {
        const { CARRIER_ENCRYPTION_KEYS: _, ...settings } = sealed.settings;
        const failing = { code: 'config_invalid', field: 'CARRIER_ENCRYPTION_KEYS' };
        await expect(home.hub({}, { ...settings, ...wrong })).rejects.toMatchObject(failing);
        const log = createLogger('silent');
        const config = home.config({ ...settings, ...wrong });
        const [found] = await diagnoseEngines(openEngines(config, log, { migrate: false }), config, log);
        expect(found!.findings).toMatchObject([
          { ok: false, fix: expect.stringMatching(/^Check CARRIER_ENCRYPTION_KEYS: .*"k1"/) },
        ]);
      }
      const again = await home.hub({}, sealed.settings);
      const client = api(again.url, again.token.secret);
      await until(async () => (await client.messages('assistant', 'room 0')).length === sealed.shown.length);
    });
  },
);
