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
  spanId: string;
  parentSpanId?: string;
  startTimeUnixNano: string;
  /** Of the process that sent it. */
  service: string;
  attributes: { key: string; value: { stringValue?: string } }[];
}

/** Which process did what within what, in the order of time. */
function printed(trace: SentSpan[], names: string[]): string {
  const all = new Map(trace.map((span) => [span.spanId, span]));
  const shown = trace
    .filter(({ name }) => names.includes(name))
    .sort((one, other) => (BigInt(one.startTimeUnixNano) < BigInt(other.startTimeUnixNano) ? -1 : 1));
  const depthOf = ({ parentSpanId }: SentSpan): number => {
    const parent = parentSpanId ? all.get(parentSpanId) : undefined;
    return parent ? depthOf(parent) + (names.includes(parent.name) ? 1 : 0) : 0;
  };
  const lines = shown.map((span) => {
    const more = span.attributes
      .filter(({ key }) => ['agent', 'connector', 'model', 'tool'].includes(key))
      .map(({ key, value }) => `${key}=${value.stringValue}`);
    return `${span.service.padEnd(8)} ${'  '.repeat(depthOf(span))}${[span.name, ...more].join(' ')}\n`;
  });
  return lines.join('');
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
      // Callbacks come here, too.
      if (req.url === '/callback') return void res.end();
      this.raw += body;
      const { resourceSpans } = JSON.parse(body) as {
        resourceSpans: {
          resource: { attributes: SentSpan['attributes'] };
          scopeSpans: { spans: SentSpan[] }[];
        }[];
      };
      for (const { resource, scopeSpans } of resourceSpans) {
        const named = resource.attributes.find(({ key }) => key === 'service.name');
        const service = named?.value.stringValue ?? '';
        this.spans.push(...scopeSpans.flatMap(({ spans }) => spans.map((span) => ({ ...span, service }))));
      }
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
        OTEL_SERVICE_NAME: role,
        CARRIER_CALLBACK_ALLOW_PRIVATE: 'true',
      });
      hubs.push(hub);
      return { hub, url: await hub.start() };
    };
    const [gateway, worker] = await Promise.all([start('gateway'), start('worker')]);
    const client = api(gateway.url, gateway.hub.token);
    const sent = { text: 'My word is swordfish. What is 21 * 2?', userId: 'alice' };
    await client.post('assistant', { ...sent, callbackUrl: `${endpoint}/callback` });
    const turn = () => collector.spans.find(({ name }) => name === 'turn');
    await until(() => turn() !== undefined);
    const trace = () => collector.spans.filter(({ traceId }) => traceId === turn()!.traceId);
    await until(() => trace().some(({ name }) => name.startsWith('add')));
    const own = ['message', 'turn', 'model', 'tool', 'deliver'];
    await until(() => own.every((name) => trace().some((span) => span.name === name)));
    // Each process sends its spans in its own time: one without its parent would stand too far to the left.
    const isWhole = () => {
      const ids = new Set(trace().map(({ spanId }) => spanId));
      return trace().every(({ name, parentSpanId = '' }) => name === 'message' || ids.has(parentSpanId));
    };
    await until(isWhole);
    await expect(printed(trace(), own)).toMatchFileSnapshot('../../docs/trace.txt');
    // Its id is that of the message, in the turn and in what is logged of it.
    const authorization = `Bearer ${gateway.hub.token}`;
    const get = async (path: string) =>
      (await fetch(`${gateway.url}${path}`, { headers: { authorization } })).json();
    const { turns } = (await get('/turns')) as { turns: { turnId: string; covers: string[] }[] };
    const { turnId, covers } = turns.find((one) => one.covers.length > 0)!;
    expect(turn()!.traceId).toBe(covers[0]!.replaceAll('-', ''));
    expect(await get(`/turns/${turnId}`)).toMatchObject({ traceId: turn()!.traceId });
    expect(worker.hub.log + gateway.hub.log).not.toContain('swordfish');
    expect(turn()!.attributes).toContainEqual({ key: 'agent', value: { stringValue: 'assistant' } });
    expect(collector.raw).not.toContain('swordfish');
  }, 90_000);
});
