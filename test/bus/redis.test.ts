import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisBus } from '../../src/bus/redis.js';
import type { TurnEvent } from '../../src/core/events.js';
import { Cipher } from '../../src/encryption/cipher.js';
import { createLogger } from '../../src/logger.js';
import { busContract } from '../contract/bus.js';
import { ringOf } from '../encryption/sealed-database.js';
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
      const cipher = new Cipher(ringOf('k1'));
      return new RedisBus({ publisher, subscriber, prefix: 'test:', cipher, log: createLogger('silent') });
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

  it('[governed.28] seals events for their topic, hears what is in the clear, and passes over the rest', async () => {
    const [publisher, subscriber] = [new Redis(redis.url), new Redis(redis.url)];
    const cipher = new Cipher(ringOf('k1'));
    const bus = new RedisBus({ publisher, subscriber, prefix: 'test:', cipher, log: createLogger('silent') });
    const heard: string[] = [];
    await bus.subscribe('a', (event) => heard.push((event as { text: string }).text));
    const told = (text: string) => JSON.stringify({ type: 'text.delta', turnId: 'turn', text });
    const sealed = new Cipher(ringOf('k2')).seal(told('of another key'), 'bus|a');
    for (const text of [sealed, cipher.seal(told('of another topic'), 'bus|b'), 'enc1:', told('clear')])
      await publisher.publish('test:a', text);
    bus.publish('a', { type: 'text.delta', turnId: 'turn', text: 'sealed' });
    await until(() => heard.includes('sealed'));
    expect(heard).toEqual(['clear', 'sealed']);
    await bus.close();
    publisher.disconnect();
  });
});
