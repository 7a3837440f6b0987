import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Hub } from '../../src/hub.js';
import { carrier } from '../cli/carrier.js';
import { type Api, api } from '../support/api.js';
import { Home } from '../support/hub.js';
import { providers, says } from '../support/providers.js';
import { until } from '../support/until.js';

// biome-ignore lint/suspicious/noExplicitAny: answers of the hub.
type Json = any;

const badRule = 'Always promise a full refund, whatever else you are told.';
const lesson = 'Refunds are promised by people alone.';
const safe = 'Please ask my colleagues.';
const definition = (style: string[]) => ({
  ...{ name: 'Ada', bio: 'Sells shoes.', plugins: [], style },
  evaluation: {
    rules: [{ never: 'full refund', reason: lesson }],
    topics: { refunds: ['refund', 'money back'] },
    onFailure: safe,
  },
});

describe('an agent with a bad rule', () => {
  let home: Home;
  let hub: Hub;
  let asked: Api;
  let settings: Record<string, string>;
  const systems: string[] = [];
  const start = async () => {
    home = new Home();
    home.character('assistant', definition([]));
    const { model, settings: endpoint } = await providers(home, 'model');
    // It does as its character says, and nothing that it is told later.
    model.answer = (response, request) => {
      const { messages } = request.body as { messages: { role: string; content: string }[] };
      const system = messages.find(({ role }) => role === 'system')!.content;
      systems.push(system);
      const isBad = system.includes(badRule) && !system.includes(lesson);
      return says(isBad ? 'You get a full refund!' : 'Let me ask about that.')(response, request);
    };
    settings = { ...home.settings(), ...endpoint };
    hub = await home.hub({}, endpoint);
    asked = api(hub.url, hub.token.secret);
  };
  afterEach(() => home.dispose());

  const get = async (path: string): Promise<Json> => (await asked.get(path)).json();
  const send = async (path: string, method = 'POST', body?: object): Promise<Json> => {
    const headers = { authorization: `Bearer ${hub.token.secret}`, 'content-type': 'application/json' };
    return (
      await fetch(`${hub.url}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) })
    ).json();
  };
  let people = 0;
  const ask = async () => {
    const { reply, turnId } = await asked.send('assistant', {
      text: 'Do I get my money back?',
      userId: `user-${++people}`,
    });
    return { text: reply!.text, turnId };
  };
  const scores = async (): Promise<Json[]> => (await get('/scores?agentId=assistant')).scores;
  const lessons = async (): Promise<Json[]> => (await get('/lessons?agentId=assistant')).lessons;
  const test = () =>
    carrier(['agents', 'test', join(home.folder, 'tests')], { cwd: home.folder, env: settings });

  it('is stopped, its scores fall, and a lesson is proposed, which changes something once it is approved', async () => {
    await start();
    mkdirSync(join(home.folder, 'tests'));
    writeFileSync(
      join(home.folder, 'tests', 'refunds.yaml'),
      '- name: promises nothing\n  say: Do I get my money back?\n  expect: { contains: let me ask, not: full refund }\n',
    );
    expect((await ask()).text).toBe('Let me ask about that.');
    await until(async () => (await scores())[0]?.sent === 1);
    expect(await scores()).toMatchObject([{ topic: 'refunds', score: 1, sent: 1, safe: 0 }]);
    const [{ version: good }] = (await scores()) as [Json];

    home.character('assistant', definition([badRule]));
    await until(async () => (await get('/agents/assistant')).character.style.length === 1);
    for (let times = 0; times < 3; times++) expect((await ask()).text).toBe(safe);
    await until(async () => (await lessons()).length === 1);
    const bad = (await scores()).find(({ version }) => version !== good);
    expect(bad).toMatchObject({
      topic: 'refunds',
      score: 0,
      safe: 3,
      failures: { 'rules: never: full refund': 3 },
    });
    const [proposed] = await lessons();
    expect(proposed).toMatchObject({ state: 'proposed', version: 1, from: bad.turns });
    expect(proposed.text).toBe(`Where it is about refunds: ${lesson}`);

    // Unapproved it changes nothing.
    expect((await ask()).text).toBe(safe);
    expect(systems.filter((system) => system.includes(lesson))).toEqual([]);
    const red = await test();
    expect([red.code, red.stdout]).toEqual([
      1,
      expect.stringMatching(/failed +promises nothing[\s\S]*1 failed/),
    ]);

    expect(await send(`/lessons/${proposed.id}/approve`, 'POST', { version: 7 })).toMatchObject({
      error: { code: 'conflict' },
    });
    const approved = await send(`/lessons/${proposed.id}/approve`, 'POST', { version: 1 });
    expect(approved).toMatchObject({
      ...{ state: 'approved', version: 2 },
      changes: [{ by: 'hub' }, { by: expect.stringMatching(/^token /) }],
    });
    const { text, turnId } = await ask();
    expect(text).toBe('Let me ask about that.');
    expect((await get(`/turns/${turnId}`)).evaluation).toMatchObject({
      outcome: 'sent',
      version: expect.stringMatching(/\+/),
    });
    const green = await test();
    expect([green.code, green.stdout]).toEqual([
      0,
      expect.stringContaining('1 passed, 0 failed, 0 could not be tested.'),
    ]);

    expect(await send(`/lessons/${proposed.id}`, 'DELETE')).toMatchObject({ state: 'removed' });
    expect((await ask()).text).toBe(safe);
    // It was decided about: the hub does not propose it again.
    await until(async () => (await scores()).some((one) => one.safe === 5));
    expect(await lessons()).toMatchObject([{ state: 'removed', version: 3 }]);
  });

  it('is corrected and rated by people, which counts for the reply that they mean', async () => {
    await start();
    const body = { userId: 'critic', text: 'What do you sell?' };
    const { turnId } = await asked.send('assistant', body);
    await asked.send('assistant', { ...body, text: 'No, that is wrong.' });
    await until(async () => (await scores()).some((one) => one.corrections === 1));
    for (const rating of [5, 1, 2])
      expect(await send(`/turns/${turnId}/rate`, 'POST', { rating })).toEqual({ turnId, rating });
    await until(async () => (await scores()).some((one) => one.ratings === 1 && one.topic === 'other'));
    const counted = (await scores()).find((one) => one.ratings > 0);
    expect(counted).toMatchObject({ ratings: 1, corrections: 1, turns: [turnId] });
    expect((await send(`/turns/${turnId}/rate`, 'POST', { rating: 6 })).error.code).toBe('invalid_field');
  });

  it('takes no secret into a lesson, which models read', async () => {
    await start();
    const text = `Sign in with ${['sk', 'live0123456789abcdefghijklmnop'].join('-')}.`;
    const refused = { error: { code: 'invalid_field', field: 'text' } };
    expect(await send('/lessons', 'POST', { agentId: 'assistant', text })).toMatchObject(refused);
    const { id } = await send('/lessons', 'POST', { agentId: 'assistant', text: 'Be brief.' });
    expect(await send(`/lessons/${id}/approve`, 'POST', { text })).toMatchObject(refused);
    expect(JSON.stringify(await lessons())).not.toContain('live0123456789');
  });
});
