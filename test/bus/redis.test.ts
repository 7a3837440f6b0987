import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe } from 'vitest';
import { RedisBus } from '../../src/bus/redis.js';
import { createLogger } from '../../src/logger.js';
import { busContract } from '../contract/bus.js';
import { noRedis, RedisServer } from '../support/redis.js';

describe.skipIf(noRedis)(noRedis ? `RedisBus (skipped: ${noRedis})` : 'with a real Redis', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterAll(() => redis?.stop());

  busContract('RedisBus', async () => {
    const publishers: Redis[] = [];
    const open = () => {
      const publisher = new Redis(redis.url);
      publishers.push(publisher);
      const subscriber = new Redis(redis.url);
      return new RedisBus({ publisher, subscriber, prefix: 'test:', log: createLogger('silent') });
    };
    const bus = open();
    const other = open();
    return {
      bus,
      other,
      dispose: async () => {
        await Promise.all([bus.close(), other.close()]);
        for (const publisher of publishers) publisher.disconnect();
      },
    };
  });
});
