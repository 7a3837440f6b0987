/** What one token may ask and hold open, on the real server. */
import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Principal } from '../../src/extension-api.js';
import type { HttpServerOptions } from '../../src/http/server.js';
import { InProcessRates } from '../../src/rate/in-process.js';
import { until } from '../support/until.js';
import { type Api, type ApiOptions, refusal, startApi } from './api.js';

/** Two tokens of one name, of two tenants; a third that has a rate of its own, and a fourth that has none. */
const owners: Record<string, Principal> = {
  one: { name: 'app', tenant: 'default', admin: true },
  other: { name: 'app', tenant: 'acme', admin: true },
  quick: { name: 'quick', tenant: 'acme', ratePerMinute: 6 },
  free: { name: 'free', tenant: 'acme', ratePerMinute: 0 },
};

let api: Api;
let limited: string[];
let verified = 0;
/** Until then nobody is told whose token it is, as where the store takes its time. */
let known: Promise<void> | null;
beforeEach(() => {
  limited = [];
  known = null;
});
afterEach(() => api?.close());

async function start(limits: Partial<HttpServerOptions['limits']>, options: ApiOptions = {}): Promise<void> {
  api = await startApi({
    ...options,
    server: {
      tokens: {
        async verify(token) {
          verified++;
          await known;
          return owners[token] ?? null;
        },
        allows: async () => false,
        whyEnded: () => null,
        refresh: async () => {},
        onChange() {},
      },
      operations: { call: async () => ({ turns: [] }) as never },
      limits: {
        ...{ perAddress: 0, perToken: 0, wrongTokens: 0, streams: 0, ...limits },
        counter: new InProcessRates(),
        limited: (limit) => void limited.push(limit),
      },
    },
  });
}

const get = (token: string, path = '/eliza/rooms/line/messages') =>
  fetch(api.url + path, { headers: { authorization: `Bearer ${token}` } });

/** Sends a message; `ended` breaks the request off. */
function send(token: string, { sse = false, ended }: { sse?: boolean; ended?: AbortSignal } = {}) {
  return fetch(`${api.url}/eliza/message`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      ...(sse && { accept: 'text/event-stream' }),
    },
    body: JSON.stringify({ text: 'hello', userId: 'ann' }),
    ...(ended && { signal: ended }),
  });
}

describe('[governed.17] requests are counted by the token', () => {
  const answers = async (token: string, count: number) => {
    const found = [];
    for (let n = 0; n < count; n++) found.push((await get(token)).status);
    return found.filter((status) => status === 200).length;
  };

  it('whichever address they come from, and apart from a token of that name of another tenant', async () => {
    await start({ perToken: 4 });
    expect(await answers('one', 10)).toBe(4);
    expect(await answers('other', 10)).toBe(4);
    const refused = await get('one');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refusal(refused)).toEqual([429, 'rate_limited']);
    expect(new Set(limited)).toEqual(new Set(['token']));
  });

  it('also for operations and metrics', async () => {
    await start({ perToken: 4 });
    for (const path of ['/turns', '/metrics', '/turns', '/metrics'])
      expect((await get('one', path)).status).toBe(200);
    for (const path of ['/turns', '/metrics', '/eliza/rooms/line/messages', '/nowhere'])
      expect((await get('one', path)).status).toBe(429);
  });

  it('by its own rate, which may be higher or none', async () => {
    await start({ perToken: 4 });
    expect(await answers('quick', 10)).toBe(6);
    expect(await answers('free', 10)).toBe(10);
  });

  it('by its own rate alone where nothing is set for all', async () => {
    await start({});
    expect(await answers('quick', 10)).toBe(6);
    expect(await answers('one', 10)).toBe(10);
  });
});

describe('requests that one token has open at once', () => {
  /** Answers whatever comes, so that a try which is let in does not stay open itself. */
  async function untilLetIn(token: string): Promise<void> {
    const answering = setInterval(() => {
      for (const memory of api.host.memories)
        if (memory.status === 'pending') api.host.begin(memory).say('yes');
    }, 5);
    await until(async () => (await send(token)).status === 200);
    clearInterval(answering);
  }

  it.each([
    ['streams', true],
    ['requests that wait for replies', false],
  ])('are bounded (%s), and others of the token and other tokens are served', async (_, sse) => {
    await start({ streams: 2 }, { echo: false });
    const open = [send('one', { sse }), send('one', { sse })];
    const questions = await api.host.received(2);
    const refused = await send('one', { sse });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    const { error } = (await refused.json()) as { error: object };
    expect([refused.status, error]).toEqual([
      429,
      { code: 'rate_limited', message: expect.stringContaining('CARRIER_MAX_STREAMS') },
    ]);
    expect(limited).toEqual(['streams']);
    // Whoever has too much open can still look after it.
    expect((await get('one', '/turns')).status).toBe(200);
    const others = send('other', { sse });
    await until(() => api.host.memories.length === 3);
    for (const question of [...questions, api.host.memories.at(-1)!]) api.host.begin(question).say('yes');
    for (const response of await Promise.all([...open, others])) {
      expect(response.status).toBe(200);
      expect(await response.text()).toContain('yes');
    }
    await untilLetIn('one');
  });

  it('make room when they are broken off', async () => {
    await start({ streams: 1 }, { echo: false });
    const leaving = new AbortController();
    const open = send('one', { sse: true, ended: leaving.signal }).catch(() => null);
    await api.host.received(1);
    expect((await send('one')).status).toBe(429);
    leaving.abort();
    await open;
    await untilLetIn('one');
  });

  it('do not count where they were broken off before it was known whose they are', async () => {
    await start({ streams: 1 }, { echo: false });
    await leaveWhileUnknown(() => slow('one', text(3000), 'application/json'));
    await untilLetIn('one');
  });
});

