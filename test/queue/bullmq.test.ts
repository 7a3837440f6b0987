import { afterAll, beforeAll, describe } from 'vitest';
import { createLogger } from '../../src/logger.js';
import { BullmqQueue } from '../../src/queue/bullmq.js';
import { queueContract } from '../contract/queue.js';
import { noRedis, RedisServer } from '../support/redis.js';

describe.skipIf(noRedis)(noRedis ? `BullmqQueue (skipped: ${noRedis})` : 'with a real Redis', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterAll(() => redis?.stop());

  let rooms = 0;
  queueContract('BullmqQueue', async () => {
    const prefix = `test${++rooms}`;
    const open = () =>
      new BullmqQueue({
        name: 'turns',
        prefix,
        producer: { url: redis.url, maxRetriesPerRequest: 1 },
        worker: { url: redis.url, maxRetriesPerRequest: null },
        concurrency: 8,
        attempts: 3,
        retryBaseMs: 20,
        log: createLogger('silent'),
      });
    const queue = open();
    const second = open();
    return {
      queue,
      second,
      dispose: async () => void (await Promise.all([queue.close(0), second.close(0)])),
    };
  });
});
