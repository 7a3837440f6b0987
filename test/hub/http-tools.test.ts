/** Must-show 3: an HTTP tool is registered, used, changed and removed while the hub runs, and in two processes. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { onBothStores } from '../support/both-stores.js';
import { Home } from '../support/hub.js';
import { HubProcess } from '../support/hub-process.js';
import { calls, type Provider, providers, says } from '../support/providers.js';
import { ask } from '../support/tokens.js';
import { until } from '../support/until.js';
import { OtherSide } from '../tools/http/other-side.js';

let home: Home;
let side: OtherSide;
let model: Provider;
let settings: Record<string, string>;
let hubs: HubProcess[];

beforeEach(async () => {
  home = new Home();
  const policy = { rules: [{ effect: 'allow', tool: 'http:*' }] };
  for (const id of ['assistant', 'other']) home.character(id, { name: 'Ada', bio: '.', plugins: [], policy });
  side = await new OtherSide().start();
  const made = await providers(home, 'm');
  model = made.m;
  settings = made.settings;
  hubs = [];
  model.answer = (response, { body }) => {
    const last = body.messages.at(-1);
    const wanted = /use (\w+) for (\w+)/.exec(JSON.stringify(last.content));
    const isAsked = last.role === 'user' && wanted;
    return (isAsked ? calls(wanted[1]!, { city: wanted[2]! }) : says('I see.'))(response, { body } as never);
  };
});
afterEach(async () => {
  await Promise.all(hubs.map((hub) => hub.end('SIGKILL')));
  side.stop();
  await home.dispose();
});

const start = async (name: string, env: Record<string, string>) => {
  const hub = new HubProcess(
    home.settings({
      ...{ ...settings, ...env, CARRIER_DATA_DIR: join(home.folder, `data-${name}`), HOME: home.folder },
      CARRIER_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
    }),
  );
  hubs.push(hub);
  return { hub, url: await hub.start() };
};

const weather = (more: object = {}) => ({
  ...{ name: 'weather', description: 'The weather of a city.', url: `${side.origin}/v1/weather/{city}` },
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  ...{ headers: { 'X-Api-Key': '{secret:weather}' }, agents: ['assistant'], allowPrivate: true },
  ...{ hints: { readOnly: true }, ...more },
});

/** The hub's API with the administrator's token. */
const apiOf = (url: string, token: string) => (method: string, path: string, body?: object) =>
  ask(url, token, [method, path], body);
type Api = ReturnType<typeof apiOf>;

let said = 0;
/** Says it to the agent, and gives what its model was offered. */
async function say(api: Api, text: string, agent = 'assistant') {
  const before = model.received.length;
  await api('POST', `/${agent}/message`, { text, userId: 'ann', roomId: `room${++said}` });
  const [first] = model.received.slice(before);
  const tools: { function: { name: string; description: string } }[] = first!.body.tools ?? [];
  return tools.map((tool) => `${tool.function.name}: ${tool.function.description}`);
}

/** What waits for a decision is approved. */
async function approve(api: Api): Promise<void> {
  const { turns } = (await api('GET', '/turns?status=waiting')).body;
  for (const { turnId } of turns) await api('POST', `/turns/${turnId}/resume`, { approve: true });
}
/** Whether a model was told of a result like that. */
const told = (result: RegExp) => model.received.some(({ body }) => result.test(JSON.stringify(body)));
const called = () => side.received.map(({ method, path }) => `${method} ${path}`);

