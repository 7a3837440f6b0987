import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { httpConnector } from '../../connectors/http/connector.js';
import { connectorContract } from '../../src/testing/connector.js';
import type { TestHub } from '../../src/testing/hub.js';
import type { Platform, PlatformMessage, Refusal } from '../../src/testing/platform.js';
import { callbackSecret, limits } from './api.js';

connectorContract('the HTTP connector', platform, {
  cannot: {
    strangers: 'every caller has a token of the hub',
    places: 'every caller has a token of the hub',
    showsFiles: 'callers fetch files',
    edits: 'the API takes no changes',
    reactions: 'the API takes none',
    buttons: 'the API shows none',
    replaces: 'a callback names the turn whose message it stands for: test/http/callback.test.ts',
    groups: 'a token says who its user is, and nothing of groups',
    live: 'replies are streamed on the request that asked: test/http/stream.test.ts',
    order: 'each request is on its own: a caller who minds waits for its answer',
  },
});

async function platform({ url, token }: TestHub): Promise<Platform> {
  const receiver = await startReceiver();
  const post = async (headers: Record<string, string>, body: string | FormData) =>
    (
      await fetch(`${url}/eliza/message`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, ...headers },
        body,
      }).catch(() => ({ ok: false }))
    ).ok;
  const fieldsOf = ({ id, channel, user, text }: PlatformMessage) => ({
    ...{ messageId: id, roomId: channel, userId: user, text },
    callbackUrl: receiver.url,
  });
  return {
    connector: httpConnector({ ...limits, callbackSecret, callbackAllowPrivate: true, replyTimeoutMs: 1000 }),
    shown: () => receiver.shown,
    refuse: (how) => receiver.refuse(how),
    send: (message) => post({ 'content-type': 'application/json' }, JSON.stringify(fieldsOf(message))),
    sendFile(message, { name, mediaType, bytes }) {
      const form = new FormData();
      for (const [field, value] of Object.entries(fieldsOf(message))) form.set(field, value);
      form.set('file', new Blob([Buffer.from(bytes)], { type: mediaType }), name);
      return post({}, form);
    },
    close: () => receiver.close(),
  };
}

/** Takes deliveries as a well-made receiver does: a repeated idempotency key is not shown again. */
async function startReceiver() {
  const shown: string[] = [];
  const keys = new Set<string>();
  let refusal: Refusal | null = null;
  const server = createServer(async (req, res) => {
    const body = JSON.parse(Buffer.concat(await req.toArray()).toString());
    if (refusal === 'hang') return;
    if (refusal) return res.writeHead(refusal === 'later' ? 503 : 400).end('{}');
    const key = String(req.headers['idempotency-key']);
    if (!keys.has(key)) shown.push(body.reply?.text ?? body.text);
    keys.add(key);
    res.end('{"id":"p1"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    shown,
    refuse(how: Refusal | null) {
      refusal = how;
    },
    close() {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
