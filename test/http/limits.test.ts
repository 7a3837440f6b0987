/** Whose requests are counted as one, on the real hub: by sockets, through real proxies, by two processes. */
import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Hub } from '../../src/hub.js';
import { askFrom, ForwardingProxy } from '../support/forwarding-proxy.js';
import { Home } from '../support/hub.js';
import { HubProcess } from '../support/hub-process.js';
import { noRedis, RedisServer } from '../support/redis.js';
import { SharedDatabase } from '../support/shared-database.js';

let home: Home;
const proxies: ForwardingProxy[] = [];
beforeEach(() => {
  home = new Home();
});
afterEach(async () => {
  for (const proxy of proxies.splice(0)) proxy.close();
  await home.dispose();
});

const here = '127.0.0.1';
const path = '/assistant/rooms/line/messages';
const start = (settings: Record<string, string>) => home.hub({}, settings);
const proxyBefore = async (url: string, clientOf?: (name: string | undefined) => string) => {
  const proxy = await ForwardingProxy.before(url, clientOf);
  proxies.push(proxy);
  return proxy.url;
};

/** How many of `count` requests had which status. `headers` may differ for each. */
async function statuses(
  count: number,
  ask: (n: number) => Promise<{ status: number }>,
): Promise<Record<number, number>> {
  const found: Record<number, number> = {};
  for (let n = 0; n < count; n++) {
    const { status } = await ask(n);
    found[status] = (found[status] ?? 0) + 1;
  }
  return found;
}

/** A client that claims to be somebody else each time. */
const rotating = (n: number) => `203.0.113.${n % 256}`;

const asking =
  (url: string, token: string | null, more: (n: number) => Record<string, string> = () => ({})) =>
  (from: string) =>
  (n: number) =>
    askFrom(from, `${url}${path}`, {
      authorization: token === null ? undefined : `Bearer ${token}`,
      ...more(n),
    });

const spoofing = (n: number) => ({
  'x-forwarded-for': rotating(n),
  'x-real-ip': rotating(n),
  'cf-connecting-ip': rotating(n),
  forwarded: `for=${rotating(n)}`,
});
const withToken = ({ token }: Hub) => token.secret;

