/** Where REDIS_URL and its companions lead: a password of any characters, TLS, sentinels and a fail-over, a cluster. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RedisBus } from '../../src/bus/redis.js';
import { readConfig } from '../../src/config.js';
import type { TurnEvent } from '../../src/core/events.js';
import { createLogger } from '../../src/logger.js';
import { BullmqQueue } from '../../src/queue/bullmq.js';
import { inOrder, RedisConnections } from '../../src/queue/redis-connection.js';
import { busContract } from '../contract/bus.js';
import { queueContract } from '../contract/queue.js';
import { freePort } from '../support/redis.js';
import { joinCluster, noRedisServer, RedisProcess } from '../support/redis-process.js';
import { until } from '../support/until.js';

const log = createLogger('silent');
const password = 'p@ss:w/r d%#é?"x';
/** As a line of redis.conf has it. */
const quoted = JSON.stringify(password);

const connections = (settings: Record<string, string>) =>
  new RedisConnections(readConfig({ MONGODB_URL: 'mongodb://unused', ...settings }).cluster!.redis, log);

const queueOn = (redis: RedisConnections, name = 'turns') =>
  new BullmqQueue({
    name,
    prefix: redis.prefix,
    producer: redis.failingFast(),
    worker: redis.waiting(),
    concurrency: 8,
    attempts: 3,
    retryBaseMs: 20,
    log,
  });

