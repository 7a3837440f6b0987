/** What messages are refused for, each naming what is wrong. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RetryableError } from '../../src/extension-api.js';
import { type Api, limits, refusal, startApi, token } from './api.js';

const hello = { text: 'hello', userId: 'alice' };
const long = 'x'.repeat(257);

let api: Api;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

describe('POST /:agentId/message refuses, naming what is wrong:', () => {
  const json = (value: unknown) => JSON.stringify(value);
  const field = (change: object, name: string): [string, string, object, [number, string, string?]] => [
    `${name}: ${json(change).slice(0, 40)}`,
    json({ ...hello, ...change }),
    {},
    [422, 'invalid_field', name],
  ];
  const deep = JSON.parse(`${'{"a":'.repeat(20)}1${'}'.repeat(20)}`);

  it.each<[string, string | Uint8Array, object, [number, string, string?]]>([
    ['no JSON', '{"text"', {}, [400, 'invalid_json']],
    ['no body', '', {}, [400, 'invalid_json']],
    [
      'bytes that are not UTF-8',
      Buffer.from('{"text":"caf\xe9","userId":"alice"}', 'latin1'),
      {},
      [400, 'invalid_json'],
    ],
    ['no content type', json(hello), { 'content-type': '' }, [415, 'content_type_unsupported']],
    [
      'a form',
      'text=hello',
      { 'content-type': 'application/x-www-form-urlencoded' },
      [415, 'content_type_unsupported'],
    ],
    [
      'another charset',
      json(hello),
      { 'content-type': 'application/json; charset=utf-16' },
      [415, 'content_type_unsupported'],
    ],
    ['a packed body', json(hello), { 'content-encoding': 'gzip' }, [415, 'content_type_unsupported']],
    ['a list', '[]', {}, [422, 'invalid_field']],
    ['null', 'null', {}, [422, 'invalid_field']],
    ['a number', '7', {}, [422, 'invalid_field']],
    ['an empty text', json({ ...hello, text: '' }), {}, [422, 'text_empty']],
    ['a blank text', json({ ...hello, text: ' \n' }), {}, [422, 'text_empty']],
    ['too long a text', json({ ...hello, text: 'x'.repeat(1001) }), {}, [413, 'text_too_long']],
    [
      'too large a body',
      json({ ...hello, text: 'x'.repeat(limits.maxBodyBytes) }),
      {},
      [413, 'body_too_large'],
    ],
    field({ text: undefined }, 'text'),
    field({ text: 7 }, 'text'),
    field({ text: null }, 'text'),
    field({ userId: undefined }, 'userId'),
    field({ userId: '' }, 'userId'),
    field({ userId: 7 }, 'userId'),
    field({ userId: long }, 'userId'),
    field({ userId: 'a\nb' }, 'userId'),
    field({ userId: 'a\u0000' }, 'userId'),
    field({ roomId: '' }, 'roomId'),
    field({ roomId: '..' }, 'roomId'),
    field({ roomId: [] }, 'roomId'),
    // 32 more than an id has: names of direct rooms have a user's in them.
    field({ roomId: 'r'.repeat(289) }, 'roomId'),
    field({ messageId: '' }, 'messageId'),
    field({ messageId: long }, 'messageId'),
    field({ messageId: 'a\u007fb' }, 'messageId'),
    field({ metadata: 'x' }, 'metadata'),
    field({ metadata: [] }, 'metadata'),
    field({ metadata: deep }, 'metadata'),
    field({ metadata: { a: 'x'.repeat(17_000) } }, 'metadata'),
    field({ callbackUrl: 7 }, 'callbackUrl'),
    field({ roomID: 'r' }, 'roomID'),
  ])('%s', async (_, body, headers, expected) => {
    expect(await refusal(api.post(body, headers as Record<string, string>))).toEqual(expected);
    expect(api.host.memories).toEqual([]);
    expect(api.logged).toEqual([]);
  });

  it.each([
    [{}, 'text', 'text: is missing; userId: is missing.'],
    [{ text: 5, userId: '' }, 'text', 'text: must be a text, not a number; userId: must not be empty.'],
    [{ txt: 'hi', userId: 'a' }, 'text', 'text: is missing; txt: unknown; did you mean "text"?'],
    [
      { text: 'hi', userId: 'a', roomId: '..', metadata: [] },
      'roomId',
      /^roomId: must not be .*; metadata: must be an object, in multipart as JSON text.*\.$/,
    ],
  ])('[http-and-cli.21] everything that is wrong with %j, in plain words', async (body, field, message) => {
    const { error } = (await (await api.post(body)).json()) as { error: { message: string } };
    expect(error).toMatchObject({ code: 'invalid_field', field });
    expect(error.message).toEqual(typeof message === 'string' ? message : expect.stringMatching(message));
  });

  it('unknown fields, with those that are known', async () => {
    const refused = await (await api.post({ ...hello, colour: 'x' })).json();
    expect(refused).toEqual({
      error: {
        code: 'invalid_field',
        field: 'colour',
        message: 'colour: unknown; there are: text, userId, roomId, messageId, metadata, callbackUrl.',
      },
    });
  });

  it('in the order token, agent, type, JSON, fields', async () => {
    const ask = (path: string, headers: Record<string, string>, body: string) =>
      refusal(fetch(api.url + path, { method: 'POST', headers, body }));
    const authorization = `Bearer ${token}`;
    expect(await ask('/nobody/message', {}, '{')).toEqual([401, 'token_missing']);
    expect(await ask('/nobody/message', { authorization }, '{')).toEqual([404, 'agent_unknown']);
    expect(await ask('/eliza/message', { authorization }, '{')).toEqual([415, 'content_type_unsupported']);
    const known = { authorization, 'content-type': 'application/json' };
    expect(await ask('/eliza/message', known, '{')).toEqual([400, 'invalid_json']);
    expect(await ask('/eliza/message', known, '{}')).toEqual([422, 'invalid_field', 'text']);
  });

  it('an endless body, without waiting for its end', async () => {
    async function* endless() {
      for (;;) {
        yield Buffer.alloc(10_000, 'x');
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    }
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: endless(), duplex: 'half' } as unknown as RequestInit;
    expect(await refusal(fetch(`${api.url}/eliza/message`, init))).toEqual([413, 'body_too_large']);
  });

  it('what the store cannot take now, as something to be tried again', async () => {
    api.host.beforeStore = () =>
      Promise.reject(new RetryableError('store_unavailable', 'Disk full.', { retryAfterMs: 1500 }));
    const refused = await api.post(hello);
    expect(refused.headers.get('retry-after')).toBe('2');
    expect(await refusal(refused)).toEqual([503, 'store_unavailable']);
  });

  it('faults of its own, without showing them', async () => {
    api.host.beforeStore = () => Promise.reject(new Error('secret path /srv/data'));
    const refused = await api.post(hello);
    expect(refused.status).toBe(500);
    expect(await refused.text()).not.toMatch(/secret|srv/);
    expect(api.logged).toMatchObject([
      { level: 'error', data: { err: { message: 'secret path /srv/data' } } },
    ]);
  });
});
