import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { api } from '../support/api.js';
import { Home } from '../support/hub.js';
import { HubProcess } from '../support/hub-process.js';
import { noRedis, RedisServer } from '../support/redis.js';
import { SharedDatabase } from '../support/shared-database.js';
import { until } from '../support/until.js';

interface SentSpan {
  name: string;
  traceId: string;
  attributes: { key: string; value: { stringValue?: string } }[];
}

/** Takes spans as an OpenTelemetry collector does, in OTLP's JSON. */
class Collector {
  readonly spans: SentSpan[] = [];
  raw = '';
  readonly #server: Server = createServer((req, res) => {
    let body = '';
    req.on('data', (bytes) => {
      body += bytes;
    });
    req.on('end', () => {
      this.raw += body;
      const { resourceSpans } = JSON.parse(body) as {
        resourceSpans: { scopeSpans: { spans: SentSpan[] }[] }[];
      };
      this.spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)));
      res.setHeader('Content-Type', 'application/json').end('{}');
    });
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

describe.skipIf(noRedis)(noRedis ? `tracing (skipped: ${noRedis})` : 'tracing', () => {
  let redis: RedisServer;
  let mongo: SharedDatabase;
  let home: Home;
  let collector: Collector;
  const hubs: HubProcess[] = [];
  beforeEach(async () => {
    [redis, mongo] = await Promise.all([RedisServer.start(), SharedDatabase.start()]);
    home = new Home();
    collector = new Collector();
  });
  afterEach(async () => {
    await Promise.all(hubs.map((hub) => hub.end('SIGKILL')));
    collector.stop();
    await redis?.stop();
    await mongo?.stop();
    await home.dispose();
  });

  it('follows a message from the gateway that took it to the worker that answers it, without its words', async () => {
    const endpoint = await collector.start();
    const start = async (role: string) => {
      const hub = new HubProcess({
        ...home.settings({ REDIS_URL: redis.url, ...mongo.settings('tracing'), CARRIER_ROLE: role }),
        CARRIER_DATA_DIR: `${home.folder}/${role}`,
        HOME: home.folder,
        OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
        OTEL_BSP_SCHEDULE_DELAY: '100',
      });
      hubs.push(hub);
      return { hub, url: await hub.start() };
    };
    const [gateway] = await Promise.all([start('gateway'), start('worker')]);
    const client = api(gateway.url, gateway.hub.token);
    await client.send('assistant', { text: 'my secret is swordfish', userId: 'alice' });
    const turn = () => collector.spans.find(({ name }) => name === 'turn');
    await until(() => turn() !== undefined);
    const trace = () => collector.spans.filter(({ traceId }) => traceId === turn()!.traceId);
    await until(() => trace().some(({ name }) => name.startsWith('add')));
    expect(turn()!.attributes).toContainEqual({ key: 'agent', value: { stringValue: 'assistant' } });
    expect(collector.raw).not.toContain('swordfish');
  }, 60_000);
});
