/** What each request to a model took and cost, as `turns.show` tells it. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { FatalError, RetryableError } from '../../src/errors.js';
import { defineAction } from '../../src/extension-api.js';
import type { LanguageModel, ModelRequest } from '../../src/llm/llm.js';
import { api } from '../support/api.js';
import { onBothStores } from '../support/both-stores.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { ask } from '../support/tokens.js';
import { until } from '../support/until.js';

type Json = ReturnType<typeof JSON.parse>;

const look = defineAction({
  ...{ name: 'look', description: 'Looks.', parameters: z.object({}), repeatable: true },
  run: async () => 'a heron',
});
const pay = defineAction({
  ...{ name: 'pay', description: 'Pays.', parameters: z.object({}), needsApproval: true },
  run: async () => 'paid',
});

/** 10 tokens in at 2 dollars a million, 5 out at 8: 60 millionths of a dollar a call. */
const priced = { input: 2, output: 8 };
const named = (id: string, model: LanguageModel, price?: LanguageModel['abilities']['price']) => ({
  ...model,
  id,
  abilities: { ...model.abilities, ...(price && { price }) },
});
const keyIn = ({ system }: ModelRequest) =>
  /"key":"([^"]+)"/.exec(system[0]?.kind === 'instructions' ? system[0].text : '')![1];

const talker = scriptedModel((request) => {
  const said = lastSaid(request);
  const asks = request.messages.at(-1)!.role === 'user';
  if (said.startsWith('Before this is sent')) return 'Please wait.';
  if (said.includes('look') && asks) return { calls: [{ name: 'look', arguments: '{}' }] };
  if (said.includes('pay') && asks) return { calls: [{ name: 'pay', arguments: '{}' }] };
  return said.includes('rude') ? 'Be quiet, this is rude.' : 'A heron stands there.';
});
const away = scriptedModel(() => {
  throw new RetryableError('model_unavailable', 'It is away.');
});
const broken = scriptedModel(() => {
  throw new FatalError('config_invalid', 'It takes no such request.');
});
let askedOfSlow = 0;
/** Answers never. */
const slow: LanguageModel = {
  ...talker,
  async *stream(_request, signal) {
    askedOfSlow++;
    yield { type: 'text', text: 'Let me think.' };
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  },
};
const judge = scriptedModel((request) => {
  const { reply } = JSON.parse(request.messages[0]!.text) as { reply: string };
  const bad = reply.includes('rude');
  const verdict = { verdict: bad ? 'fail' : 'pass', score: bad ? 0.1 : 0.9, broken: bad ? [1] : [] };
  return JSON.stringify({ key: keyIn(request), ...verdict, reason: bad ? 'It is rude.' : '' });
}, true);
const models: Record<string, LanguageModel> = {
  'priced:m': named('priced:m', talker, priced),
  'away:m': named('away:m', away, priced),
  'broken:m': named('broken:m', broken, priced),
  'slow:m': named('slow:m', slow, priced),
  'judge:m': named('judge:m', judge),
};