async function story(api: Api): Promise<void> {
  expect(await say(api, 'hello')).toEqual([]);
  await api('PUT', '/secrets/weather', { value: 'w-0123456789' });

  const added = await api('POST', '/tools', weather());
  expect(added).toMatchObject({ status: 200, body: { version: 1, tool: { name: 'weather' } } });
  expect(await api('POST', '/tools', weather())).toMatchObject({
    status: 409,
    body: { error: { code: 'conflict' } },
  });
  await until(async () => (await say(api, 'hello')).includes('http_weather: The weather of a city.'));
  expect(await say(api, 'hello', 'other')).toEqual([]);

  await say(api, 'use http_weather for Bern');
  await until(() => approve(api).then(() => called().length > 0));
  expect(called()).toEqual(['GET /v1/weather/Bern']);
  expect(side.received[0]!.headers['x-api-key']).toBe('w-0123456789');

  const next = weather({ description: 'Tomorrow’s weather.', url: `${side.origin}/v2/{city}`, version: 1 });
  expect(await api('PUT', '/tools/weather', next)).toMatchObject({ status: 200, body: { version: 2 } });
  expect(await api('PUT', '/tools/weather', next)).toMatchObject({ status: 409 });
  await until(async () => (await say(api, 'hello')).includes('http_weather: Tomorrow’s weather.'));
  await say(api, 'use http_weather for Basel');
  await until(() => approve(api).then(() => called().length > 1));
  expect(called()[1]).toBe('GET /v2/Basel');

  expect(await api('DELETE', '/tools/weather')).toMatchObject({ status: 200 });
  await until(async () => (await say(api, 'hello')).length === 0);
  await say(api, 'use http_weather for Thun');
  expect(called()).toHaveLength(2);
  await until(() => told(/there is no (action|tool) /i));
  expect(await api('GET', '/tools/weather')).toMatchObject({ status: 404 });

  expect(JSON.stringify(model.received.map(({ body }) => body))).not.toContain('w-0123456789');
  const changes = (await audited(api)).filter((row) => !/^tools\.(show|call) /.test(row));
  expect(changes).toEqual([
    ...[
      'tools.add done',
      'tools.add failed',
      'tools.change done',
      'tools.change failed',
      'tools.remove done',
    ],
  ]);
  await until(async () => (await audited(api)).filter((row) => row === 'tools.call done').length === 2);
}

/** What was done with tools, the oldest first. */
async function audited(api: Api): Promise<string[]> {
  const { rows } = (await api('GET', '/audit?limit=200')).body;
  return rows
    .map(({ operation, outcome }: Record<string, string>) => `${operation} ${outcome}`)
    .filter((row: string) => row.startsWith('tools.'))
    .reverse();
}

onBothStores('an HTTP tool', (engines) => {
  it('is registered, used, changed and removed while the hub runs, in two processes where they share a store', async () => {
    const env = engines();
    const roles = env.REDIS_URL ? ['gateway', 'worker'] : ['all'];
    const [gateway] = await Promise.all(roles.map((role) => start(role, { ...env, CARRIER_ROLE: role })));
    await story(apiOf(gateway!.url, gateway!.hub.token));
  }, 60_000);

  it('is there after a restart', async () => {
    const env = engines();
    const { hub, url } = await start('one', env);
    await apiOf(url, hub.token)('POST', '/tools', weather());
    await hub.end('SIGKILL');
    const again = await start('one', env);
    expect(await say(apiOf(again.url, again.hub.token), 'hello')).toEqual([
      'http_weather: The weather of a city.',
    ]);
  }, 60_000);

  it('[act.22] reaches no hub, at whatever address it listens', async () => {
    const { hub, url } = await start('one', engines());
    const api = apiOf(url, hub.token);
    const asked = await fetch(`${url}/healthz`, { headers: { 'carrier-tool': 'x' } });
    expect(asked.status).toBe(403);
    const own = weather({ url: `${url}/tools/{city}`, method: 'DELETE', headers: {} });
    expect((await api('POST', '/tools', own)).status).toBe(200);
    await say(api, 'use http_weather for weather');
    await until(() => approve(api).then(() => told(/the hub itself/)));
    expect((await api('GET', '/tools/weather')).status).toBe(200);
    await until(async () => (await audited(api)).includes('tools.call failed'));
  }, 60_000);

  it('is refused with the field that is wrong', async () => {
    const { hub, url } = await start('one', engines());
    const api = apiOf(url, hub.token);
    const refused = await api('POST', '/tools', weather({ headers: { 'X-Api-Key': 'w-0123456789' } }));
    expect(refused).toMatchObject({ status: 422, body: { error: { field: 'headers.X-Api-Key' } } });
    expect(JSON.stringify(refused)).not.toContain('w-0123456789');
    for (const broken of [[], 'text', null, { name: 1 }])
      expect((await api('POST', '/tools', broken as object)).status).toBeLessThan(500);
    expect((await api('PUT', '/tools/none', weather())).status).toBe(404);
    expect((await api('DELETE', '/tools/none')).status).toBe(404);
    expect((await api('GET', '/tools')).body).toEqual({ tools: [] });
  }, 60_000);

  it('is changed by one of two who do so at once', async () => {
    const env = engines();
    const one = await start('one', env);
    const two = env.REDIS_URL ? await start('two', env) : one;
    const apis = [apiOf(one.url, one.hub.token), apiOf(two.url, one.hub.token)];
    await apis[0]!('POST', '/tools', weather());
    const changes = apis.map((api, i) =>
      api('PUT', '/tools/weather', weather({ description: `${i}`, version: 1 })),
    );
    expect((await Promise.all(changes)).map(({ status }) => status).sort()).toEqual([200, 409]);
  }, 60_000);
});
