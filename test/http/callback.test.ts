import { createHmac } from 'node:crypto';
import dns from 'node:dns';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CallbackSender, checkCallbackUrl } from '../../connectors/http/callback.js';
import {
  FatalError,
  type Memory,
  newId,
  type OutboundMessage,
  RetryableError,
} from '../../src/extension-api.js';
import { outboundOf } from '../../src/testing/connector.js';
import { type Api, answerOf, callbackSecret, people, refusal, startApi } from './api.js';

interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

let api: Api;
let receiver: Server;
let origin: string;
let received: Received[];
/** What the receiver answers, by path; 200 for others. */
let answers: Record<string, [status: number, headers?: Record<string, string>]>;

beforeEach(async () => {
  received = [];
  answers = {};
  receiver = createServer(async (req, res) => {
    const body = Buffer.concat(await req.toArray()).toString();
    received.push({ path: req.url!, headers: req.headers, body });
    const [status, headers = {}] = answers[req.url!] ?? [200];
    if (status !== 0) res.writeHead(status, headers).end('{"long":"answer"}');
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  api = await startApi({ echo: false, callbackAllowPrivate: true });
});
afterEach(async () => {
  await api.close();
  receiver.closeAllConnections();
  receiver.close();
});

describe('callbackUrl', () => {
  const hello = { text: 'hello', userId: 'alice', roomId: 'r', messageId: 'm' };

  it('[act.32] names the turn whose message this one stands for, and is posted again for it', async () => {
    await api.post({ ...hello, callbackUrl: `${origin}/hook` });
    const [question] = api.host.memories;
    const turn = api.host.begin(question!);
    const outbound = outboundOf(turn.id, question!, turn.commit('Half of it is done.')!);
    await deliver(outbound);
    await deliver({
      ...outbound,
      id: newId(),
      turnId: 'turn_2',
      replaces: turn.id,
      replacing: { messageIds: [] },
    });
    expect(
      received.map(({ body }) => JSON.parse(body)).map(({ turnId, replaces }) => [turnId, replaces]),
    ).toEqual([
      [turn.id, undefined],
      ['turn_2', turn.id],
    ]);
  });

  it('is answered 202 at once, and posted to later', async () => {
    const response = await api.post({ ...hello, callbackUrl: `${origin}/hook?x=1` });
    expect([response.status, await response.json()]).toEqual([
      202,
      { messageId: 'm', roomId: 'r', status: 'accepted' },
    ]);
    const [question] = api.host.memories;
    expect(question!.source.pull).toBeUndefined();
    const turn = api.host.begin(question!).act('time', '{}', 'noon');
    const outbound = outboundOf(turn.id, question!, turn.commit('It is noon.')!);
    expect(await deliver(outbound)).toEqual({ callbacks: 1 });

    const [{ path, headers, body }] = received as [Received];
    expect(JSON.parse(body)).not.toHaveProperty('replaces');
    expect(path).toBe('/hook?x=1');
    expect(headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'idempotency-key': outbound.id,
    });
    const timestamp = String(headers['x-carrier-timestamp']);
    expect(Math.abs(Number(timestamp) - Date.now() / 1000)).toBeLessThan(5);
    const hmac = createHmac('sha256', callbackSecret).update(`${timestamp}.${body}`).digest('hex');
    expect(headers['x-carrier-signature']).toBe(`v1=${hmac}`);
    const { reply } = await answerOf(api.post(hello));
    expect(reply!.actions).toHaveLength(1);
    expect(JSON.parse(body)).toEqual({
      messageId: 'm',
      roomId: 'r',
      agentId: 'eliza',
      turnId: turn.id,
      reply,
    });
  });

  it('is told that the turn failed', async () => {
    await api.post({ ...hello, callbackUrl: origin });
    const [question] = api.host.memories;
    const turn = api.host.begin(question!);
    await deliver(outboundOf(turn.id, question!, turn.fail('Sorry.')!));
    expect(JSON.parse(received[0]!.body)).toMatchObject({
      reply: { text: 'Sorry.' },
      turnId: turn.id,
      error: { code: 'model_unavailable', message: 'Sorry.', cause: 'model exploded' },
    });
  });

  it('gets its own answer for each message of a turn', async () => {
    await api.post({ ...hello, messageId: 'm1', callbackUrl: `${origin}/a` });
    await api.post({ ...hello, messageId: 'm2', callbackUrl: `${origin}/b` });
    await api.post({ ...hello, messageId: 'm3', callbackUrl: `${origin}/b` });
    const outbound = replyTo(api.host.memories);
    answers['/a'] = [503];
    await expect(deliver(outbound)).rejects.toBeInstanceOf(RetryableError);
    answers['/a'] = [200];
    await deliver(outbound);
    const ids = received.map(({ path, body }) => `${path} ${JSON.parse(body).messageId}`);
    expect(ids.sort()).toEqual(['/a m1', '/a m1', '/b m2', '/b m3']);
    expect(new Set(received.map(({ headers }) => headers['idempotency-key'])).size).toBe(3);
  });

  it('is accepted twice, and refused for a message that was sent without', async () => {
    const first = await api.post({ ...hello, callbackUrl: origin });
    const second = await api.post({ ...hello, callbackUrl: origin });
    expect([first.status, second.status, api.host.memories.length]).toEqual([202, 202, 1]);
    void api.post({ ...hello, messageId: 'plain' });
    await api.host.received(2);
    expect(await refusal(api.post({ ...hello, messageId: 'plain', callbackUrl: origin }))).toEqual([
      422,
      'invalid_field',
      'callbackUrl',
    ]);
  });

  it.each<[number, Record<string, string>, object]>([
    [408, {}, { retryable: true }],
    [425, {}, { retryable: true }],
    [429, { 'retry-after': '7' }, { retryable: true, retryAfterMs: 7000 }],
    [503, { 'retry-after': 'soon' }, { retryable: true, retryAfterMs: undefined }],
    [500, {}, { retryable: true }],
    [301, { location: '/elsewhere' }, { retryable: false }],
    [307, { location: '/elsewhere' }, { retryable: false }],
    [400, {}, { retryable: false }],
    [404, {}, { retryable: false }],
    [410, {}, { retryable: false }],
  ])('that answers %d %j fails as %j', async (status, headers, expected) => {
    answers['/'] = [status, headers];
    const outbound = await question(origin);
    await expect(deliver(outbound)).rejects.toMatchObject({ code: 'delivery_failed', ...expected });
    expect(received).toHaveLength(1);
  });

  it('waits as long as a Retry-After date says', async () => {
    answers['/'] = [503, { 'retry-after': new Date(Date.now() + 60_000).toUTCString() }];
    const failure = await deliver(await question(origin)).catch((error: RetryableError) => error);
    expect(failure.retryAfterMs).toBeGreaterThan(55_000);
    expect(failure.retryAfterMs).toBeLessThanOrEqual(60_000);
  });

  it('is tried again later when it cannot be reached or does not answer', async () => {
    const unreachable = await question('http://127.0.0.1:1/');
    await expect(deliver(unreachable)).rejects.toMatchObject({ code: 'delivery_failed', retryable: true });
    answers['/slow'] = [0];
    const outbound = await question(`${origin}/slow`);
    await expect(api.connector.deliver!(outbound, AbortSignal.timeout(100))).rejects.toMatchObject({
      retryable: true,
    });
  });

  async function question(callbackUrl: string): Promise<OutboundMessage> {
    const response = await api.post({ ...hello, messageId: newId(), callbackUrl });
    expect(response.status).toBe(202);
    return replyTo(api.host.memories.slice(-1));
  }
});

const refusedUrls = [
  'nonsense',
  '/relative',
  'ftp://example.com/',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'http://user:pass@example.com/',
  'http://user@example.com/',
  'http://localhost/',
  'http://LOCALHOST./',
  'http://api.localhost:8080/',
  'http://127.0.0.1/',
  'http://127.1/',
  'http://2130706433/',
  'http://0x7f.1/',
  'http://0177.0.0.1/',
  'http://0.0.0.0/',
  'http://10.1.2.3/',
  'http://100.64.0.1/',
  'http://172.31.255.255/',
  'http://192.168.0.1/',
  'http://169.254.169.254/latest/meta-data/',
  'http://198.18.0.1/',
  'http://224.0.0.1/',
  'http://255.255.255.255/',
  'http://[::1]/',
  'http://[::]/',
  'http://[::ffff:127.0.0.1]/',
  'http://[::ffff:a9fe:a9fe]/',
  'http://[::ffff:0:127.0.0.1]/',
  'http://[::ffff:8.8.8.8]/',
  'http://[64:ff9b::7f00:1]/',
  'http://[2002:7f00:1::]/',
  'http://[fe80::1]/',
  'http://[fd00::1]/',
  'http://[ff02::1]/',
];

describe('a private address', () => {
  it.each(refusedUrls)('is refused when it is named: %s', async (url) => {
    expect(() => checkCallbackUrl(url, { allowPrivate: false })).toThrow(
      expect.objectContaining({ code: 'callback_refused', field: 'callbackUrl' }),
    );
  });

  it.each([
    'https://example.com/hook?a=b',
    'http://93.184.216.34:8080/',
    'http://[2606:4700::1111]/',
    'http://172.32.0.1/',
  ])('is not what %s is', (url) => checkCallbackUrl(url, { allowPrivate: false }));

  it('is answered 422, and nothing is stored', async () => {
    const strict = await startApi();
    const refused = strict.post({ text: 'hi', userId: 'a', callbackUrl: origin });
    expect(await refusal(refused)).toEqual([422, 'callback_refused', 'callbackUrl']);
    expect(strict.host.memories).toEqual([]);
    await strict.close();
  });

  it.each([[['127.0.0.1']], [['93.184.216.34', '10.0.0.1']], [['::ffff:127.0.0.1']], [['fd00::1']]])(
    'is refused when a name leads to %j',
    async (addresses) => {
      const lookup = vi.spyOn(dns, 'lookup').mockImplementation(((
        _name: string,
        options: dns.LookupOptions,
        done: (...found: unknown[]) => void,
      ) => {
        const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
        if (options.all) done(null, found);
        else done(null, found[0]!.address, found[0]!.family);
      }) as never);
      syncBuiltinESMExports();
      try {
        const sender = new CallbackSender({ allowPrivate: false });
        const url = `http://harmless.example:${new URL(origin).port}/`;
        await expect(send(sender, url)).rejects.toMatchObject({ code: 'callback_refused', retryable: false });
        expect(lookup).toHaveBeenCalledOnce();
      } finally {
        lookup.mockRestore();
        syncBuiltinESMExports();
      }
      expect(received).toEqual([]);
    },
  );

  it('is refused on delivery, whatever was allowed when the message came', async () => {
    const sender = new CallbackSender({ allowPrivate: false });
    await expect(send(sender, origin)).rejects.toBeInstanceOf(FatalError);
    expect(received).toEqual([]);
  });
});

function send(sender: CallbackSender, url: string): Promise<object> {
  return sender.send({ url, idempotencyKey: 'k', body: {}, secret: 'x' }, AbortSignal.timeout(5000));
}

function deliver(outbound: OutboundMessage): Promise<Record<string, unknown>> {
  return api.connector.deliver!(outbound, AbortSignal.timeout(5000));
}

function replyTo(memories: Memory[]): OutboundMessage {
  const questions = people(memories);
  const turn = api.host.begin(...questions);
  const outbound = outboundOf(turn.id, questions.at(-1)!, turn.commit('the answer')!);
  return { ...outbound, answers: questions.map(({ source }) => source) };
}