describe('Redis settings', () => {
  it.each([
    [{ REDIS_URL: 'redis://:a@host', REDIS_PASSWORD: 'b' }, 'REDIS_PASSWORD'],
    [{ REDIS_URL: 'redis://:100%@host' }, 'REDIS_URL'],
    [{ REDIS_URL: 'redis://host/main' }, 'REDIS_URL'],
    [{ REDIS_URL: 'redis://host?db=1' }, 'REDIS_URL'],
    [{ REDIS_URL: 'redis://host/1', REDIS_CLUSTER: 'true' }, 'REDIS_URL'],
    [{ REDIS_URL: 'redis://host', REDIS_CA: '-----BEGIN CERTIFICATE-----' }, 'REDIS_CA'],
    [{ REDIS_URL: 'rediss://host', REDIS_CA: 'ca.pem' }, 'REDIS_CA'],
    [{ REDIS_URL: 'redis://host', REDIS_SENTINELS: 'a:1,b:c' }, 'REDIS_SENTINELS'],
    [{ REDIS_URL: 'redis://host', REDIS_SENTINELS: 'a', REDIS_CLUSTER: 'true' }, 'REDIS_CLUSTER'],
  ])('refuse %j by the name of %s, without a secret', (settings, field) => {
    let refusal: unknown;
    try {
      connections(settings);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toMatchObject({ code: 'config_invalid', message: expect.stringContaining(field) });
    expect((refusal as Error).message).not.toMatch(/:a@|100%/);
  });

  it('take sentinels by name, address and IPv6 address', () => {
    const { redis } = readConfig({
      MONGODB_URL: 'mongodb://unused',
      REDIS_URL: 'redis://master',
      REDIS_SENTINELS: 'one, 10.0.0.2:26380,[::1]:5000',
    }).cluster!;
    expect(redis.sentinels).toEqual([
      { host: 'one', port: 26_379 },
      { host: '10.0.0.2', port: 26_380 },
      { host: '::1', port: 5000 },
    ]);
  });
});

describe.skipIf(noRedisServer)(
  noRedisServer ? `Redis connections (skipped: ${noRedisServer})` : 'Redis connections',
  () => {
    const closing: (() => unknown)[] = [];
    const started = async (lines: (port: number) => string[], flags?: string[]) => {
      const server = await RedisProcess.start(lines, flags);
      closing.push(() => server.stop());
      return server;
    };
    const opened = (settings: Record<string, string>) => {
      const redis = connections(settings);
      closing.push(() => redis.close());
      return redis;
    };
    afterEach(async () => {
      for (const close of closing.splice(0).reverse()) await close();
    });

    it('log in with a password of any characters, given alone or in the URL', async () => {
      const { port } = await started((port) => [
        `port ${port}`,
        `requirepass ${quoted}`,
        `user hub on ${JSON.stringify(`>${password}2`)} ~* &* +@all`,
      ]);
      const url = `redis://127.0.0.1:${port}`;
      const asked = [
        opened({ REDIS_URL: `${url}/3`, REDIS_PASSWORD: password }),
        opened({ REDIS_URL: url.replace('//', `//:${encodeURIComponent(password)}@`) }),
        opened({ REDIS_URL: url.replace('//', '//hub@'), REDIS_PASSWORD: `${password}2` }),
      ].map((redis) => redis.retryingOnce());
      for (const client of asked) expect(await client.ping()).toBe('PONG');
      expect(await asked[0]!.client('INFO')).toContain(' db=3 ');
      const wrong = opened({ REDIS_URL: url, REDIS_PASSWORD: 'wrong' }).retryingOnce();
      await expect(wrong.ping()).rejects.toThrow(/NOAUTH|WRONGPASS/);
    });

    it('use TLS, and trust the authority they are told and no other', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'carrier-tls-'));
      closing.push(() => rmSync(folder, { recursive: true, force: true }));
      certify(folder);
      const { port } = await started((port) => [
        'port 0',
        `tls-port ${port}`,
        `tls-cert-file ${folder}/server.pem`,
        `tls-key-file ${folder}/server.key`,
        'tls-auth-clients no',
      ]);
      const url = `rediss://127.0.0.1:${port}`;
      const queue = queueOn(opened({ REDIS_URL: url, REDIS_CA_FILE: join(folder, 'ca.pem') }));
      closing.push(() => queue.close());
      const ran: string[] = [];
      queue.process(
        async ({ roomId }) => void ran.push(roomId),
        async () => {},
      );
      await until(() => schedules(queue, 'room'));
      await until(() => ran.includes('room'));

      const trusting = opened({ REDIS_URL: url, REDIS_CA: readFileSync(join(folder, 'ca.pem'), 'utf8') });
      expect(await trusting.retryingOnce().ping()).toBe('PONG');
      const stranger = opened({ REDIS_URL: url }).retryingOnce();
      const problems: Error[] = [];
      stranger.on('error', (error) => problems.push(error));
      await expect(stranger.ping()).rejects.toThrow();
      expect(problems[0]!.message).toMatch(/certificate/);
    });

    it('follow the master that the sentinels name, also when its machine dies', async () => {
      const login = [`requirepass ${quoted}`, `masterauth ${quoted}`];
      const master = await started((port) => [`port ${port}`, ...login]);
      const replica = await started((port) => [
        `port ${port}`,
        ...login,
        `replicaof 127.0.0.1 ${master.port}`,
        'repl-diskless-sync-delay 0',
      ]);
      const sentinel = await started(
        (port) => [
          `port ${port}`,
          'requirepass "of the sentinel"',
          `sentinel monitor main 127.0.0.1 ${master.port} 1`,
          `sentinel auth-pass main ${quoted}`,
          'sentinel down-after-milliseconds main 500',
          'sentinel failover-timeout main 3000',
        ],
        ['--sentinel'],
      );
      const redis = opened({
        // Its host is nobody's: it is the sentinels that are asked.
        REDIS_URL: 'redis://the-master',
        REDIS_PASSWORD: password,
        REDIS_SENTINELS: `127.0.0.1:1,127.0.0.1:${sentinel.port}`,
        REDIS_SENTINEL_NAME: 'main',
        REDIS_SENTINEL_PASSWORD: 'of the sentinel',
      });
      const queue = queueOn(redis);
      closing.push(() => queue.close());
      const ran = new Set<string>();
      queue.process(
        async ({ roomId }) => void ran.add(roomId),
        async () => {},
      );
      const bus = new RedisBus({
        publisher: inOrder(redis.retryingOnce()),
        subscriber: redis.waiting(),
        prefix: 'e:',
        log,
      });
      closing.push(() => bus.close());
      const heard: TurnEvent[] = [];
      await bus.subscribe('room', (event) => heard.push(event));
      await until(() => schedules(queue, 'before'));
      await until(() => ran.has('before'));

      // Sentinel promotes only what it knows to be a replica in step.
      const ask = opened({ REDIS_URL: `redis://127.0.0.1:${replica.port}`, REDIS_PASSWORD: password });
      const replicaClient = ask.retryingOnce();
      await until(async () => (await replicaClient.info('replication')).includes('master_link_status:up'));
      const sentinelClient = opened({
        REDIS_URL: `redis://127.0.0.1:${sentinel.port}`,
        REDIS_PASSWORD: 'of the sentinel',
      }).retryingOnce();
      await until(
        async () => ((await sentinelClient.call('SENTINEL', 'REPLICAS', 'main')) as unknown[]).length === 1,
      );

      master.freeze();
      await until(() => schedules(queue, 'after'), 40_000);
      await until(() => ran.has('after'), 40_000);
      expect(await replicaClient.info('replication')).toContain('role:master');
      await until(() => {
        bus.publish('room', { type: 'text.delta', turnId: 'turn', text: 'after' });
        return heard.length > 0;
      }, 40_000);
    }, 120_000);
  },
);

