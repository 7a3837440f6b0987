import { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisLeases } from '../../src/lease/redis.js';
import { leaseContract } from '../contract/lease.js';
import { noRedis, RedisServer } from '../support/redis.js';
import { until } from '../support/until.js';

const log = pino({ level: 'silent' });

describe.skipIf(noRedis)(noRedis ? `RedisLeases (skipped: ${noRedis})` : 'RedisLeases', () => {
  let redis: RedisServer;
  let parties = 0;
  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterAll(() => redis?.stop());

  function party(ttlMs: number) {
    const prefix = `test${++parties}:`;
    const clients: Redis[] = [];
    const open = () => {
      const client = new Redis(redis.url, { maxRetriesPerRequest: 1 });
      client.on('error', () => {});
      clients.push(client);
      return new RedisLeases({ client, prefix, ttlMs, log });
    };
    const close = async () => {
      for (const client of clients) client.disconnect();
    };
    return { open, close, clients };
  }

  leaseContract('RedisLeases', async () => party(1000));

  function contend(leases: RedisLeases) {
    const seen: string[] = [];
    const fences: number[] = [];
    const lease = leases.contend('bot', {
      gained: (fence) => {
        fences.push(fence);
        seen.push('gained');
      },
      lost: (reason) => void seen.push(reason),
    });
    return { lease, seen, fences };
  }

  it('follows a holder that is gone without a word, which knows of it first', async () => {
    const { open, close, clients } = party(1000);
    const holder = contend(open());
    await until(() => holder.lease.held);
    const standby = contend(open());
    clients[0]!.disconnect();
    let both = false;
    await until(() => {
      both ||= holder.lease.held && standby.lease.held;
      return standby.lease.held;
    });
    expect(both).toBe(false);
    expect(holder.seen).toEqual(['gained', 'it could not be renewed in time']);
    await Promise.all([holder.lease.release(), standby.lease.release()]);
    await close();
  });

  it('goes on through a flush, and fences still grow', async () => {
    const { open, close } = party(1000);
    const holder = contend(open());
    await until(() => holder.lease.held);
    await redis.flush();
    const standby = contend(open());
    await until(() => holder.lease.held !== standby.lease.held);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect([holder, standby].filter(({ lease }) => lease.held)).toHaveLength(1);
    const fences = [...holder.fences, ...standby.fences];
    expect(fences).toEqual([...fences].sort((a, b) => a - b));
    await Promise.all([holder.lease.release(), standby.lease.release()]);
    await close();
  });

  it('is given up when Redis is gone, and taken again when it is back', async () => {
    const { open, close } = party(1000);
    const holder = contend(open());
    await until(() => holder.lease.held);
    await redis.kill();
    await until(() => holder.seen.length === 2);
    expect(holder.lease.held).toBe(false);
    await redis.restart();
    await until(() => holder.lease.held, 20_000);
    await holder.lease.release();
    await close();
  });
});
