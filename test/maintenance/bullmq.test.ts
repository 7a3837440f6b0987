import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/logger.js';
import { BullmqMaintenance } from '../../src/maintenance/bullmq.js';
import { maintenanceContract } from '../contract/maintenance.js';
import { noRedis, RedisServer } from '../support/redis.js';
import { until } from '../support/until.js';

describe.skipIf(noRedis)(noRedis ? `BullmqMaintenance (skipped: ${noRedis})` : 'with a real Redis', () => {
  let redis: RedisServer;
  let opened: BullmqMaintenance[] = [];
  beforeEach(async () => {
    redis = await RedisServer.start();
    opened = [];
  });
  afterEach(async () => {
    await Promise.all(opened.map((maintenance) => maintenance.close()));
    await redis.stop();
  });

  let prefixes = 0;
  const open = (prefix: string) => {
    const maintenance = new BullmqMaintenance({
      prefix,
      producer: { url: redis.url, maxRetriesPerRequest: 1, enableOfflineQueue: false },
      worker: { url: redis.url, maxRetriesPerRequest: null },
      lockMs: 2_000,
      log: createLogger('silent'),
    });
    opened.push(maintenance);
    return maintenance;
  };

  maintenanceContract('BullmqMaintenance', async () => {
    const prefix = `test${++prefixes}`;
    return { maintenance: open(prefix), second: open(prefix), dispose: async () => {} };
  });

  it('goes on when the process that runs a work is killed', async () => {
    const module = new URL('../../dist/src/maintenance/bullmq.js', import.meta.url).href;
    const script = `
      import { BullmqMaintenance } from ${JSON.stringify(module)};
      const line = { url: ${JSON.stringify(redis.url)}, maxRetriesPerRequest: null };
      const log = { debug() {}, error() {} };
      new BullmqMaintenance({ prefix: 'killed', producer: line, worker: line, lockMs: 2000, log })
        .every('sweep', 50, () => { console.log('runs'); return new Promise(() => setInterval(() => {}, 1e6)); });`;
    const doomed = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(doomed.stdout, 'data');
    let runs = 0;
    open('killed').every('sweep', 50, async () => void runs++);
    await new Promise((resolve) => setTimeout(resolve, 500));
    // It holds the work: nobody else does it.
    expect(runs).toBe(0);
    doomed.kill('SIGKILL');
    await until(() => runs > 2, 20_000);
  }, 40_000);

  it('finds its schedule again after Redis was emptied', async () => {
    let runs = 0;
    for (const maintenance of [open('flushed'), open('flushed')])
      maintenance.every('sweep', 50, async () => void runs++);
    for (let flushes = 0; flushes < 3; flushes++) {
      runs = 0;
      await until(() => runs > 2);
      await redis.flush();
    }
    runs = 0;
    await until(() => runs > 2);
  });

  it.skipIf(process.env.REDIS_URL)(
    'goes on after Redis died and came back, without what it knew',
    async () => {
      let runs = 0;
      const maintenance = open('dead');
      maintenance.every('sweep', 50, async () => void runs++);
      await until(() => runs > 2);
      await redis.kill();
      await redis.restart();
      await redis.flush();
      runs = 0;
      await until(() => runs > 2, 40_000);
    },
    60_000,
  );

  it.skipIf(process.env.REDIS_URL)(
    'begins when Redis was away at the start',
    async () => {
      await redis.kill();
      let runs = 0;
      open('late').every('sweep', 50, async () => void runs++);
      await redis.restart();
      await until(() => runs > 2, 40_000);
    },
    60_000,
  );

  it.skipIf(process.env.REDIS_URL)(
    'can be closed while Redis is away',
    async () => {
      let runs = 0;
      const maintenance = open('closing');
      maintenance.every('sweep', 50, async () => void runs++);
      await until(() => runs > 0);
      await redis.kill();
      await maintenance.close();
      expect(runs).toBeGreaterThan(0);
    },
    30_000,
  );
});
