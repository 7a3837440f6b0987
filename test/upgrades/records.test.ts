/** Records beside a hub of commit b8ee1ad, which knows none: it goes on, and leaves them alone. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/logger.js';
import { openMongoStore } from '../../src/store/mongodb/store.js';
import { startMongoServer } from '../servers/mongodb/launch.js';
import { api } from '../support/api.js';
import { Home } from '../support/hub.js';
import { HubProcess } from '../support/hub-process.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { noRedis, RedisServer } from '../support/redis.js';
import { unpackOldHub } from './old-hub.js';

describe.skipIf(noRedis)(
  noRedis ? `records beside an old hub (skipped: ${noRedis})` : 'records beside a hub of b8ee1ad',
  () => {
    const ending: (() => unknown)[] = [];
    afterEach(async () => {
      for (const end of ending.splice(0).reverse()) await end();
    });

    it('stay as they are while it starts, works, is killed and starts again', async () => {
      const redis = await RedisServer.start();
      ending.push(() => redis.stop());
      const mongo = await startMongoServer({ replicaSet: 'rs0', search: false });
      ending.push(() => mongo.stop());
      const home = new Home();
      ending.push(() => home.dispose());
      home.character('assistant', { name: 'Ada', bio: '.', plugins: [] });
      const shared = { REDIS_URL: redis.url, MONGODB_URL: mongo.url, CARRIER_MONGODB_DATABASE: 'beside' };
      const today = await home.hub(
        { model: () => scriptedModel((request) => `re: ${lastSaid(request)}`) },
        shared,
      );
      const log = createLogger('silent');
      const { records, close } = await openMongoStore({ url: mongo.url, database: 'beside', log });
      ending.push(close);
      const kept = { kind: 'task', id: 'a', value: { step: 1 }, group: 'g', due: 5 };
      expect(await records.put(kept, 0)).toBe(true);

      const program = join(home.folder, 'program');
      mkdirSync(program);
      unpackOldHub(program);
      const settings = { ...shared, CARRIER_ROLE: 'gateway', CARRIER_DATA_DIR: join(home.folder, 'old') };
      const old = new HubProcess(home.settings({ ...settings, HOME: home.folder }), [
        join(program, 'dist/src/cli/main.js'),
        'start',
      ]);
      ending.push(() => old.end('SIGKILL'));
      for (const messageId of ['first', 'second']) {
        const url = await old.start();
        const said = await api(url, old.token).send('assistant', {
          ...{ text: messageId, userId: 'ann', roomId: 'r', messageId },
        });
        expect(said.reply!.text).toBe(`re: ${messageId}`);
        await old.end('SIGKILL');
      }
      expect((await fetch(`${today.url}/readyz`)).status).toBe(200);
      expect(await records.get('task', 'a')).toEqual({ ...kept, version: 1 });
      expect(await records.put({ ...kept, value: { step: 2 } }, 1)).toBe(true);
      expect(await records.put({ ...kept, value: { step: 3 } }, 1)).toBe(false);
      expect(await records.due('task', 5, 5)).toEqual([{ ...kept, value: { step: 2 }, version: 2 }]);
    });
  },
);