describe.skipIf(noRedisServer)(
  noRedisServer ? `a Redis Cluster (skipped: ${noRedisServer})` : 'with a Redis Cluster of three nodes',
  () => {
    let nodes: RedisProcess[] = [];
    let runs = 0;
    beforeAll(async () => {
      const busPorts = [await freePort(), await freePort(), await freePort()];
      nodes = await Promise.all(
        busPorts.map((busPort) =>
          RedisProcess.start((port) => [
            `port ${port}`,
            'cluster-enabled yes',
            `cluster-port ${busPort}`,
            `requirepass ${quoted}`,
            `masterauth ${quoted}`,
          ]),
        ),
      );
      await joinCluster(nodes, password);
    }, 60_000);
    afterAll(() => Promise.all(nodes.map((node) => node.stop())));

    const open = (node = 0) =>
      connections({
        REDIS_URL: `redis://127.0.0.1:${nodes[node]!.port}`,
        REDIS_PASSWORD: password,
        REDIS_CLUSTER: 'true',
        CARRIER_REDIS_PREFIX: `test${runs}`,
      });

    queueContract('BullmqQueue on a cluster', async () => {
      runs++;
      const [redis, another] = [open(0), open(1)];
      const [queue, second] = [queueOn(redis), queueOn(another)];
      return {
        queue,
        second,
        dispose: async () => {
          await Promise.all([queue.close(0), second.close(0)]);
          redis.close();
          another.close();
        },
      };
    });

    busContract('RedisBus on a cluster', async () => {
      const [redis, another] = [open(0), open(1)];
      const busOn = (from: RedisConnections) =>
        new RedisBus({
          publisher: inOrder(from.retryingOnce()),
          subscriber: from.waiting(),
          prefix: 'test:',
          log,
        });
      const [bus, other] = [busOn(redis), busOn(another)];
      return {
        bus,
        other,
        dispose: async () => {
          await Promise.all([bus.close(), other.close()]);
          redis.close();
          another.close();
        },
      };
    });
  },
);

/** Whether the queue takes the room now. A producer fails fast while Redis is away or not yet there. */
async function schedules(queue: BullmqQueue, roomId: string): Promise<boolean> {
  return queue.schedule(roomId).then(
    () => true,
    () => false,
  );
}

/** An authority of our own, and a certificate it signed for this machine. */
function certify(folder: string): void {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  const key = (name: string) => [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    name,
  ];
  openssl('req', '-x509', ...key('ca.key'), '-out', 'ca.pem', '-subj', '/CN=Test authority', '-days', '2');
  openssl(
    ...['req', '-x509', ...key('server.key'), '-out', 'server.pem', '-subj', '/CN=redis', '-days', '2'],
    ...['-addext', 'subjectAltName=IP:127.0.0.1', '-CA', 'ca.pem', '-CAkey', 'ca.key'],
  );
}