onBothStores('the requests to models of a turn', (engines) => {
  const home = new Home();
  let get: (path: string) => Promise<Json>;
  let decide: (turnId: string) => Promise<Json>;
  let stop: (roomId: string) => Promise<Json>;
  /** @returns the turn, whatever became of it */
  let endOf: (agent: string) => Promise<Json>;
  let say: (agent: string, text: string) => Promise<string>;
  beforeAll(async () => {
    const base = { name: 'Ada', bio: '.', plugins: ['bank'] };
    home.character('assistant', { ...base, models: ['priced:m'] });
    home.character('failing', { ...base, models: ['away:m', 'priced:m'] });
    home.character('broken', { ...base, models: ['broken:m'] });
    home.character('slow', { ...base, models: ['slow:m'] });
    home.character('unpriced', { ...base, models: ['judge:m'] });
    const evaluation = { rules: ['Never be rude.'], judge: 'judge:m' };
    home.character('judged', { ...base, models: ['priced:m'], evaluation });
    const hub = await home.hub(
      { model: (ref) => models[ref]!, plugins: [{ name: 'bank', actions: [look, pay] }] },
      engines(),
    );
    get = async (path) => (await ask(hub.url, hub.token.secret, ['GET', path])).body;
    decide = async (turnId) =>
      (await ask(hub.url, hub.token.secret, ['POST', `/turns/${turnId}/resume`], { approve: true })).body;
    stop = async (roomId) =>
      (await ask(hub.url, hub.token.secret, ['POST', `/rooms/${roomId}/stop`], {})).body;
    endOf = async (agent) => {
      const body = { userId: 'alice', roomId: crypto.randomUUID(), text: 'hello' };
      const { turnId } = (await (await client.post(agent, body)).json()) as { turnId: string };
      return get(`/turns/${turnId}`);
    };
    const client = api(hub.url, hub.token.secret);
    say = async (agent, text) =>
      (await client.send(agent, { userId: 'alice', roomId: crypto.randomUUID(), text })).turnId!;
  }, 60_000);
  afterAll(() => home.dispose());

  it('are told in order, with their time, tokens and cost, and their sum', async () => {
    const shown = await get(`/turns/${await say('assistant', 'look there')}`);
    const each = { model: 'priced:m', for: 'answer', inputTokens: 10, outputTokens: 5, usd: 0.00006 };
    expect(shown.calls).toMatchObject([
      { ...each, tools: 1 },
      { ...each, tools: 0 },
    ]);
    for (const { startedAt, durationMs, firstMs, failed } of shown.calls) {
      expect(Date.parse(startedAt)).toBeGreaterThanOrEqual(Date.parse(shown.startedAt));
      expect(firstMs).toBeGreaterThanOrEqual(0);
      expect(durationMs).toBeGreaterThanOrEqual(firstMs);
      expect(failed).toBeUndefined();
    }
    expect(shown.cost.usd).toBeCloseTo(0.00012, 10);
    expect(shown.cost).toMatchObject({
      unpriced: 0,
      modelMs: shown.calls[0].durationMs + shown.calls[1].durationMs,
    });
  });

  it('name the models that failed, and why', async () => {
    const { calls, cost } = await get(`/turns/${await say('failing', 'hello')}`);
    expect(calls).toMatchObject([
      { model: 'away:m', failed: 'model_unavailable', firstMs: null, usd: null, inputTokens: 0 },
      { model: 'priced:m', usd: 0.00006 },
    ]);
    expect(cost).toMatchObject({ usd: 0.00006, unpriced: 0 });
  });

  it('are told of a turn that failed, and of one that was stopped', async () => {
    const failed = await endOf('broken');
    expect(failed).toMatchObject({
      status: 'failed',
      calls: [{ model: 'broken:m', for: 'answer', failed: 'config_invalid' }],
    });
    expect(failed.startedAt <= failed.calls[0].startedAt).toBe(true);
    const before = askedOfSlow;
    const ending = endOf('slow');
    await until(() => askedOfSlow > before);
    await stop((await get('/rooms?agentId=slow')).rooms[0].roomId);
    expect(await ending).toMatchObject({
      status: 'stopped',
      calls: [{ model: 'slow:m', for: 'answer', failed: 'stopped' }],
    });
  });

  it('name the judge and the second draft; whose price nobody knows is counted', async () => {
    const { calls, cost, usage } = await get(`/turns/${await say('judged', 'be rude')}`);
    expect(calls.map((call: Json) => [call.for, call.model, call.usd])).toEqual([
      ['answer', 'priced:m', 0.00006],
      ['judge', 'judge:m', null],
      ['revision', 'priced:m', 0.00006],
      ['judge', 'judge:m', null],
    ]);
    expect(cost).toMatchObject({ usd: 0.00012, unpriced: 2 });
    expect(usage).toMatchObject({ inputTokens: 40, outputTokens: 20 });
  });

  it('of a turn that goes on from one that waited are its own', async () => {
    const first = await say('assistant', 'pay now');
    expect(await decide(first)).toMatchObject({ approve: true });
    let before: Json;
    await expect
      .poll(async () => {
        before = await get(`/turns/${first}`);
        return before.continuedBy && (await get(`/turns/${before.continuedBy}`)).status;
      })
      .toBe('done');
    expect(before.calls).toMatchObject([{ tools: 1 }]);
    const after = await get(`/turns/${before.continuedBy}`);
    expect(after.calls).toMatchObject([{ tools: 0 }]);
    expect(after.actions).toMatchObject([{ name: 'pay', state: 'done' }]);
  });
});
