import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { RedisBus } from '../../src/bus/redis.js';
import type { TurnEvent } from '../../src/core/events.js';
import { createLogger } from '../../src/logger.js';
import { busContract } from '../contract/bus.js';
import { freePort, noRedis, RedisServer } from '../support/redis.js';
import { noRedisServer, RedisProcess } from '../support/redis-process.js';
import { until } from '../support/until.js';

describe.skipIf(noRedisServer)(
  noRedisServer ? `RedisBus without Redis (skipped: ${noRedisServer})` : 'RedisBus without Redis',
  () => {
    it('holds nobody up, and listens once Redis is there', async () => {
      const port = await freePort();
      const publisher = new Redis({ port, maxRetriesPerRequest: 1 }).on('error', () => {});
      const subscriber = new Redis({ port, maxRetriesPerRequest: null }).on('error', () => {});
      const bus = new RedisBus({ publisher, subscriber, prefix: 'test:', log: createLogger('silent') });
      let server: RedisProcess | undefined;
      try {
        const heard: TurnEvent[] = [];
        await bus.subscribe('room', (event) => heard.push(event));
        server = await RedisProcess.start(() => [`port ${port}`], [], port);
        await until(() => {
          bus.publish('room', { type: 'text.delta', turnId: 'turn', text: 'a' });
          return heard.length > 0;
        });
      } finally {
        await bus.close();
        publisher.disconnect();
        await server?.stop();
      }
    });
  },
);

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
