/** The hub's OpenAPI document against the hub: every route, with its example, nothing, wrong types and unknown ids. */
import { connect } from 'node:net';
import { parseHTML } from 'linkedom';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes as apiRoutes } from '../../connectors/http/routes.js';
import { about as mcpRoutes } from '../../connectors/mcp/about.js';
import { about as chatRoutes } from '../../connectors/openai/about.js';
import { script } from '../../src/http/openapi/page/script.js';
import { routes } from '../../src/http/routes.js';
import { operations } from '../../src/operations/operations.js';
import { Home } from '../support/hub.js';
import { until } from '../support/until.js';
import { type Documented, type Json, OpenApi, type Sent } from './documented.js';

const home = new Home();
let url: string;
let token: string;
let openApi: OpenApi;
let api: Json;

beforeAll(async () => {
  const hub = await home.hub(
    {},
    { CARRIER_RATE_TOKEN: '0', CARRIER_RATE_ADDRESS: '0', CARRIER_RATE_WRONG_TOKENS: '0' },
  );
  url = hub.url;
  token = hub.token.secret;
  openApi = await OpenApi.of(url, token);
  api = openApi.document;
});
afterAll(() => home.dispose());

const exampleIn = ({ operation }: Documented) => operation.requestBody?.content['application/json']?.example;
/** Its own token is still needed, and whoever is paused is answered 503. */
const last = ['tokens.revoke', 'switches.pause'];

