/** The kill switch over HTTP: what programs get that ask an agent, and its routes and commands. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Hub } from '../../src/hub.js';
import { carrier as runProgram } from '../cli/carrier.js';
import { type Api, api } from '../support/api.js';
import { runDoctor } from '../support/doctor.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';

let home: Home;
let hub: Hub;
let client: Api;
let model: ReturnType<typeof scriptedModel>;
/** Until somebody calls it off. */
const hang = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

beforeEach(async () => {
  home = new Home();
  home.character('assistant', { name: 'Ada', bio: '.', plugins: [] });
  home.character('other', { name: 'Other', bio: '.', plugins: [] });
  model = scriptedModel((request) => `echo ${lastSaid(request)}`);
  hub = await home.hub({ model: () => model }, { CARRIER_SWEEP_MS: '100' });
  client = api(hub.url, hub.token.secret);
});
afterEach(() => home.dispose());

const ask = async (method: string, path: string, body?: object, token = hub.token.secret) => {
  const response = await fetch(hub.url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as never };
};
const pause = (body: object) => ask('POST', '/switches/pause', body);
const resume = (body: object) => ask('POST', '/switches/resume', body);
const agent = { what: 'agent', agentId: 'assistant' };
const hello = { text: 'hello', userId: 'ann', messageId: 'm' };

it('refuses messages with 503, and takes the same one afterwards', async () => {
  const paused = await pause({ ...agent, for: '10m', reason: 'Back soon.' });
  expect(paused.body).toMatchObject({ what: 'agent', agentId: 'assistant', reason: 'Back soon.' });
  const refused = await client.post('assistant', hello);
  expect(refused.status).toBe(503);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(590);
  expect(await refused.json()).toMatchObject({
    error: {
      code: 'paused',
      message: 'Ada is paused by its operators: Back soon. Please write again in 10 minutes.',
    },
  });
  const stream = await client.post('assistant', hello, { accept: 'text/event-stream' });
  expect(stream.status).toBe(503);
  expect((await client.send('other', hello)).reply!.text).toBe('echo hello');
  expect(await client.messages('assistant', 'user:ann')).toEqual([]);
  await pause(agent);
  expect((await client.post('assistant', hello)).headers.get('retry-after')).toBeNull();
  expect((await resume(agent)).body).toEqual({ resumed: true });
  expect((await resume(agent)).body).toEqual({ resumed: false });
  expect((await client.send('assistant', hello)).reply!.text).toBe('echo hello');
});

it('ends a stream with the reason, also of what only waits', async () => {
  model = scriptedModel((_, signal) => (model.requests.length > 1 ? 'done' : hang(signal)));
  const running = client.stream('assistant', { ...hello, roomId: 'line' });
  await until(() => model.requests.length === 1);
  const behind = client.stream('assistant', { text: 'two', userId: 'bob', roomId: 'line', messageId: 'b' });
  const plain = client.post('assistant', { text: 'three', userId: 'cleo', roomId: 'line', messageId: 'c' });
  await until(async () => (await client.messages('assistant', 'line')).length === 3);
  await pause({ ...agent, reason: 'An incident' });
  const error = {
    code: 'paused',
    message: expect.stringMatching(/^Ada is paused by its operators: An incident/),
  };
  expect((await running).at(-1)).toMatchObject({ event: 'turn.failed', data: { error } });
  expect((await behind).at(-1)).toMatchObject({ event: 'turn.failed', data: { error } });
  expect((await plain).status).toBe(503);
  await resume(agent);
  const bobs = { text: 'two', userId: 'bob', roomId: 'line', messageId: 'b' };
  expect((await client.send('assistant', bobs)).reply!.text).toBe('done');
  // The one that ran is answered after all, as it is sent again.
  expect((await client.send('assistant', { ...hello, roomId: 'line' })).reply!.text).toBe('done');
  expect(model.requests).toHaveLength(4);
});

it('pauses a person of one tenant alone', async () => {
  const { body } = await ask('POST', '/tokens', { name: 'acme', tenant: 'acme', role: 'member' });
  const acme = api(hub.url, (body as { token: string }).token);
  const ann = { what: 'person', agentId: 'assistant', connector: 'http', tenant: 'acme', userId: 'ann' };
  expect((await pause(ann)).status).toBe(200);
  expect((await acme.post('assistant', hello)).status).toBe(503);
  expect((await acme.send('assistant', { ...hello, userId: 'bob' })).reply!.text).toBe('echo hello');
  expect((await client.send('assistant', hello)).reply!.text).toBe('echo hello');
});

