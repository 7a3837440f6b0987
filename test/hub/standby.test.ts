import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Home } from '../support/hub.js';
import { HubProcess } from '../support/hub-process.js';
import { noRedis, RedisServer } from '../support/redis.js';
import { SharedDatabase } from '../support/shared-database.js';
import { until } from '../support/until.js';

const program = [
  '--import',
  import.meta.resolve('tsx'),
  fileURLToPath(new URL('../support/bot-hub.ts', import.meta.url)),
];

describe.skipIf(noRedis)(
  noRedis ? `two gateways with one bot (skipped: ${noRedis})` : 'of two gateways with one bot token',
  () => {
    let redis: RedisServer;
    let mongo: SharedDatabase;
    let home: Home;
    let gateways: HubProcess[];
    beforeEach(async () => {
      [redis, mongo] = await Promise.all([RedisServer.start(), SharedDatabase.start()]);
      home = new Home();
      gateways = [0, 1].map(
        (i) =>
          new HubProcess(
            {
              ...home.settings({
                REDIS_URL: redis.url,
                ...mongo.settings('standby'),
                CARRIER_ROLE: 'gateway',
              }),
              CARRIER_DATA_DIR: `${home.folder}/gateway${i}`,
              HOME: home.folder,
              JOURNAL: `${home.folder}/journal`,
            },
            program,
          ),
      );
    });
    afterEach(async () => {
      await Promise.all(gateways.map((gateway) => gateway.end('SIGKILL')));
      await redis?.stop();
      await mongo?.stop();
      await home.dispose();
    });

    const journal = (): { pid: number; what: string; at: number }[] => {
      try {
        return readFileSync(`${home.folder}/journal`, 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line));
      } catch {
        return [];
      }
    };
    const opened = (gateway: HubProcess) =>
      journal().some(({ pid, what }) => pid === gateway.pid && what === 'open');
    async function started(): Promise<[HubProcess, HubProcess]> {
      await gateways[0]!.start();
      await until(() => opened(gateways[0]!));
      await gateways[1]!.start();
      return [gateways[0]!, gateways[1]!];
    }

    it('one holds the connection, and the other takes over when it dies', async () => {
      const [first, second] = await started();
      await new Promise((resolve) => setTimeout(resolve, 1000));
      expect(journal()).toHaveLength(1);
      const died = Date.now();
      await first.end('SIGKILL');
      await until(() => opened(second), 30_000);
      expect(journal().at(-1)!.at - died).toBeLessThan(15_000);
      await until(() => second.log.includes('this process holds the connection'));
    }, 90_000);

    it('the other takes over at once when the first one ends in order', async () => {
      const [first, second] = await started();
      expect(await first.end('SIGTERM')).toBe(0);
      await until(() => opened(second), 10_000);
      expect(journal().map(({ what }) => what)).toEqual(['open', 'close', 'open']);
    }, 60_000);

    it('one that was frozen closes its connection when it wakes', async () => {
      const [first, second] = await started();
      process.kill(first.pid, 'SIGSTOP');
      await until(() => opened(second), 30_000);
      process.kill(first.pid, 'SIGCONT');
      await until(() => journal().some(({ pid, what }) => pid === first.pid && what === 'close'), 15_000);
      await until(() => first.log.includes('this process stands by'));
    }, 90_000);
  },
);
