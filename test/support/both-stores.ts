/** A hub of its own on the embedded store, and hubs that share Redis and MongoDB: what is promised is the same. */
import { afterAll, beforeAll, describe } from 'vitest';
import { startMongoServer } from '../servers/mongodb/launch.js';
import { noRedis, RedisServer } from './redis.js';

/** `engines`: the settings that lead to the store; another one for every call. */
export function onBothStores(name: string, tests: (engines: () => Record<string, string>) => void): void {
  describe(`${name}: embedded`, () => tests(() => ({})));

  describe.skipIf(noRedis)(`${name}: shared${noRedis ? ` (skipped: ${noRedis})` : ''}`, () => {
    let redis: RedisServer;
    let mongo: Awaited<ReturnType<typeof startMongoServer>>;
    let databases = 0;
    beforeAll(async () => {
      [redis, mongo] = await Promise.all([RedisServer.start(), startMongoServer({ replicaSet: 'rs0' })]);
    });
    afterAll(async () => {
      await redis?.stop();
      await mongo?.stop();
    });
    tests(() => {
      const database = `both_${process.pid}_${++databases}`;
      return {
        ...{ REDIS_URL: redis.url, MONGODB_URL: mongo.url },
        ...{ CARRIER_REDIS_PREFIX: database, CARRIER_MONGODB_DATABASE: database },
      };
    });
  });
}