describe('the routes', () => {
  it('name what is wrong', async () => {
    const wrong: [object, number, string][] = [
      [{ what: 'agent' }, 422, 'agentId'],
      [{ what: 'agent', agentId: 'nobody' }, 404, 'agentId'],
      [{ what: 'agent', agentId: 'assistant', userId: 'ann' }, 422, 'userId'],
      [{ what: 'person', userId: 'ann' }, 422, 'connector'],
      [{ what: 'place', agentId: 'assistant' }, 422, 'connector'],
      [{ what: 'planet' }, 422, 'what'],
      [{ ...agent, for: 'long' }, 422, 'for'],
      [{ ...agent, for: '9999d' }, 422, 'for'],
      [{ ...agent, reason: 'x'.repeat(201) }, 422, 'reason'],
      [{ ...agent, until: 5 }, 422, 'until'],
    ];
    for (const [body, status, field] of wrong) {
      const answer = await pause(body);
      expect([body, answer.status]).toEqual([body, status]);
      expect(JSON.stringify(answer.body)).toContain(field);
    }
    expect((await ask('GET', '/switches')).body).toEqual({ pauses: [] });
  });

  it('let tokens pause what is theirs', async () => {
    const token = async (more: object) =>
      ((await ask('POST', '/tokens', more)).body as { token: string }).token;
    const operator = await token({ name: 'op', role: 'operator' });
    const bound = await token({ name: 'bound', role: 'operator', agents: ['other'] });
    const member = await token({ name: 'member', role: 'member' });
    const as = async (secret: string, body: object) =>
      (await ask('POST', '/switches/pause', body, secret)).status;
    expect(await as(member, agent)).toBe(403);
    expect(await as(bound, agent)).toBe(403);
    expect(await as(bound, { what: 'agent', agentId: 'other' })).toBe(200);
    expect(await as(operator, agent)).toBe(200);
    // All agents at once are an admin's.
    expect(await as(operator, { what: 'tools' })).toBe(403);
    expect(await as(operator, { what: 'place', connector: 'http' })).toBe(403);
    expect(await as(operator, { what: 'person', connector: 'http', userId: 'ann' })).toBe(403);
    expect(await as(await token({ name: 'admin', role: 'admin' }), { what: 'tools' })).toBe(200);
    const seen = async (secret: string) =>
      (await ask('GET', '/switches', undefined, secret)).body as { pauses: { what: string }[] };
    expect((await seen(operator)).pauses.map(({ what }) => what)).toEqual(['agent', 'agent', 'tools']);
    expect((await seen(bound)).pauses.map(({ what }) => what)).toEqual(['agent', 'tools']);
    const acme = await token({ name: 'acme', tenant: 'acme', role: 'admin' });
    expect((await seen(acme)).pauses).toEqual([]);
    expect(await as(acme, { what: 'place', connector: 'http', tenant: 'acme' })).toBe(200);
    expect(await as(acme, { what: 'place', connector: 'http' })).toBe(403);
    expect(await as(acme, { what: 'place', connector: 'http', tenant: 'beta' })).toBe(403);
    expect((await seen(acme)).pauses).toMatchObject([{ what: 'place', tenant: 'acme' }]);
    const { rows } = (await ask('GET', '/audit?operation=switches.pause')).body as {
      rows: { target: object; outcome: string }[];
    };
    expect(rows.filter(({ outcome }) => outcome === 'denied')).toHaveLength(7);
  });

  it('say in /readyz what is paused, and name no person there', async () => {
    await pause({ what: 'tools' });
    await pause({ what: 'person', agentId: 'assistant', connector: 'http', userId: 'ann' });
    const response = await fetch(`${hub.url}/readyz`);
    const text = await response.text();
    expect(text).toContain('paused by an operator: tools; 1 person');
    expect(text).not.toContain('ann');
    expect(response.status).toBe(200);
  });

  it('are carried by the command line, and carrier doctor names what is paused', async () => {
    const carrier = async (...args: string[]) =>
      (await runProgram(args, { cwd: home.folder, env: home.settings() })).stdout;
    expect(await carrier('switches')).toContain('Nothing is paused.');
    const paused = await carrier('switches', 'pause', 'agent', '--agent-id', 'assistant', '--for', '2h');
    expect(paused).toMatch(/^Paused until \d{4}-.*: agent {2}assistant\./);
    expect(await carrier('switches', 'list')).toMatch(/agent {2}assistant {2}since .* by token /);
    const { code, said } = await runDoctor(home, {});
    expect(said).toContain('paused by an operator: agent assistant');
    expect(code).toBe(0);
    const resume = ['switches', 'resume', 'agent', '--agent-id', 'assistant'];
    expect(await carrier(...resume)).toContain('Resumed: agent.');
    expect(await carrier(...resume)).toContain('Not paused so: agent.');
  }, 60_000);
});
