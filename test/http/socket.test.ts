import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../support/until.js';
import { type Api, answerOf, startApi, token } from './api.js';

let api: Api;
afterEach(() => api?.close());

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

/** Sends bytes on a connection of its own and reads until the server closes it. */
async function exchange(bytes: string): Promise<string> {
  const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
  socket.write(bytes, 'latin1');
  return Buffer.concat(await socket.toArray()).toString();
}