describe('the document', () => {
  it('has every route, and is OpenAPI 3.1: null is a type, and bounds are numbers', () => {
    const known = openApi.all().map(({ method, path }) => `${method} ${path}`);
    const served = [...routes, ...apiRoutes, ...chatRoutes, ...mcpRoutes].map(
      ({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`,
    );
    expect(served.filter((route) => !known.includes(route))).toEqual([]);
    expect(api.openapi).toBe('3.1.0');
    const ids = openApi.all().map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const errors = (path: string) =>
      openApi.resolved(api.paths[path].post.responses[401]).content['application/json'];
    expect(errors('/v1/chat/completions').example.error).toMatchObject({ param: 'model' });
    expect(errors('/mcp').example).toMatchObject({ jsonrpc: '2.0', id: null });
    for (const { path, operation } of openApi.all()) {
      const named = (operation.parameters ?? [])
        .filter((one: Json) => one.in === 'path')
        .map((one: Json) => one.name);
      expect(named.sort()).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort());
    }
  });

  it('[governed.15] says what may be null in the types, exclusive bounds as numbers, and nowhere "nullable"', () => {
    const found = { nullable: 0, nulls: 0, exclusive: [] as unknown[] };
    const look = (part: Json): void => {
      if (typeof part !== 'object' || part === null) return;
      if ('nullable' in part) found.nullable += 1;
      if (Array.isArray(part.type) && part.type.includes('null')) found.nulls += 1;
      for (const bound of ['exclusiveMinimum', 'exclusiveMaximum'])
        if (bound in part) found.exclusive.push(part[bound]);
      for (const inner of Object.values(part)) look(inner);
    };
    look(api);
    expect(found.nullable).toBe(0);
    expect(found.nulls).toBeGreaterThan(20);
    expect(found.exclusive.length).toBeGreaterThan(0);
    expect(found.exclusive.every((bound) => typeof bound === 'number')).toBe(true);
    const { properties } = api.paths['/rooms'].get.responses[200].content['application/json'].schema;
    expect(properties.nextCursor).toEqual({ type: ['string', 'null'] });
    const { in: seconds } =
      api.paths['/schedules'].post.requestBody.content['application/json'].schema.properties;
    expect(seconds).toMatchObject({ type: 'number', exclusiveMinimum: 0 });
    expect(openApi.problems(properties.nextCursor, null)).toBe(null);
    expect(openApi.problems(seconds, 0)).not.toBe(null);
  });

  it('has an example for every route, which fits: what is sent by the operation itself', () => {
    const wrong: unknown[] = [];
    for (const { operation, method, path } of openApi.all()) {
      const { requestBody, responses, parameters = [], operationId } = operation;
      const contents = [
        requestBody,
        ...Object.values<Json>(responses).map((one) => openApi.resolved(one)),
      ].flatMap((one) => Object.values<Json>(one?.content ?? {}));
      expect(contents.length, `${method} ${path}`).toBeGreaterThan(0);
      for (const { schema, example } of contents) {
        expect(example, `${method} ${path}`).toBeDefined();
        const found = openApi.problems(schema, example);
        if (found) wrong.push(`${method} ${path}`, found, example);
      }
      const known = operations.find(
        ({ name }) => operationId === name || operationId.startsWith(`${name}./`),
      );
      if (!known) continue;
      const given = parameters.filter((one: Json) => one.example !== undefined);
      const input = {
        ...Object.fromEntries(given.map((one: Json) => [one.name, one.example])),
        ...exampleIn({ operation } as Documented),
      };
      const { error } = known.input.safeParse(input);
      if (error) wrong.push(known.name, error.issues, input);
    }
    expect(wrong).toEqual([]);
  });
});

describe('every route answers as it is documented', () => {
  const tries: Record<string, (one: Documented) => Sent> = {
    'its example': (one) => ({ body: exampleIn(one) }),
    'an empty body': () => ({ body: {}, query: {} }),
    'no JSON': () => ({ body: '{"a":' }),
    text: () => ({ body: 'text', type: 'text/plain' }),
    'wrong types': (one) => ({
      body: Object.fromEntries(
        Object.keys(exampleIn(one) ?? { any: 1 }).map((name) => [name, [{ a: null }]]),
      ),
      query: { limit: 'many', cursor: '\u0000', agentId: '' },
    }),
    'strange ids': (one) => ({ in: () => "a/b%'\u00e9\u0007", body: exampleIn(one) }),
    'very long ids': (one) => ({ in: () => 'x'.repeat(600), body: exampleIn(one) }),
    'no token': () => ({ authorization: undefined, body: {} }),
    'a wrong token': () => ({ authorization: 'Bearer carrier_wrong', body: {} }),
  };
  it.each(Object.entries(tries))('to %s', async (_, sent) => {
    const found: (string | null)[] = [];
    for (const one of openApi.all()) {
      if (last.includes(one.operation.operationId)) continue;
      found.push(await openApi.ask(one, sent(one)));
    }
    expect(found.filter(Boolean)).toEqual([]);
  });
});

describe('[governed.14] what is no request of the API is answered in the shape of all errors', () => {
  const errorIn = (body: string) => {
    const parsed = JSON.parse(body);
    expect(openApi.problems({ $ref: '#/components/schemas/Error' }, parsed)).toBe(null);
    return parsed.error.code;
  };
  const raw = async (text: string): Promise<string> => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.end(text);
    return Buffer.concat(await socket.toArray()).toString();
  };
  const answerOf = (text: string) => {
    const [head = '', body = ''] = text.split('\r\n\r\n');
    return { head, status: Number(head.split(' ')[1]), code: errorIn(body) };
  };

  it.each(['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'POST'])(
    '%s on routes that have it not: 405 with Allow',
    async (method) => {
      for (const path of ['/rooms', '/openapi.json', '/docs', '/healthz', '/audit/verify']) {
        const response = await fetch(url + path, { method, headers: { authorization: `Bearer ${token}` } });
        expect([path, response.status, response.headers.get('allow')]).toEqual([path, 405, 'GET, HEAD']);
        expect(errorIn(await response.text())).toBe('method_not_allowed');
      }
    },
  );

  it('TRACE on a GET route: 405 with Allow', async () => {
    const head = `TRACE /rooms HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`;
    const { status, code, ...rest } = answerOf(await raw(head));
    expect([status, code]).toEqual([405, 'method_not_allowed']);
    expect(rest.head).toMatch(/^allow: GET, HEAD\r?$/im);
  });

  it('a path of the hub and of a connector: Allow has the methods of both', async () => {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${url}/assistant/rooms/r/messages`, { method: 'DELETE', headers });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST, GET, HEAD']);
    const read = await fetch(`${url}/assistant/rooms/r/messages`, { headers });
    expect([read.status, read.headers.get('allow')]).toEqual([200, null]);
  });

  it.each(['text/plain', 'application/xml', 'application/x-www-form-urlencoded'])('%s: 415', async (type) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': type };
    for (const path of ['/tokens', '/assistant/message']) {
      const response = await fetch(url + path, { method: 'POST', headers, body: 'a=b' });
      expect([response.status, errorIn(await response.text())]).toEqual([415, 'content_type_unsupported']);
    }
  });

  it.each(['/nowhere', '/rooms/a/b/c', '/openapi.yaml', '/docs/nothing', '/%'])('%s: 404', async (path) => {
    const response = await fetch(url + path, { headers: { authorization: `Bearer ${token}` } });
    expect([response.status, errorIn(await response.text())]).toEqual([404, 'not_found']);
  });

  it.each([17_000, 200_000, 3_000_000])('a header of %d bytes, or such an address: 431', async (bytes) => {
    const long = 'x'.repeat(bytes);
    for (const text of [
      `GET /rooms HTTP/1.1\r\nHost: hub\r\nX-Long: ${long}\r\n\r\n`,
      `GET /${long} HTTP/1.1\r\nHost: hub\r\n\r\n`,
    ]) {
      const { status, code } = answerOf(await raw(text));
      expect([status, code]).toEqual([431, 'headers_too_large']);
    }
    expect(Object.keys(api.paths['/rooms'].get.responses)).toEqual(
      expect.arrayContaining(['404', '405', '431']),
    );
    expect(Object.keys(api.paths['/tokens'].post.responses)).toContain('415');
  });
});

describe('the page', () => {
  it('comes without a token, and lets nothing run but its own script', async () => {
    const response = await fetch(`${url}/docs`);
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'text/html; charset=utf-8',
    ]);
    const policy = response.headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*|data:/);
    const html = await response.text();
    expect(html).not.toMatch(/https?:\/\/|<style|style=|\son\w+=/);
    for (const [, path] of html.matchAll(/(?:src|href)="([^"]+)"/g))
      expect([path, (await fetch(url + path)).status]).toEqual([path, 200]);
  });

  it('lists every operation by its subject, and tries one with the token that was given', async () => {
    const { document, Event } = parseHTML(await (await fetch(`${url}/docs`)).text());
    const asked: [string, Json][] = [];
    const fetching = (path: string, request?: Json) => {
      asked.push([path, request]);
      return fetch(url + path, request);
    };
    new Function('document', 'fetch', script)(document, fetching);
    await until(() => document.querySelectorAll('.operation').length > 0);
    expect(document.querySelectorAll('.operation').length).toBe(openApi.all().length);
    const one = [...document.querySelectorAll('.operation')].find((each) =>
      each.getAttribute('data-words')!.startsWith('get /agents/{agentid} '),
    )!;
    one.dispatchEvent(new Event('toggle'));
    expect(one.querySelector('input[data-name=agentId]')!.value).toBe('assistant');
    document.getElementById('token')!.value = token;
    one.querySelector('button')!.dispatchEvent(new Event('click'));
    await until(() => one.querySelector('.result')!.textContent!.startsWith('200 in'));
    expect(asked.at(-1)).toMatchObject([
      '/agents/assistant',
      { headers: { authorization: `Bearer ${token}` } },
    ]);
    expect(one.textContent).toContain('permission_denied');
  });
});
