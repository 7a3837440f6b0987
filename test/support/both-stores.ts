/** A hub of its own on the embedded store, and hubs that share Redis and MongoDB: what is promised is the same. */
import { mkdirSync } from 'node:fs';
import { afterAll, beforeAll, describe } from 'vitest';
import { createLogger } from '../../src/logger.js';
import { openLibsqlStore } from '../../src/store/libsql/store.js';
import { openMongoStore } from '../../src/store/mongodb/store.js';
import type { Store } from '../../src/store/store.js';
import { noRedis, RedisServer } from './redis.js';
import { SharedDatabase } from './shared-database.js';

/** `engines`: the settings that lead to the store; another one for every call. */
export function onBothStores(name: string, tests: (engines: () => Record<string, string>) => void): void {
  describe(`${name}: embedded`, () => tests(() => ({})));

  describe.skipIf(noRedis)(`${name}: shared${noRedis ? ` (skipped: ${noRedis})` : ''}`, () => {
    let redis: RedisServer;
    let mongo: SharedDatabase;
    let databases = 0;
    beforeAll(async () => {
      [redis, mongo] = await Promise.all([RedisServer.start(), SharedDatabase.start()]);
    });
    afterAll(async () => {
      await redis?.stop();
      await mongo?.stop();
    });
    tests(() => ({ REDIS_URL: redis.url, ...mongo.settings(`both${++databases}`) }));
  });
}

/** The store of a hub with these settings, while the hub is not there. */
export function openStore(dataDir: string, engines: Record<string, string>): Promise<Store> {
  const { MONGODB_URL: url, CARRIER_MONGODB_DATABASE: database = '' } = engines;
  const log = createLogger('silent');
  mkdirSync(dataDir, { recursive: true });
  return url ? openMongoStore({ url, database, log }) : openLibsqlStore({ dataDir, log });
}
