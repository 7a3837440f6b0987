/** Budgets on whole hubs: a model server over HTTP, people over HTTP and on a platform, and the operators' room. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { httpConnector } from '../../connectors/http/connector.js';
import type { Hub } from '../../src/hub.js';
import { events, type Script } from '../llm/scripted-server.js';
import { api } from '../support/api.js';
import { onBothStores } from '../support/both-stores.js';
import { Home } from '../support/hub.js';
import { chunk, type Provider, providers, refuses } from '../support/providers.js';
import { until } from '../support/until.js';
import { Platform } from './platform.js';

/** As a provider counts: four bytes of the prompt a token, and a token a word of the answer. */
const counts: Script = async (response, received) => {
  const prompt_tokens = Math.ceil(JSON.stringify(received.body.messages).length / 4);
  const words = Array.from({ length: Math.min(40, received.body.max_tokens) }, (_, at) => `word${at} `);
  await new Promise((resolve) => setTimeout(resolve, 20));
  const usage = { prompt_tokens, completion_tokens: words.length };
  const said = words.map((content) => chunk({ content }));
  await events([...said, chunk({}, 'stop'), { id: 'c', choices: [], usage }, '[DONE]'])(response, received);
};

onBothStores('[act.41] a budget of 10,000 tokens a day', (engines) => {
  let home: Home;
  let platform: Platform;
  let hub: Hub;
  let provider: Provider;
  let settings: Record<string, string>;
  let now: number;

  beforeEach(() => {
    home = new Home();
    platform = new Platform('beach');
    now = Date.parse('2026-10-25T13:43:00Z');
  });
  afterEach(() => home.dispose());

  const http = () =>
    httpConnector({
      ...{ maxBodyBytes: 1e5, maxFileBytes: 1e5, maxFiles: 5, maxBacklog: 100, maxUploadingBytes: 1e6 },
      ...{ replyTimeoutMs: 20_000, callbackAllowPrivate: true, callbackSecret: 'secret', pollMs: 20 },
    });

  /** One hub with four places for turns; or a gateway, and four workers. */
  async function start(budgets: object[], character: object = {}): Promise<void> {
    home.character('assistant', {
      ...{ name: 'Ada', bio: 'A helpful assistant.', plugins: [], connectors: { beach: { dm: 'open' } } },
      ...{ operatorsRoom: { connector: 'beach', channel: 'ops' }, ...character },
    });
    const made = await providers(home, 'script');
    provider = made.script;
    provider.answer = counts;
    const path = made.settings.CARRIER_CONFIG!;
    const config = { ...JSON.parse(readFileSync(path, 'utf8')), budgets };
    writeFileSync(path, JSON.stringify(config));
    settings = { ...made.settings, ...engines(), CARRIER_SWEEP_MS: '300', CARRIER_CONCURRENCY: '4' };
    const clock = { now: () => now };
    const front = { connectors: [platform, http()], ...clock };
    if (!settings.REDIS_URL) {
      hub = await home.hub(front, settings);
      return;
    }
    const worker = (at: number) => {
      const data = join(home.folder, `worker-${at}`);
      mkdirSync(data);
      const own = { CARRIER_ROLE: 'worker', CARRIER_DATA_DIR: data, CARRIER_CONCURRENCY: '1' };
      return home.carrier(clock, { ...settings, ...own });
    };
    hub = await home.hub(front, { ...settings, CARRIER_ROLE: 'gateway' });
    await Promise.all([0, 1, 2, 3].map(worker));
  }

  const client = () => api(hub.url, hub.token.secret);
  const say = async (person: string, text: string) =>
    (await client().send('assistant', { text, userId: person, roomId: `of-${person}` })).reply!.text;
  const usage = async (query = '') => {
    const response = await client().get(`/usage${query}`);
    expect(response.status).toBe(200);
    return ((await response.json()) as { usage: Record<string, unknown>[] }).usage;
  };
  const inOps = () => platform.shown.filter(({ channel }) => channel === 'ops').map(({ text }) => text);
  const settled = async () => {
    await until(async () => (await usage()).every(({ reservedTokens }) => reservedTokens === 0));
    return usage();
  };

  it('holds under four workers: people are told, operators twice, and the next day it is open again', async () => {
    await start([{ per: 'agent', tokens: 10_000, timezone: 'Europe/Berlin' }]);
    const people = Array.from({ length: 16 }, (_, at) => `person-${at}`);
    const said = await Promise.all(
      people.map(async (person) => [
        await say(person, 'hello'),
        await say(person, 'and again'),
        await say(person, 'and once more'),
      ]),
    );
    const spent =
      'What I may spend today is used up. Please write again from 2026-10-26 00:00 (Europe/Berlin).';
    const texts = said.flat();
    expect(texts.filter((text) => text !== spent && !text.startsWith('word0'))).toEqual([]);
    const answered = texts.filter((text) => text.startsWith('word0')).length;
    expect(answered).toBeGreaterThan(5);
    expect(texts.length - answered).toBeGreaterThan(5);
    // A short question may still find enough.
    const toZoe = () => platform.shown.filter(({ channel }) => channel === 'zoe').map(({ text }) => text);
    for (let asked = 0; asked < 4 && toZoe().at(-1) !== spent; asked++) {
      await platform.dm('zoe', 'me too?');
      await until(() => toZoe().length > asked);
    }
    expect(toZoe().at(-1)).toBe(spent);

    const [share, ...others] = await settled();
    expect(others).toEqual([]);
    const calls = answered + toZoe().length - 1;
    expect(share).toMatchObject({
      ...{ budget: 'agent', agentId: 'assistant', day: '2026-10-25', mostTokens: 10_000 },
      ...{ calls, estimatedTokens: 0, until: '2026-10-25T23:00:00.000Z' },
    });
    expect(provider.received).toHaveLength(calls);
    expect(share!.tokens).toBeGreaterThanOrEqual(8_000);
    expect(share!.tokens).toBeLessThanOrEqual(10_000);
    await until(() => inOps().length >= 2);
    expect(inOps()).toEqual([
      expect.stringMatching(/^The budget "agent" of `assistant` has reached 80 % on 2026-10-25: /),
      expect.stringMatching(/^The budget "agent" of `assistant` is used up on 2026-10-25: /),
    ]);

    now = Date.parse('2026-10-25T22:59:59Z');
    expect(await say('person-0', 'now?')).toBe(spent);
    now = Date.parse('2026-10-25T23:00:00Z');
    expect(await say('person-0', 'now?')).toMatch(/^word0/);
    expect((await settled()).map(({ day, calls }) => [day, calls])).toEqual([['2026-10-26', 1]]);
    expect((await usage('?day=2026-10-25')).map(({ tokens }) => tokens)).toEqual([share!.tokens]);
    expect(inOps()).toHaveLength(2);
  }, 60_000);

  it('is told as an answer, in a turn that is done; and is each person’s own', async () => {
    await start([], { budget: { per: 'person', tokens: 1500 } });
    while ((await say('ann', 'hello')).startsWith('word0'));
    const { turnId } = await client().send('assistant', { text: 'please', userId: 'ann', roomId: 'of-ann' });
    const turn = (await (await client().get(`/turns/${turnId}`)).json()) as Record<string, unknown>;
    expect(turn).toMatchObject({ status: 'done', error: null, model: null, usage: { inputTokens: 0 } });
    expect(await say('bob', 'hello')).toMatch(/^word0/);
    expect((await settled()).map(({ userId, budget }) => [userId, budget]).sort()).toEqual([
      ['ann', 'assistant.person'],
      ['bob', 'assistant.person'],
    ]);
  }, 30_000);

  it('[act.43] counts what is not said, and leaves what is refused free', async () => {
    await start([{ per: 'hub', tokens: 1_000_000 }]);
    provider.answer = refuses(400);
    expect((await client().post('assistant', { text: 'hello', userId: 'ann' })).status).toBe(502);
    expect(await settled()).toMatchObject([{ tokens: 0, calls: 0 }]);
    provider.answer = events([
      chunk({ content: 'well, ' }),
      chunk({ content: 'yes' }),
      chunk({}, 'stop'),
      '[DONE]',
    ]);
    expect(await say('ann', 'hello')).toBe('well, yes');
    const [{ tokens, estimatedTokens, calls } = {}] = await settled();
    expect(tokens).toBeGreaterThan(100);
    expect([estimatedTokens, calls]).toEqual([tokens, 1]);
  }, 30_000);
});
