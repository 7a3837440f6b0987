/** Pages of other origins, as browsers ask for them, on a real hub. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Hub } from '../../src/hub.js';
import { Home } from '../support/hub.js';
import { type Issued, issue, revoke } from '../support/tokens.js';
import { until } from '../support/until.js';

const origin = 'https://app.example.com';

let home: Home;
let hub: Hub;
let app: Issued;
beforeEach(async () => {
  home = new Home();
  home.character('assistant', { name: 'Ada', bio: '.', plugins: [] });
  hub = await home.hub();
  const origins = [origin, 'http://localhost:5173'];
  app = await issue(hub.url, hub.token.secret, { name: 'app', origins });
});
afterEach(() => home.dispose());

const preflight = (from: string, method = 'POST', headers = 'authorization, content-type') =>
  fetch(`${hub.url}/assistant/message`, {
    method: 'OPTIONS',
    headers: {
      ...{ origin: from, 'access-control-request-method': method },
      ...(headers && { 'access-control-request-headers': headers }),
    },
  });
const post = (token: string, headers: Record<string, string>) =>
  fetch(`${hub.url}/assistant/message`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ text: 'hi', userId: 'ann' }),
  });
const allowing = (response: Response) =>
  Object.fromEntries([...response.headers].filter(([name]) => name.startsWith('access-control-')));

it('a page of an origin on a token’s list is let in, with what it asks for', async () => {
  const response = await preflight(origin);
  expect(response.status).toBe(204);
  expect(allowing(response)).toEqual({
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers': 'authorization, content-type',
    'access-control-max-age': '600',
  });
  expect(response.headers.get('vary')).toMatch(/Origin/);
  const answered = await post(app.token, { origin });
  expect(answered.status).toBe(200);
  expect(answered.headers.get('access-control-allow-origin')).toBe(origin);
  expect(answered.headers.get('vary')).toMatch(/Origin/);
  expect([...answered.headers.keys()]).not.toContain('access-control-allow-credentials');
});

it('what goes wrong is told to the page', async () => {
  const response = await fetch(`${hub.url}/nobody/turns/t`, {
    headers: { authorization: `Bearer ${app.token}`, origin },
  });
  expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([404, origin]);
});

it.each([
  'https://evil.example.com',
  'http://app.example.com',
  'https://app.example.com:8443',
  'https://app.example.com.evil.org',
  'https://sub.app.example.com',
  'HTTPS://APP.EXAMPLE.COM',
  'https://app.example.com/',
  'http://localhost',
  'null',
  '*',
  '',
])('a page of %j is not', async (other) => {
  const response = await preflight(other);
  expect(response.status).toBeGreaterThanOrEqual(401);
  expect(allowing(response)).toEqual({});
  const answered = await post(app.token, { origin: other });
  expect(answered.status).toBe(403);
  expect(allowing(answered)).toEqual({});
  expect(((await answered.json()) as { error: { code: string } }).error.code).toBe('permission_denied');
});

it('a token that names no origin is no page’s, the hub’s own neither', async () => {
  const other = await issue(hub.url, hub.token.secret, { name: 'server' });
  for (const token of [other.token, hub.token.secret]) {
    const answered = await post(token, { origin });
    expect([answered.status, allowing(answered)]).toEqual([403, {}]);
    expect((await post(token, {})).status).toBe(200);
  }
});

it('a program without an origin may use a token with a list', async () => {
  expect((await post(app.token, {})).status).toBe(200);
});

it('a wrong token opens nothing, though its origin is on a list', async () => {
  const answered = await post(`${app.token}x`, { origin });
  expect([answered.status, allowing(answered)]).toEqual([401, {}]);
});

it('methods and headers that are not ours are not allowed', async () => {
  const response = await preflight(origin, 'PROPFIND', 'x-evil, Authorization, cookie');
  expect(response.headers.get('access-control-allow-methods')).toBeNull();
  expect(response.headers.get('access-control-allow-headers')).toBe('authorization');
  expect((await preflight(origin, 'GET', '')).headers.get('access-control-allow-headers')).toBeNull();
});

it('OPTIONS without what a preflight has is a request like others', async () => {
  const response = await fetch(`${hub.url}/assistant/message`, { method: 'OPTIONS', headers: { origin } });
  expect([response.status, allowing(response)]).toEqual([401, {}]);
});

it('an origin goes with the last token that names it', async () => {
  const second = await issue(hub.url, hub.token.secret, { name: 'second', origins: [origin] });
  await revoke(hub.url, hub.token.secret, app.id);
  await until(async () => (await preflight('http://localhost:5173')).status !== 204, 5000);
  expect((await preflight(origin)).status).toBe(204);
  await revoke(hub.url, hub.token.secret, second.id);
  await until(async () => (await preflight(origin)).status !== 204, 5000);
});

it('a stream is readable for the page', async () => {
  const answered = await post(app.token, { origin, accept: 'text/event-stream' });
  expect(answered.headers.get('access-control-allow-origin')).toBe(origin);
  expect(await answered.text()).toMatch(/event: reply/);
});

it('a page may use the official SDKs of OpenAI and MCP, and no header besides', async () => {
  const theirs =
    'mcp-protocol-version, mcp-session-id, last-event-id, idempotency-key, x-carrier-room, x-stainless-os, x-stainless-retry-count';
  const response = await preflight(origin, 'POST', `authorization, ${theirs}, x-forwarded-for, x-stainless-`);
  expect(allowing(response)['access-control-allow-headers']).toBe(`authorization, ${theirs}`);
  const shown = (await post(app.token, { origin })).headers.get('access-control-expose-headers');
  for (const name of ['Mcp-Session-Id', 'X-Carrier-Room', 'ETag']) expect(shown).toContain(name);
});