describe('[governed.17] requests are counted by the address', () => {
  it('of the socket, whatever 200 of them claim in X-Forwarded-For', async () => {
    const hub = await start({ CARRIER_RATE_ADDRESS: '50' });
    const ask = asking(hub.url, withToken(hub), spoofing);
    expect(await statuses(200, ask(here))).toEqual({ 200: 50, 429: 150 });
    const refused = await ask(here)(0);
    expect(refused.body.error).toMatchObject({
      code: 'rate_limited',
      message: expect.stringContaining('CARRIER_RATE_ADDRESS'),
    });
    expect(Number(refused.retryAfter)).toBeGreaterThan(0);
    expect(Number(refused.retryAfter)).toBeLessThanOrEqual(60);
    // Another socket's address is another client.
    expect((await ask('127.0.0.2')(0)).status).toBe(200);
  });

  it('of the socket, also where proxies are trusted and it is none of them', async () => {
    const hub = await start({ CARRIER_RATE_ADDRESS: '50', CARRIER_TRUSTED_PROXIES: '127.0.0.9, 10.0.0.0/8' });
    const ask = asking(hub.url, withToken(hub), spoofing);
    expect(await statuses(200, ask(here))).toEqual({ 200: 50, 429: 150 });
  });

  it('that a trusted proxy on loopback says: two clients have a count each, whatever they claim', async () => {
    const hub = await start({ CARRIER_RATE_ADDRESS: '50', CARRIER_TRUSTED_PROXIES: here });
    const ask = asking(await proxyBefore(hub.url), withToken(hub), spoofing);
    expect(await statuses(100, ask('127.0.0.2'))).toEqual({ 200: 50, 429: 50 });
    expect(await statuses(100, ask('127.0.0.3'))).toEqual({ 200: 50, 429: 50 });
  });

  it.each(['loopback', '127.0.0.0/8', '::1,127.0.0.1/32', 'uniquelocal, loopback'])(
    'that a proxy says which is trusted as %s',
    async (trusted) => {
      const hub = await start({ CARRIER_RATE_ADDRESS: '3', CARRIER_TRUSTED_PROXIES: trusted });
      const url = await proxyBefore(hub.url, (name) => name ?? 'unknown');
      const as = (client: string) => (n: number) =>
        asking(url, withToken(hub), () => ({ ...spoofing(n), 'x-client': client }))(here)(n);
      for (const client of ['198.51.100.1', '198.51.100.2'])
        expect(await statuses(5, as(client))).toEqual({ 200: 3, 429: 2 });
    },
  );

  it('of the first hop from the right that is not trusted, through a chain of proxies', async () => {
    const hub = await start({ CARRIER_RATE_ADDRESS: '3', CARRIER_TRUSTED_PROXIES: 'loopback, 10.0.0.0/8' });
    const inner = await proxyBefore(hub.url, () => '10.1.2.3');
    const url = await proxyBefore(inner, (name) => name!);
    const as = (client: string) => (n: number) =>
      // The client names a trusted proxy, too: what stands left of the client's own address counts for nothing.
      asking(url, withToken(hub), () => ({
        'x-forwarded-for': `${rotating(n)}, 10.9.9.9`,
        'x-client': client,
      }))(here)(n);
    for (const client of ['198.51.100.1', '198.51.100.2'])
      expect(await statuses(5, as(client))).toEqual({ 200: 3, 429: 2 });
  });

  it('of the proxy, where nobody named it: its clients are one', async () => {
    const hub = await start({ CARRIER_RATE_ADDRESS: '50' });
    const ask = asking(await proxyBefore(hub.url), withToken(hub));
    expect(await statuses(40, ask('127.0.0.2'))).toEqual({ 200: 40 });
    expect(await statuses(40, ask('127.0.0.3'))).toEqual({ 200: 10, 429: 30 });
  });

  it('which is one for a network of IPv6, for both ways to write IPv4, with a port or without', async () => {
    const hub = await start({ CARRIER_RATE_ADDRESS: '3', CARRIER_TRUSTED_PROXIES: 'loopback' });
    const url = await proxyBefore(hub.url, (name) => name!);
    const as = (clients: string[]) => (n: number) =>
      asking(url, withToken(hub), () => ({ 'x-client': clients[n % clients.length]! }))(here)(n);
    const one = { 200: 3, 429: 3 };
    expect(await statuses(6, as(['2001:db8::1', '2001:DB8:0:0:ffff::2', '[2001:db8::3]:443']))).toEqual(one);
    expect(await statuses(6, as(['2001:db8:0:1::1', '2001:db8:0:1:ffff:ffff:ffff:ffff']))).toEqual(one);
    expect(
      await statuses(6, as(['198.51.100.7', '::ffff:198.51.100.7', '198.51.100.7:5501', '::ffff:c633:6407'])),
    ).toEqual(one);
    // What is no address is the proxy's own.
    expect(await statuses(6, as(['unknown', '_hidden', '999.1.1.1', '-']))).toEqual(one);
  });

  it('and not at all for health, or for what platforms and webhooks post', async () => {
    const issues = { signature: 'github', secret: 'env:HOOK', text: '{said}' };
    const config = join(home.folder, 'config.json');
    writeFileSync(config, JSON.stringify({ settings: { webhook: { agents: { assistant: { issues } } } } }));
    const hub = await start({
      ...{ CARRIER_RATE_ADDRESS: '2', CARRIER_RATE_WRONG_TOKENS: '2', CARRIER_RATE_TOKEN: '2' },
      ...{ CARRIER_CONFIG: config, HOOK: 'a long enough secret' },
    });
    for (let n = 0; n < 6; n++)
      for (const open of ['healthz', 'readyz']) expect((await fetch(`${hub.url}/${open}`)).status).toBe(200);
    const post = (secret: string) => (n: number) => {
      const body = JSON.stringify({ said: `event ${n}` });
      const signature = createHmac('sha256', secret).update(body).digest('hex');
      const headers = { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` };
      return fetch(`${hub.url}/webhooks/assistant/issues`, { method: 'POST', headers, body });
    };
    expect(await statuses(6, post('another secret'))).toEqual({ 401: 6 });
    expect(await statuses(6, post('a long enough secret'))).toEqual({ 202: 6 });
    expect(await statuses(3, asking(hub.url, withToken(hub))(here))).toEqual({ 200: 2, 429: 1 });
  });
});

describe('[governed.17] requests without a valid token', () => {
  it.each([
    ['wrong ones', (n: number) => ({ authorization: `Bearer wrong${n}` })],
    ['none', () => ({ authorization: '' })],
  ])('(%s) are told to wait, while the valid one of the same address gets through', async (_, headers) => {
    const hub = await start({ CARRIER_RATE_WRONG_TOKENS: '30', CARRIER_RATE_ADDRESS: '5' });
    const wrong = asking(hub.url, null, (n) => ({ ...spoofing(n), ...headers(n) }))(here);
    expect(await statuses(200, wrong)).toEqual({ 401: 30, 429: 170 });
    const refused = await wrong(0);
    expect(refused.body.error).toMatchObject({
      code: 'rate_limited',
      message: expect.stringContaining('CARRIER_RATE_WRONG_TOKENS'),
    });
    expect(Number(refused.retryAfter)).toBeGreaterThan(0);
    // Nor do they use up what the valid one may ask.
    expect(await statuses(6, asking(hub.url, withToken(hub))(here))).toEqual({ 200: 5, 429: 1 });
    expect((await askFrom('127.0.0.2', `${hub.url}${path}`, headers(0))).status).toBe(401);
  });

  it('are counted where nothing is set, and so by client behind a trusted proxy', async () => {
    const hub = await start({ CARRIER_TRUSTED_PROXIES: here });
    const wrong = asking(await proxyBefore(hub.url), 'wrong', spoofing);
    expect(await statuses(200, wrong('127.0.0.2'))).toEqual({ 401: 120, 429: 80 });
    expect((await wrong('127.0.0.3')(0)).status).toBe(401);
  });

  it('are never told to wait where that is set to 0', async () => {
    const hub = await start({ CARRIER_RATE_WRONG_TOKENS: '0' });
    expect(await statuses(200, asking(hub.url, 'wrong')(here))).toEqual({ 401: 200 });
  });
});

describe('refusals', () => {
  it('[governed.18] are counted by their limit, and no address or token becomes a label', async () => {
    const hub = await start({
      CARRIER_RATE_ADDRESS: '2',
      CARRIER_RATE_WRONG_TOKENS: '1',
      CARRIER_TRUSTED_PROXIES: 'loopback',
    });
    const url = await proxyBefore(hub.url, (name) => name!);
    const each = (token: string) => (n: number) =>
      asking(url, token, () => ({ 'x-client': `198.51.100.${n % 20}` }))(here)(n);
    await statuses(60, each(withToken(hub)));
    await statuses(60, each('wrong'));
    const metrics = await fetch(`${hub.url}/metrics`, {
      headers: { authorization: `Bearer ${withToken(hub)}` },
    });
    const lines = (await metrics.text())
      .split('\n')
      .filter((line) => line.startsWith('carrier_limited_total'));
    expect(lines.sort()).toEqual([
      'carrier_limited_total{limit="address"} 20',
      'carrier_limited_total{limit="wrong_token"} 40',
    ]);
  });
});

describe.skipIf(noRedis)(noRedis ? `two hubs (skipped: ${noRedis})` : 'two processes on one Redis', () => {
  let redis: RedisServer;
  let mongo: SharedDatabase;
  beforeAll(async () => {
    [redis, mongo] = await Promise.all([RedisServer.start(), SharedDatabase.start()]);
  });
  afterAll(async () => {
    await redis?.stop();
    await mongo?.stop();
  });

  it('[governed.17] share the limits of addresses, of tokens, and of wrong tokens', async () => {
    const shared = { REDIS_URL: redis.url, ...mongo.settings('limits') };
    const limits = { CARRIER_RATE_ADDRESS: '40', CARRIER_RATE_TOKEN: '60', CARRIER_RATE_WRONG_TOKENS: '20' };
    const processes = ['one', 'other'].map(
      (folder) =>
        new HubProcess(
          home.settings({
            ...shared,
            ...limits,
            HOME: home.folder,
            CARRIER_DATA_DIR: `${home.folder}/${folder}`,
          }),
        ),
    );
    try {
      const urls: string[] = [];
      for (const hub of processes) urls.push(await hub.start());
      const [{ token }] = processes as [HubProcess, HubProcess];
      const both = (token: string, from: string) => (n: number) =>
        asking(urls[n % 2]!, token, spoofing)(from)(n);
      expect(await statuses(100, both(token, here))).toEqual({ 200: 40, 429: 60 });
      // By another address until the token has had its 60: requests that were refused for their address did not count.
      expect(await statuses(40, both(token, '127.0.0.2'))).toEqual({ 200: 20, 429: 20 });
      expect(await statuses(50, both('wrong', here))).toEqual({ 401: 20, 429: 30 });
    } finally {
      for (const hub of processes) await hub.end('SIGKILL');
    }
  });

  it('[governed.17] serve requests while Redis is away, each by counts of its own', async () => {
    const own = await RedisServer.start({ own: true });
    const hub = await start({
      ...{ REDIS_URL: own.url, ...mongo.settings('away') },
      ...{ CARRIER_RATE_TOKEN: '10', CARRIER_RATE_WRONG_TOKENS: '5' },
    });
    const ask = asking(hub.url, withToken(hub))(here);
    expect(await statuses(4, ask)).toEqual({ 200: 4 });
    await own.kill();
    expect(await statuses(15, ask)).toEqual({ 200: 10, 429: 5 });
    expect(await statuses(8, asking(hub.url, 'wrong')(here))).toEqual({ 401: 5, 429: 3 });
    // A hub stops sooner where it is back.
    await own.restart();
    await hub.stop();
    await own.stop();
  });
});
