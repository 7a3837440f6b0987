/** What agents stand on, as operators see it: their platforms, the servers that bring tools, their models. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readConfig } from '../../src/config.js';
import { readConfigDefinition } from '../../src/config-file.js';
import { type Hub, startHub } from '../../src/hub.js';
import { createLogger } from '../../src/logger.js';
import { startTelegramServer, type TelegramServer } from '../platforms/telegram/server.js';
import { stubSettings } from '../servers/mcp/source.js';
import { Home } from '../support/hub.js';
import { ask as request } from '../support/tokens.js';
import { until } from '../support/until.js';

const home = new Home();
const wrong = '4343:AAwrong-token_of-nobody';
const endpoint = {
  ...{ provider: 'openai', apiKey: 'env:SHOP_API_KEY', baseUrl: 'http://127.0.0.1:9/v1' },
  models: { small: { price: { input: 0.5, output: 2 } } },
};
let hub: Hub;
let telegram: TelegramServer;

beforeAll(async () => {
  telegram = await startTelegramServer();
  const on = (telegram: object) => ({ name: 'Ada', bio: '.', plugins: [], connectors: { telegram } });
  home.character('assistant', {
    ...on({ token: 'env:TELEGRAM_ADA', dm: 'open' }),
    toolSources: ['stub', { name: 'nowhere', type: 'mcp' }],
    models: ['shop:small', 'offline', 'openai'],
  });
  home.character('refused', on({ token: 'env:TELEGRAM_WRONG' }));
  home.character('unset', on({ dm: 'open' }));
  home.character('nameless', on({ token: 'env:TELEGRAM_NOWHERE' }));
  const settings = home.settings({
    ...{ TELEGRAM_API_URL: telegram.url, TELEGRAM_ADA: telegram.token, TELEGRAM_WRONG: wrong },
    ...{ SHOP_API_KEY: 'key-of-the-shop', CARRIER_AGENT: 'assistant' },
  });
  const config = { toolSources: { stub: stubSettings() }, endpoints: { shop: endpoint } };
  const definition = readConfigDefinition(config as never, join(home.folder, 'carrier.config.json'));
  hub = await startHub(readConfig(settings, definition), createLogger('silent'));
});
afterAll(async () => {
  await hub?.stop();
  await telegram?.stop();
  await home.dispose();
});

const ask = async (method: string, path: string) =>
  (await request(hub.url, hub.token.secret, [method, path], method === 'POST' ? {} : undefined)).body;
const stateOf = async (agentId: string | null, connector = 'telegram') =>
  (await ask('GET', '/connectors')).connectors.find(
    (one: { agentId: string | null; connector: string }) =>
      one.agentId === agentId && one.connector === connector,
  );

it('says of each connector of each agent how it is, since when, and what is to be set up yet', async () => {
  await until(async () => (await stateOf('assistant'))?.state === 'runs');
  const runs = await stateOf('assistant');
  expect(runs).toMatchObject({ lastError: null, missing: [] });
  expect(Date.parse(runs.since)).toBeGreaterThan(Date.now() - 60_000);
  await until(async () => (await stateOf('refused'))?.state === 'off');
  const refused = await stateOf('refused');
  expect(refused.lastError.message).toMatch(/token/i);
  expect(Date.parse(refused.lastError.at)).toBeGreaterThan(Date.now() - 60_000);
  expect(JSON.stringify(refused)).not.toContain(wrong);
  expect(await stateOf('unset')).toMatchObject({
    ...{ state: 'unfinished', since: null },
    missing: [{ field: 'connectors.telegram.token', message: expect.stringContaining('has no account') }],
  });
  const nameless = await stateOf('nameless');
  expect(nameless.state).toBe('unfinished');
  expect(JSON.stringify(nameless.missing)).toContain('TELEGRAM_NOWHERE');
  // What all agents share.
  expect(await stateOf(null, 'http')).toMatchObject({ state: 'runs' });
});

it('asks the platform when it is tested, also of one that does not run', async () => {
  const test = (agentId: string, connector = 'telegram') =>
    ask('POST', `/agents/${agentId}/connectors/${connector}/test`);
  expect(await test('assistant')).toMatchObject({ ok: true });
  expect((await test('assistant')).findings.length).toBeGreaterThan(1);
  expect(await test('assistant', 'http')).toEqual({
    ok: true,
    findings: [{ check: 'it is connected', ok: true }],
  });
  const refused = await test('refused');
  expect(refused.ok).toBe(false);
  expect(JSON.stringify(refused)).not.toContain(wrong);
  expect(await test('unset')).toMatchObject({
    ...{ ok: false, findings: [{ check: 'connectors.telegram.token', ok: false }] },
  });
  expect((await test('assistant', 'telegrm')).error).toMatchObject({
    ...{ code: 'not_found', field: 'connector', message: expect.stringContaining('"telegram"') },
  });
  // The token is taken back: the next test finds it, and the list has the error.
  telegram.revoke();
  await until(async () => !(await test('assistant')).ok);
  await until(async () => (await stateOf('assistant')).state !== 'runs');
  expect((await stateOf('assistant')).lastError.message).toMatch(/\w/);
});

it('says how the servers are that bring tools', async () => {
  const servers = async () => (await ask('GET', '/agents/assistant/servers')).servers;
  await until(async () => (await servers())[0]?.state === 'connected');
  const [stub, nowhere] = await servers();
  expect(stub).toMatchObject({ name: 'mcp:stub', restarts: 0, lastError: null });
  expect(stub.tools).toBeGreaterThan(0);
  expect(Date.parse(stub.since)).toBeGreaterThan(Date.now() - 60_000);
  expect(nowhere).toMatchObject({ name: 'nowhere', state: 'unusable', problem: expect.stringMatching(/\w/) });
});

it('says of models in which order they are asked, what they cost and why one cannot be', async () => {
  const { models } = await ask('GET', '/agents/assistant/models');
  expect(models).toMatchObject([
    { model: 'shop:small', provider: 'openai', state: 'ready', price: { input: 0.5, output: 2 } },
    { model: 'offline', provider: 'offline', state: 'ready', lastFailure: null },
    { model: 'openai', provider: 'openai', state: 'unusable' },
  ]);
  expect(models[2].lastFailure.message).toContain('OPENAI_API_KEY');
  // Nothing listens there: the next model answers, and the first one's failure is known.
  const said = { text: 'hello', userId: 'ann' };
  const sent = await request(hub.url, hub.token.secret, ['POST', '/assistant/message'], said);
  expect(sent.status).toBe(200);
  const [failed] = (await ask('GET', '/agents/assistant/models')).models;
  expect(failed.lastFailure).toMatchObject({ code: 'model_unavailable' });
  expect(Date.parse(failed.lastFailure.at)).toBeGreaterThan(Date.now() - 60_000);
});
