import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/logger.js';
import { BullmqQueue } from '../../src/queue/bullmq.js';
import { queueContract } from '../contract/queue.js';
import { noRedis, RedisServer } from '../support/redis.js';
import { until } from '../support/until.js';

describe.skipIf(noRedis)(noRedis ? `BullmqQueue (skipped: ${noRedis})` : 'with a real Redis', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterAll(() => redis?.stop());

  let prefixes = 0;
  const open = (prefix: string, lockMs?: number) =>
    new BullmqQueue({
      name: 'turns',
      prefix,
      producer: { url: redis.url, maxRetriesPerRequest: 1 },
      worker: { url: redis.url, maxRetriesPerRequest: null },
      concurrency: 8,
      attempts: 3,
      retryBaseMs: 20,
      lockMs,
      log: createLogger('silent'),
    });
  queueContract('BullmqQueue', async () => {
    const prefix = `test${++prefixes}`;
    const queue = open(prefix);
    const second = open(prefix);
    return {
      queue,
      second,
      dispose: async () => void (await Promise.all([queue.close(0), second.close(0)])),
    };
  });

  it('[mongodb.13] takes no work while it is paused, and what came meanwhile afterwards', async () => {
    const prefix = `test${++prefixes}`;
    const [one, other] = [open(prefix), open(prefix)];
    const ran: string[] = [];
    let release = () => {};
    const busy = new Promise<void>((resolve) => {
      release = resolve;
    });
    // Before and after it began, and with a run under way.
    one.pause();
    one.process(
      async ({ roomId }) => {
        ran.push(roomId);
        if (roomId === 'busy') await busy;
      },
      async () => {},
    );
    await one.schedule('a');
    await other.schedule('b');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(ran).toEqual([]);
    one.resume();
    await until(() => ran.length === 2);
    await one.schedule('busy');
    await until(() => ran.length === 3);
    one.pause();
    // A fetch that was under way may still bring one.
    await new Promise((resolve) => setTimeout(resolve, 300));
    const before = ran.length;
    for (let i = 0; i < 5; i++) await one.schedule(`late${i}`);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(ran.length).toBeLessThanOrEqual(before + 1);
    expect(await one.counts()).toMatchObject({ running: 1 });
    one.resume();
    await until(() => ran.length === 8);
    release();
    await Promise.all([one.close(1000), other.close()]);
  });

  it('closes also when Redis is gone', async () => {
    const gone = await RedisServer.start({ own: true });
    const queue = new BullmqQueue({
      name: 'turns',
      prefix: 'gone',
      producer: { url: gone.url, maxRetriesPerRequest: 1, enableOfflineQueue: false },
      worker: { url: gone.url, maxRetriesPerRequest: null },
      concurrency: 1,
      attempts: 1,
      retryBaseMs: 1,
      log: createLogger('silent'),
    });
    let ran = false;
    queue.process(
      async () => {
        ran = true;
      },
      async () => {},
    );
    await until(() =>
      queue.schedule('room').then(
        () => true,
        () => false,
      ),
    );
    await until(() => ran);
    await gone.kill();
    await queue.close(100);
    await gone.stop();
  });

  it('begins nothing after Redis was emptied while a run from before may still go on', async () => {
    const prefix = `test${++prefixes}`;
    const queues = [open(prefix, 2000), open(prefix, 2000)];
    let running = 0;
    let overlaps = 0;
    let runs = 0;
    for (const queue of queues)
      queue.process(
        async ({ signal }) => {
          if (running++ > 0) overlaps++;
          // The first run knows of nothing until its hold cannot be renewed.
          if (++runs === 1) await new Promise((resolve) => signal.addEventListener('abort', resolve));
          running--;
          signal.throwIfAborted();
        },
        async () => {},
      );
    await queues[0]!.schedule('room');
    await until(() => runs === 1);
    await redis.flush();
    await queues[0]!.schedule('room');
    await until(() => runs === 2);
    await Promise.all(queues.map((queue) => queue.close()));
    expect(overlaps).toBe(0);
  });

  it('lets a run that was frozen past its hold do nothing more, and has another one do its work', async () => {
    const prefix = `test${++prefixes}`;
    const [frozen, heir] = [open(prefix, 1000), open(prefix, 1000)];
    const done: string[] = [];
    let refused: unknown;
    frozen.process(
      async ({ hold }) => {
        hold();
        // No timer and no answer of Redis comes between the thaw and what the run does next.
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1500);
        try {
          hold();
          done.push('frozen');
        } catch (error) {
          refused = error;
          // Out of the way of the heir, which works in the same process here.
          void frozen.close();
          throw error;
        }
      },
      async () => void done.push('parked'),
    );
    await frozen.schedule('room');
    await until(() => refused !== undefined);
    heir.process(
      async () => void done.push('heir'),
      async () => {},
    );
    await until(() => done.length > 0);
    await heir.close();
    expect(refused).toMatchObject({ code: 'store_unavailable' });
    expect(done).toEqual(['heir']);
  });
});