/** Breaks two requests off while the hub looks whose token they came with. */
async function leaveWhileUnknown(send: () => { breakOff(): void }): Promise<void> {
  let tell = () => {};
  known = new Promise((resolve) => {
    tell = resolve;
  });
  const before = verified;
  const leaving = [send(), send()];
  await until(() => verified - before === 2);
  for (const each of leaving) each.breakOff();
  // The hub hears of it, and only then whose token it was.
  await new Promise((resolve) => setTimeout(resolve, 100));
  known = null;
  tell();
  await new Promise((resolve) => setTimeout(resolve, 50));
}

/** A request whose body stops in the middle until it is ended or broken off. */
function slow(token: string, body: string, type: string) {
  const sending = request(`${api.url}/eliza/message`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': type, 'content-length': body.length },
  });
  sending.on('error', () => {});
  const answered = new Promise<number>((resolve) => {
    sending.once('response', (response) => resolve(response.resume().statusCode!));
  });
  sending.write(body.slice(0, 20));
  return { answered, end: () => sending.end(body.slice(20)), breakOff: () => sending.destroy() };
}

const form = (bytes: number) =>
  [
    '--b\r\ncontent-disposition: form-data; name="userId"\r\n\r\nalice\r\n',
    `--b\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\n\r\n${'x'.repeat(bytes)}\r\n--b--\r\n`,
  ].join('');
const text = (bytes: number) =>
  JSON.stringify({ userId: 'alice', text: 'hi', metadata: { x: 'x'.repeat(bytes) } });

describe.each([
  ['uploads', form, 'multipart/form-data; boundary=b'],
  ['JSON bodies', text, 'application/json'],
])('[governed.17] bytes in flight (%s)', (_, bodyOf, type) => {
  // Room for four of the bodies below.
  const room = { maxUploadingBytes: 4 * bodyOf(3000).length, maxBodyBytes: 20_000 };
  const body = bodyOf(3000);
  const post = (token: string) =>
    fetch(`${api.url}/eliza/message`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': type },
      body,
    });
  /** Starts four that stop in the middle, and waits until they are counted: as soon as their token is known. */
  async function fill(token: string) {
    const before = verified;
    const four = Array.from({ length: 4 }, () => slow(token, body, type));
    await until(() => verified - before === 4);
    await new Promise((resolve) => setImmediate(resolve));
    return four;
  }

  it('one token may fill, while nobody else wants any', async () => {
    await start({}, room);
    const four = await fill('one');
    expect((await post('other')).status).toBe(503);
    for (const each of four) each.end();
    expect(await Promise.all(four.map(({ answered }) => answered))).toEqual([200, 200, 200, 200]);
  });

  it('leave one token half of it while another one waits, whose next try finds room', async () => {
    await start({}, room);
    const four = await fill('one');
    expect((await post('other')).status).toBe(503);
    expect(limited).toContain('bytes');
    four[0]!.end();
    expect(await four[0]!.answered).toBe(200);
    // It holds three of four: the room is the other's, who was refused.
    const refused = await post('one');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '3']);
    expect(await refusal(refused)).toEqual([503, 'uploads_full']);
    expect((await post('other')).status).toBe(200);
    // Who was served waits no more.
    expect((await post('one')).status).toBe(200);
    for (const each of four.slice(1)) each.breakOff();
    await until(async () => (await post('other')).status === 200);
  });

  it('come back when they break off', async () => {
    await start({}, room);
    const four = await fill('one');
    expect((await post('other')).status).toBe(503);
    for (const each of four) each.breakOff();
    await until(async () => (await post('other')).status === 200);
    await until(async () => (await post('one')).status === 200);
  });

  it('are not held for those who broke off before it was known whose they are', async () => {
    await start({}, { ...room, maxUploadingBytes: body.length });
    await leaveWhileUnknown(() => slow('one', body, type));
    expect((await post('other')).status).toBe(200);
  });
});
