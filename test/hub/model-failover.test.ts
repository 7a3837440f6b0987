/** Must show 6: 429, 500, a hang, a bad key and a prompt that is too long: one answer within the deadline, and the record says who. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { events, json, keepsAlive, type Script, silence } from '../llm/scripted-server.js';
import { startTelegramServer } from '../platforms/telegram/server.js';
import { api } from '../support/api.js';
import { onBothStores } from '../support/both-stores.js';
import { Home } from '../support/hub.js';
import { chunk, configure, providers, refuses, says } from '../support/providers.js';
import { until } from '../support/until.js';

const long =
  "This model's maximum context length is 10 tokens. However, your messages resulted in 20 tokens.";
const badKey = json(401, { error: { type: 'authentication_error', message: 'invalid x-api-key' } });
const faults: [name: string, answer: Script, code: string, said: RegExp, times?: number][] = [
  ['429', refuses(429), 'model_unavailable', /429/],
  ['500', refuses(500), 'model_unavailable', /500/],
  ['a hang', silence, 'model_timeout', /did not begin/],
  ['a hang that keeps its connection', keepsAlive(), 'model_timeout', /did not begin/],
  [
    'a hang after some words',
    events([chunk({ content: 'The tower' })], 'stall'),
    'model_timeout',
    /fell silent/,
  ],
  ['a bad key', refuses(401), 'model_refused', /does not accept the key/],
  ['no credit', refuses(429, 'insufficient_quota'), 'model_refused', /no credit left/],
  [
    'a prompt that is too long',
    json(400, { error: { message: long } }),
    'prompt_too_long',
    /longer than m takes/,
    2,
  ],
];

onBothStores('a chain of models', (engines) => {
  let home: Home;
  beforeEach(() => {
    home = new Home();
  });
  afterEach(() => home.dispose());

  const start = async (env: Record<string, string>) => {
    const limits = { CARRIER_MODEL_FIRST_MS: '1500', CARRIER_MODEL_IDLE_MS: '1500' };
    const deadline = { CARRIER_MODEL_TIMEOUT_MS: '15000', CARRIER_REPLY_TIMEOUT_MS: '15000' };
    const hub = await home.hub({}, { ...engines(), ...limits, ...deadline, ...env });
    return api(hub.url, hub.token.secret);
  };
  const question = { text: 'how high is it?', userId: 'alice', roomId: 'r' };

  it.each(faults)('has one answer, of B, where A has %s', async (_, answer, code, said, times = 1) => {
    const { settings, a, b } = await providers(home, 'a', 'b');
    [a.answer, b.answer] = [answer, says('It is 330 m high.')];
    const client = await start(settings);
    const response = await client.post('assistant', question);
    expect(response.status).toBe(200);
    const { reply, turnId } = (await response.json()) as { reply: { text: string }; turnId: string };
    expect(reply.text).toBe('It is 330 m high.');
    expect(await (await client.get(`/assistant/turns/${turnId}`)).json()).toMatchObject({
      ...{ status: 'done', model: 'b:m', attempt: 1, error: null },
      passedOver: [{ model: 'a:m', code, message: expect.stringMatching(said) }],
    });
    const history = await client.messages('assistant', 'r');
    expect(history.map(({ text }) => text)).toEqual(['how high is it?', 'It is 330 m high.']);
    expect([a.received.length, b.received.length]).toEqual([times, 1]);
  });

  it('has one answer, of the last, where all others fail in their own ways', async () => {
    const names = ['m0', 'm1', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7', 'last'];
    const made = await providers(home, ...names);
    for (const [i, [, answer]] of faults.entries()) made[`m${i}`]!.answer = answer;
    made.last!.answer = says('It is 330 m high.');
    const client = await start(made.settings);
    const shown = await client.stream('assistant', question);
    const replies = shown.filter(({ event }) => event === 'reply');
    expect(replies).toMatchObject([{ data: { reply: { text: 'It is 330 m high.' } } }]);
    const { turnId } = replies[0]!.data as { turnId: string };
    expect(await (await client.get(`/assistant/turns/${turnId}`)).json()).toMatchObject({
      model: 'last:m',
      passedOver: faults.map(([, , code], i) => ({ model: `m${i}:m`, code })),
    });
    expect(made.last!.received).toHaveLength(1);
  });

  it('has one answer where the chain is of several providers', async () => {
    const { settings, a, b, c } = await providers(home, 'a', 'b', 'c');
    configure(home, 'b', { provider: 'anthropic' });
    [a.answer, b.answer, c.answer] = [refuses(503), badKey, says('It is 330 m high.')];
    const client = await start(settings);
    const { reply, turnId } = await client.send('assistant', question);
    expect(reply!.text).toBe('It is 330 m high.');
    expect(await (await client.get(`/assistant/turns/${turnId}`)).json()).toMatchObject({
      model: 'c:m',
      passedOver: [
        { model: 'a:m', code: 'model_unavailable' },
        { model: 'b:m', code: 'model_refused' },
      ],
    });
  });

  it('[act.37] shows B’s answer alone in the end where A’s words were shown as they grew', async () => {
    const server = await startTelegramServer();
    home.character('assistant', {
      name: 'Ada',
      bio: '.',
      plugins: [],
      connectors: { telegram: { dm: 'open' } },
    });
    const { settings, a, b } = await providers(home, 'a', 'b');
    let die = () => {};
    a.answer = (response, request) => {
      die = () => response.destroy();
      return events([chunk({ content: 'The Eiffel Tower is about, as far as I can say,' })], 'stall')(
        response,
        request,
      );
    };
    b.answer = says('330 m.');
    const limits = { CARRIER_MODEL_FIRST_MS: '20000', CARRIER_MODEL_IDLE_MS: '20000' };
    const bot = { TELEGRAM_TOKEN: server.token, TELEGRAM_API_URL: server.url };
    const carrier = await home.carrier({}, { ...settings, ...engines(), ...limits, ...bot });
    try {
      const user = server.world.user('Alice');
      const chat = server.world.dm(user);
      server.people.say(chat, user, 'how high is it?');
      const shown = () => server.said(chat).map(({ text }) => text);
      await until(() => shown().join().includes('Eiffel'), 20_000);
      die();
      await until(() => shown().join() === '330 m.', 20_000);
      // Delivered, and not only shown.
      await until(async () => (await carrier.store.outbox.count()).waiting === 0);
      expect(shown()).toEqual(['330 m.']);
      expect(server.calls.filter(({ method }) => method === 'sendMessage')).toHaveLength(1);
    } finally {
      await carrier.stop();
      await server.stop();
    }
  });

  it('is asked no more than an endpoint may be, by all hubs together, and the record says why', async () => {
    const shared = engines();
    const { settings, a, b } = await providers(home, 'a', 'b');
    configure(home, 'a', { requestsPerMinute: 5 });
    configure(home, 'b', { apiKey: 'env:OTHER_KEY' });
    [a.answer, b.answer] = [says('I am A.'), says('I am B.')];
    const env = { ...settings, ...shared, OTHER_KEY: 'sk-other-abcdefghijklmnop' };
    const hubs = await Promise.all(
      (shared.REDIS_URL ? ['one', 'other'] : ['one']).map((folder) =>
        home.hub({}, { ...env, CARRIER_DATA_DIR: join(home.folder, folder) }),
      ),
    );
    const clients = hubs.map(({ url, token }) => api(url, token.secret));
    const asking = Array.from({ length: 12 }, (_, i) =>
      clients[i % clients.length]!.send('assistant', { text: 'hello', userId: `u${i}` }),
    );
    const texts = (await Promise.all(asking)).map(({ reply }) => reply!.text);
    expect(texts.filter((text) => text === 'I am A.')).toHaveLength(5);
    expect(texts.filter((text) => text === 'I am B.')).toHaveLength(7);
    expect(a.received).toHaveLength(5);
    const { turnId } = await clients.at(-1)!.send('assistant', { text: 'hello', userId: 'v' });
    expect(await (await clients[0]!.get(`/assistant/turns/${turnId}`)).json()).toMatchObject({
      ...{ model: 'b:m' },
      passedOver: [{ model: 'a:m', message: expect.stringContaining('endpoints.a.requestsPerMinute') }],
    });
  });

  it('is asked no more than the lowest limit of a key that several endpoints use', async () => {
    const { settings, a, b, c } = await providers(home, 'a', 'b', 'c');
    configure(home, 'b', { requestsPerMinute: 3 });
    configure(home, 'c', { apiKey: 'env:OTHER_KEY' });
    [a.answer, b.answer, c.answer] = [says('I am A.'), says('I am B.'), says('I am C.')];
    const client = await start({ ...settings, OTHER_KEY: 'sk-other-abcdefghijklmnop' });
    for (let i = 0; i < 5; i++) await client.send('assistant', { text: 'hello', userId: `u${i}` });
    expect([a, b, c].map(({ received }) => received.length)).toEqual([3, 0, 2]);
  });

  it('names the models of a turn that failed, and why each did not answer', async () => {
    const { settings, a, b } = await providers(home, 'a', 'b');
    [a.answer, b.answer] = [refuses(401), refuses(400)];
    const client = await start(settings);
    const response = await client.post('assistant', question);
    expect(response.status).toBe(502);
    const { turnId } = (await response.json()) as { turnId: string };
    expect(await (await client.get(`/assistant/turns/${turnId}`)).json()).toMatchObject({
      ...{ status: 'failed', error: { code: 'model_refused' } },
      passedOver: [
        { model: 'a:m', message: expect.stringContaining('does not accept the key') },
        { model: 'b:m', message: expect.stringContaining('rejected the request') },
      ],
    });
  });

  it('says of a model that cannot be made why it was passed over', async () => {
    const { settings, b } = await providers(home, 'a', 'b');
    configure(home, 'a', { apiKey: 'env:NOT_SET' });
    b.answer = says('I am B.');
    const client = await start(settings);
    const { reply, turnId } = await client.send('assistant', question);
    expect(reply!.text).toBe('I am B.');
    expect(await (await client.get(`/assistant/turns/${turnId}`)).json()).toMatchObject({
      ...{ model: 'b:m' },
      passedOver: [{ model: 'a:m', code: 'config_invalid', message: expect.stringContaining('NOT_SET') }],
    });
  });

  it('waits, without asking, where the one model that there is may not be asked now', async () => {
    const { settings, a } = await providers(home, 'a');
    configure(home, 'a', { tokensPerMinute: 20 });
    a.answer = says('I am A.');
    const client = await start(settings);
    await client.send('assistant', question);
    const response = await client.post('assistant', { ...question, roomId: 's' });
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await response.json()).toMatchObject({ error: { code: 'model_unavailable' } });
    expect(a.received).toHaveLength(1);
  });
});
