import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Logger } from '../../src/logger.js';
import { RedisRates } from '../../src/rate/redis.js';
import { rateContract } from '../contract/rate.js';
import { noRedis, noRedisServer, RedisServer } from '../support/redis.js';

function partyOn(redis: RedisServer, prefix: string) {
  const clients: Redis[] = [];
  const warned: string[] = [];
  const open = () => {
    const client = new Redis(redis.url, { maxRetriesPerRequest: 1 });
    client.on('error', () => {});
    clients.push(client);
    const log = { warn: (_: object, message: string) => void warned.push(message) } as unknown as Logger;
    return { client, rates: new RedisRates({ client, prefix, log }) };
  };
  /** Once Redis answers it: what it counts before is its own. */
  const ready = async () => {
    const { client, rates } = open();
    await client.ping();
    return rates;
  };
  return { ready, warned, close: () => clients.forEach((client) => void client.disconnect()), clients };
}

describe.skipIf(noRedis)(noRedis ? `RedisRates (skipped: ${noRedis})` : 'RedisRates', () => {
  let redis: RedisServer;
  let parties = 0;
  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterAll(() => redis?.stop());
  const prefix = () => `test${process.pid}-${++parties}:rate`;

  rateContract('RedisRates', async () => {
    const party = partyOn(redis, prefix());
    const three = await Promise.all([party.ready(), party.ready(), party.ready()]);
    let opened = 0;
    return { open: () => three[opened++]!, close: async () => party.close() };
  });

  it('[governed.17] leaves no key behind that does not expire', async () => {
    const mine = prefix();
    const party = partyOn(redis, mine);
    const [one, other] = await Promise.all([party.ready(), party.ready()]);
    for (let i = 0; i < 200; i++) await (i % 2 ? one : other).count('address', `10.0.0.${i}`, 60);
    const [client] = party.clients;
    const keys = await client!.keys(`${mine}:*`);
    expect(keys).toHaveLength(200);
    const lives = await Promise.all(keys.map((key) => client!.pttl(key)));
    expect(lives.every((ms) => ms > 0 && ms <= 60_000)).toBe(true);
    party.close();
  });
});

describe.skipIf(noRedisServer)('without Redis', () => {
  it('[governed.17] each process counts for itself, says so once, and counts together again', async () => {
    const redis = await RedisServer.start({ own: true });
    const party = partyOn(redis, 'away');
    const [one, other] = await Promise.all([party.ready(), party.ready()]);
    expect((await one!.count('token', 'a', 600)).count).toBe(1);
    expect((await other!.count('token', 'a', 600)).count).toBe(2);
    await redis.kill();
    for (const counter of [one!, other!])
      for (const expected of [1, 2, 3]) expect((await counter.count('token', 'a', 600)).count).toBe(expected);
    // One line each.
    expect(party.warned).toHaveLength(2);
    await redis.restart();
    await expect
      .poll(
        async () =>
          (await one!.count('token', 'b', 600)).count + (await other!.count('token', 'b', 600)).count,
        { timeout: 15_000 },
      )
      .toBeGreaterThan(2);
    party.close();
    await redis.stop();
  });

  it('which answers nothing, a process does not wait for it for long', async () => {
    const redis = await RedisServer.start({ own: true });
    const party = partyOn(redis, 'frozen');
    const rates = await party.ready();
    expect((await rates.count('token', 'a', 600)).count).toBe(1);
    redis.freeze();
    // Its own, from 1 on; without an end to waiting this would hang.
    for (const expected of [1, 2]) expect((await rates.count('token', 'a', 600)).count).toBe(expected);
    expect(party.warned).toHaveLength(1);
    redis.thaw();
    party.close();
    await redis.stop();
  });
});
