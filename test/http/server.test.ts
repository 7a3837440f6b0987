import { createServer } from 'node:http';
import { connect } from 'node:net';
import { json } from 'express';
import { afterEach, describe, expect, it } from 'vitest';
import type { Connector, HubRequest } from '../../src/extension-api.js';
import { startHttpServer } from '../../src/http/server.js';
import { tokenVerifier } from '../../src/http/tokens.js';
import { until } from '../support/until.js';
import { type Api, type ApiOptions, answerOf, refusal, startApi, token, tokenRecord } from './api.js';

let api: Api;
afterEach(() => api?.close());

describe('health', () => {
  it('is told to anyone', async () => {
    api = await startApi();
    const alive = await fetch(`${api.url}/healthz`);
    expect([alive.status, await alive.json()]).toEqual([200, { alive: true }]);
    const ready = await fetch(`${api.url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([
      200,
      { ready: true, checks: { store: 'ok' }, connections: {}, notes: [] },
    ]);
  });

  it('names the check that fails', async () => {
    const checks = { store: 'ok', model: 'no key' };
    api = await startApi({
      server: { ready: async () => ({ ready: false, checks, connections: {}, notes: ['no search node'] }) },
    });
    const ready = await fetch(`${api.url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([
      503,
      { ready: false, checks, connections: {}, notes: ['no search node'] },
    ]);
  });

  it('shows metrics to those with a token', async () => {
    api = await startApi();
    expect((await fetch(`${api.url}/metrics`)).status).toBe(401);
    const metrics = await api.get('/metrics');
    expect([metrics.status, await metrics.text()]).toEqual([200, 'turns 1']);
  });

  it('does not show why a check broke', async () => {
    api = await startApi({ server: { ready: () => Promise.reject(new Error('secret')) } });
    const ready = await fetch(`${api.url}/readyz`);
    expect(ready.status).toBe(500);
    expect(await ready.text()).not.toContain('secret');
  });
});

describe('tokens', () => {
  const ask = (authorization?: string) =>
    fetch(`${api.url}/eliza/rooms/r/messages`, {
      headers: authorization === undefined ? {} : { authorization },
    });

  it('are needed everywhere but for health', async () => {
    api = await startApi();
    for (const path of [
      '/',
      '/eliza/message',
      '/eliza/rooms/r/messages',
      '/eliza/turns/t',
      '/nowhere',
      '/healthz/x',
    ]) {
      const response = await fetch(api.url + path);
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
      expect(await refusal(response)).toEqual([401, 'token_missing']);
    }
  });

  it.each([
    [undefined, 401],
    ['', 401],
    ['Bearer', 401],
    ['Bearer ', 401],
    [token, 401],
    [`Basic ${token}`, 401],
    [`Bearer ${token} ${token}`, 401],
    ['Bearer wrong', 401],
    [`Bearer ${token}x`, 401],
    [`Bearer ${token.slice(0, -1)}`, 401],
    [`Bearer ${token}`, 200],
    [`bearer   ${token}`, 200],
  ])('judges %j', async (authorization, status) => {
    api = await startApi();
    expect((await ask(authorization)).status).toBe(status);
    expect((await ask(authorization)).status).toBe(status);
  });

  it('work within a second of being saved, and are not asked of the store at every try', async () => {
    const records = [tokenRecord(token)];
    let asked = 0;
    const tokens = tokenVerifier({
      list: async () => {
        asked += 1;
        return [...records];
      },
    });
    api = await startApi({ server: { tokens } });
    for (let n = 0; n < 20; n++) expect((await ask(`Bearer wrong${n}`)).status).toBe(401);
    for (let n = 0; n < 20; n++) expect((await ask(`Bearer ${token}`)).status).toBe(200);
    expect(asked).toBe(1);
    records.push(tokenRecord('carrier_new'));
    await until(async () => (await ask('Bearer carrier_new')).status === 200, 3000);
    expect(asked).toBeLessThanOrEqual(3);
  });

  it('are refused within a second of being removed, by every process', async () => {
    let records = [tokenRecord(token)];
    const verifiers = [1, 2].map(() => tokenVerifier({ list: async () => records }));
    for (const one of verifiers) expect(await one.verify(token)).toMatchObject({ admin: true });
    records = [];
    await new Promise((resolve) => setTimeout(resolve, 1000));
    for (const one of verifiers) expect(await one.verify(token)).toBeNull();
  });

  it('say who is calling, to token routes alone', async () => {
    const seen: unknown[] = [];
    const routes = (name: string, access: 'own' | 'token', path: string): Connector => ({
      name,
      routes: {
        access,
        handler: (req: HubRequest, res, next) => {
          if (req.url !== path) return next();
          seen.push(req.principal);
          res.end();
        },
      },
      async start() {},
      async stop() {},
    });
    const connectors = [routes('a', 'token', '/a'), routes('b', 'own', '/b')];
    api = await startApi({ server: { connectors: () => connectors } });
    expect((await fetch(`${api.url}/b`)).status).toBe(200);
    expect((await fetch(`${api.url}/a`)).status).toBe(401);
    expect((await api.get('/a')).status).toBe(200);
    expect(seen).toMatchObject([undefined, { name: 'test', tenant: 'default', admin: true, role: 'owner' }]);
  });
});

describe('routes', () => {
  it.each([
    ['/nowhere', 'GET', 404, 'not_found', null],
    ['/eliza', 'POST', 404, 'not_found', null],
    ['/%', 'GET', 404, 'not_found', null],
    ['/%/message', 'POST', 404, 'not_found', null],
    ['/eliza/message', 'GET', 405, 'method_not_allowed', 'POST'],
    ['/eliza/message', 'DELETE', 405, 'method_not_allowed', 'POST'],
    ['/eliza/message', 'OPTIONS', 405, 'method_not_allowed', 'POST'],
    ['/eliza/rooms/r/messages', 'POST', 405, 'method_not_allowed', 'GET, HEAD'],
    ['/eliza/turns/t', 'PATCH', 405, 'method_not_allowed', 'GET, HEAD'],
    ['/healthz', 'POST', 405, 'method_not_allowed', 'GET, HEAD'],
    ['/readyz', 'PUT', 405, 'method_not_allowed', 'GET, HEAD'],
  ])('%s %s is %d', async (path, method, status, code, allow) => {
    api = await startApi();
    const response = await fetch(api.url + path, { method, headers: { authorization: `Bearer ${token}` } });
    expect(response.headers.get('allow')).toBe(allow);
    expect(await refusal(response)).toEqual([status, code]);
  });

  it('answer HEAD where they answer GET', async () => {
    api = await startApi();
    const response = await fetch(`${api.url}/healthz`, { method: 'HEAD' });
    expect([response.status, response.headers.get('content-length')]).toEqual([200, '14']);
  });

  it('give what parsers of other connectors throw a code of ours', async () => {
    const connector: Connector = {
      name: 'other',
      routes: { access: 'own', handler: json({ limit: 100 }) },
      async start() {},
      async stop() {},
    };
    api = await startApi({ server: { connectors: () => [connector] } });
    expect(await refusal(api.post('{'))).toEqual([400, 'invalid_json']);
    expect(await refusal(api.post(`"${'x'.repeat(200)}"`))).toEqual([413, 'body_too_large']);
    expect(await refusal(api.post('{}', { 'content-encoding': 'odd' }))).toEqual([
      415,
      'content_type_unsupported',
    ]);
  });
});

describe('the socket', () => {
  const head = 'GET /healthz HTTP/1.1\r\nHost: x\r\n';

  it.each([
    ['nonsense', 'what?\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['a TLS greeting', '\x16\x03\x01\x02\x00\x01', /^HTTP\/1\.1 400 /],
    ['a header without a name', `${head}: x\r\n\r\n`, /^HTTP\/1\.1 400 /],
    ['two lengths', `${head}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`, /^HTTP\/1\.1 400 /],
    [
      'length and chunks',
      `${head}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`,
      /^HTTP\/1\.1 400 /,
    ],
    ['no host', 'GET /healthz HTTP/1.1\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['too large headers', `${head}X: ${'x'.repeat(20_000)}\r\n\r\n`, /^HTTP\/1\.1 431 /],
  ])('answers %s', async (_, bytes, expected) => {
    api = await startApi();
    expect(await exchange(bytes)).toMatch(expected);
    expect((await fetch(`${api.url}/healthz`)).status).toBe(200);
  });

  it('tells a request without a host so, in JSON', async () => {
    api = await startApi();
    expect(await exchange('GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n')).toMatch(
      /\r\n\r\n\{"error":\{"code":"invalid_request","message":"The request has no Host header\."\}\}$/,
    );
    expect(await exchange('GET /healthz HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('answers as usual whoever expects what nobody knows', async () => {
    api = await startApi();
    expect(await exchange(`${head}Expect: nonsense\r\nConnection: close\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 200 /,
    );
  });

  it('tells what is not HTTP so, in JSON', async () => {
    api = await startApi();
    expect(await exchange('what?\r\n\r\n')).toMatch(
      /\r\n\r\n\{"error":\{"code":"\w+","message":"The request is not valid HTTP\."\}\}$/,
    );
  });

  it('writes nothing into the middle of a stream', async () => {
    api = await startApi({ echo: false });
    const body = JSON.stringify({ text: 'hi', userId: 'a' });
    const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
    socket.write(
      `POST /eliza/message HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nAccept: text/event-stream\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    let read = '';
    socket.on('data', (bytes) => (read += bytes));
    await until(() => read.includes('text/event-stream'));
    socket.write('what?\r\n\r\n');
    await new Promise((resolve) => socket.once('close', resolve));
    expect(read).not.toContain('400');
    await until(() => api.host.watchers === 0);
    expect(api.logged).toEqual([]);
  });

  it('lets go of clients that send too slowly', async () => {
    api = await startApi({ server: { patience: { headersMs: 100, requestMs: 200, checkMs: 20 } } });
    expect(await exchange(head)).toMatch(/^HTTP\/1\.1 408 /);
    const post = `POST /eliza/message HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n`;
    const slow = `${post}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"text":`;
    expect(await exchange(slow)).toMatch(/^HTTP\/1\.1 408 /);
    expect((await answerOf(api.post({ text: 'hi', userId: 'a' }))).reply?.text).toBe('echo: hi');
    expect(api.logged).toEqual([]);
  });

  it('is not upset by clients that vanish', async () => {
    api = await startApi();
    for (const bytes of [
      head,
      `${head}\r\n`,
      `POST /eliza/message HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
    ]) {
      const socket = connect(Number(new URL(api.url).port), '127.0.0.1', () =>
        socket.write(bytes, () => socket.resetAndDestroy()),
      );
      await new Promise((resolve) => socket.once('close', resolve));
    }
    expect((await fetch(`${api.url}/healthz`)).status).toBe(200);
    expect(api.logged).toEqual([]);
  });
});

describe('starting', () => {
  it('names the setting when the port is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    await expect(started({ config: { host: '127.0.0.1', port } })).rejects.toMatchObject({
      code: 'config_invalid',
      field: 'CARRIER_PORT',
      message: expect.stringContaining(`Port ${port}`),
    });
    other.close();
  });

  it('names the setting when the address is not ours', async () => {
    await expect(started({ config: { host: '192.0.2.1', port: 0 } })).rejects.toMatchObject({
      field: 'CARRIER_HOST',
    });
  });

  it('says where to reach it from here', async () => {
    const server = await started({ config: { host: '0.0.0.0', port: 0 } });
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    await server.close();
  });
});

describe('closing', () => {
  it('lets running requests finish, and takes no new ones', async () => {
    api = await startApi({ echo: false });
    const answer = answerOf(api.post({ text: 'hi', userId: 'a' }));
    const stream = api.post({ text: 'hi', userId: 'b' }, { accept: 'text/event-stream' });
    const [first, second] = await api.host.received(2);
    const closed = api.server.close(5000);
    await expect(fetch(`${api.url}/healthz`)).rejects.toThrow();
    api.host.begin(first!).say('done');
    api.host.begin(second!).say('streamed');
    expect((await answer).reply?.text).toBe('done');
    expect(await (await stream).text()).toContain('streamed');
    const before = Date.now();
    await closed;
    expect(Date.now() - before).toBeLessThan(1000);
  });

  it('cuts off what does not finish in time', async () => {
    api = await startApi({ echo: false });
    const waiting = api.post({ text: 'hi', userId: 'a' });
    const failed = expect(waiting).rejects.toThrow();
    await api.host.received();
    await api.server.close(50);
    await failed;
    await until(() => api.host.watchers === 0);
  });
});

function started(change: NonNullable<ApiOptions['server']>) {
  return startHttpServer({
    config: { host: '127.0.0.1', port: 0 },
    connectors: () => [],
    tokens: tokenVerifier({ list: async () => [] }),
    ready: async () => ({ ready: true, checks: {}, connections: {}, notes: [] }),
    metrics: async () => ({ contentType: 'text/plain', body: '' }),
    log: { error() {}, warn() {} },
    ...change,
  });
}

/** Sends bytes on a connection of its own and reads until the server closes it. */
async function exchange(bytes: string): Promise<string> {
  const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
  socket.write(bytes, 'latin1');
  return Buffer.concat(await socket.toArray()).toString();
}
