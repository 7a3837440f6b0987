/** What waits in a worker for its share, when that worker ends, pauses, or loses Redis. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/logger.js';
import { BullmqQueue } from '../../src/queue/bullmq.js';
import { noRedis, RedisServer } from '../support/redis.js';
import { until } from '../support/until.js';

const greedy = { tenant: 't', agent: 'a', person: 'greedy' };
const other = { tenant: 't', agent: 'a', person: 'other' };
/** Of 8 slots. */
const most = 6;

describe.skipIf(noRedis)(`what waits in a worker${noRedis ? ` (skipped: ${noRedis})` : ''}`, () => {
  let redis: RedisServer;
  let prefixes = 0;
  let prefix: string;
  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterAll(() => redis?.stop());
  beforeEach(() => {
    prefix = `shares${++prefixes}`;
  });

  const open = () =>
    new BullmqQueue({
      ...{ name: 'turns', prefix, concurrency: 8, attempts: 3, retryBaseMs: 20, lockMs: 2000 },
      producer: { url: redis.url, maxRetriesPerRequest: 1 },
      worker: { url: redis.url, maxRetriesPerRequest: null },
      log: createLogger('silent'),
    });
  /** Hangs until its hold is lost, or it is told to go on. */
  const work = (queue: BullmqQueue) => {
    const [begun, ended]: [string[], string[]] = [[], []];
    let goOn = () => {};
    const gate = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    queue.process(
      async ({ roomId, signal }) => {
        begun.push(roomId);
        const lost = new Promise((_, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason)),
        );
        if (roomId.startsWith('slow')) await Promise.race([gate, lost]);
        ended.push(roomId);
      },
      async () => {},
    );
    return { begun, ended, goOn };
  };
  const fill = async (queue: BullmqQueue, count: number) => {
    for (let i = 0; i < count; i++) await queue.schedule(`slow${i}`, { share: greedy });
  };
  const taken = async (queue: BullmqQueue, count: number) =>
    until(async () => (await queue.counts()).running === count);

  it('goes to another one when that ends', async () => {
    const [first, heir] = [open(), open()];
    const before = work(first);
    await fill(first, 8);
    // Two have no slot, and are here all the same.
    await taken(first, 8);
    await until(() => before.begun.length === most);
    const after = work(heir);
    await first.close();
    after.goOn();
    await until(() => new Set(after.ended).size === 8);
    expect(before.ended).toEqual([]);
    await heir.close();
  });

  it('goes to another one that has slots while this one has none', async () => {
    const [first, idle] = [open(), open()];
    const before = work(first);
    await fill(first, 8);
    await taken(first, 8);
    await until(() => before.begun.length === most);
    const after = work(idle);
    await until(() => after.begun.length === 2);
    expect(before.begun).toHaveLength(most);
    for (const { goOn } of [before, after]) goOn();
    await until(() => before.ended.length + after.ended.length === 8);
    await Promise.all([first.close(), idle.close()]);
  });

  it('does not begin while the queue is paused, and does afterwards', async () => {
    const queue = open();
    const { begun, ended, goOn } = work(queue);
    await fill(queue, 8);
    await taken(queue, 8);
    await until(() => begun.length === most);
    queue.pause();
    goOn();
    await until(() => ended.length === most);
    await taken(queue, 0);
    expect(begun).toHaveLength(most);
    queue.resume();
    await until(() => ended.length === 8);
    await queue.close();
  });

  it('is lost with what runs when Redis is emptied, and leaves all slots free', async () => {
    const queue = open();
    const { begun, ended, goOn } = work(queue);
    await fill(queue, 30);
    await taken(queue, 8);
    await until(() => begun.length === most);
    await redis.flush();
    // The sweeper finds them again.
    await fill(queue, 30);
    await until(() => begun.length === 2 * most);
    await queue.schedule('hi', { share: other });
    await until(() => ended.includes('hi'));
    expect(ended).toEqual(['hi']);
    goOn();
    await until(() => new Set(ended).size === 31);
    await queue.close();
  });
});
