import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { httpConnector } from '../../connectors/http/connector.js';
import type { Connector } from '../../src/extension-api.js';
import { startHttpServer } from '../../src/http/server.js';
import { tokenVerifier } from '../../src/http/tokens.js';
import { connectorContract, type Platform, type PlatformMessage } from '../../src/testing/connector.js';
import { callbackSecret, limits, token, tokenRecord } from './api.js';

connectorContract('the HTTP connector', openApi, {
  cannot: {
    showsFiles: 'callers fetch files',
    edits: 'the API takes no changes',
    buttons: 'the API shows none',
    live: 'replies are streamed on the request that asked: test/http/stream.test.ts',
  },
});

async function openApi(): Promise<Platform> {
  const receiver = await startReceiver();
  const connector = httpConnector({
    ...limits,
    callbackSecret,
    callbackAllowPrivate: true,
    replyTimeoutMs: 1000,
  });
  return platformOf(connector, receiver, ({ id, channel, user, text }) => ({
    path: '/eliza/message',
    headers: { authorization: `Bearer ${token}` },
    body: { messageId: id, roomId: channel, userId: user, text, callbackUrl: receiver.url },
  }));
}

type Receiver = Awaited<ReturnType<typeof startReceiver>>;

/** Takes deliveries as a well-made receiver does: a repeated idempotency key is not shown again. */
async function startReceiver() {
  const shown: string[] = [];
  const keys = new Set<string>();
  let status: number | null = null;
  const server = createServer(async (req, res) => {
    const body = JSON.parse(Buffer.concat(await req.toArray()).toString());
    if (status !== null) return res.writeHead(status).end('{}');
    const key = String(req.headers['idempotency-key']);
    if (!keys.has(key)) shown.push(body.reply?.text ?? body.text);
    keys.add(key);
    res.end('{"id":"p1"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    shown: () => shown,
    refuse(how: 'later' | 'never' | null) {
      status = how === null ? null : how === 'later' ? 503 : 400;
    },
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

async function platformOf(
  connector: Connector,
  receiver: Receiver,
  request: (message: PlatformMessage) => { path: string; headers: Record<string, string>; body: object },
): Promise<Platform> {
  const server = await startHttpServer({
    config: { host: '127.0.0.1', port: 0 },
    connectors: () => [connector],
    tokens: tokenVerifier({ list: async () => [tokenRecord(token)] }),
    ready: async () => ({ ready: true, checks: {}, connections: {}, notes: [] }),
    metrics: async () => ({ contentType: 'text/plain', body: '' }),
    log: { error() {}, warn() {} },
  });
  const post = async (path: string, headers: Record<string, string>, body: string | FormData) =>
    (await fetch(server.url + path, { method: 'POST', headers, body })).ok;
  return {
    connector,
    ...receiver,
    send(message) {
      const { path, headers, body } = request(message);
      return post(path, { ...headers, 'content-type': 'application/json' }, JSON.stringify(body));
    },
    sendFile(message, { name, mediaType, bytes }) {
      const { path, headers, body } = request(message);
      const form = new FormData();
      for (const [field, value] of Object.entries(body)) form.set(field, value);
      form.set('file', new Blob([Buffer.from(bytes)], { type: mediaType }), name);
      return post(path, headers, form);
    },
    async close() {
      await server.close(100);
      await receiver.close();
    },
  };
}
