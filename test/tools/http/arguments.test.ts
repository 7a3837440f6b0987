/** Where arguments go, and that they go nowhere else. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { call, OtherSide, toolOf } from './other-side.js';

let side: OtherSide;
beforeEach(async () => {
  side = await new OtherSide().start();
});
afterEach(() => side.stop());

describe('an argument in the path', () => {
  const show = () => toolOf({ url: `${side.origin}/api/v1/users/{id}/show` }, ['id']);

  it.each([
    ['a?x=1', 'a%3Fx%3D1'],
    ['a#b', 'a%23b'],
    ['a/b', 'a%2Fb'],
    ['a\\b', 'a%5Cb'],
    ['ünï 1', '%C3%BCn%C3%AF%201'],
    ["it's (1)!*", 'it%27s%20%281%29%21%2A'],
    ['a;b=c', 'a%3Bb%3Dc'],
    ['...', '...'],
    ['.hidden', '.hidden'],
    ['@evil.example', '%40evil.example'],
  ])('[act.14] is one part of it: %s', async (id, sent) => {
    await call(show(), { id });
    expect(side.received.map(({ path }) => path)).toEqual([`/api/v1/users/${sent}/show`]);
  });

  it.each([
    ...[
      '..',
      '.',
      '../admin',
      'a/../../admin',
      'a\\..\\..\\admin',
      '..\\admin',
      '%2e%2e',
      '%2E.',
      '..%2fadmin',
    ],
    ...['%252e%252e', '..;/admin', '.%00/..', '', 'a\0b', 'a\r\nHost: evil', ' ..', '\ud800'],
  ])('[act.14] leads nowhere else, and nothing is asked: %j', async (id) => {
    await expect(call(show(), { id })).rejects.toThrow(/\/id/);
    expect(side.received).toEqual([]);
  });

  it('[act.14] is none where it is no text or number, or is missing', async () => {
    const tool = toolOf({
      url: `${side.origin}/{id}`,
      parameters: { type: 'object', properties: { id: {} } },
    });
    for (const id of [['..'], { a: 1 }, null, undefined])
      await expect(call(tool, { id })).rejects.toThrow('/id');
    await call(tool, { id: 1e21 });
    await call(tool, { id: 42 });
    expect(side.received.map(({ path }) => path)).toEqual(['/1000000000000000000000', '/42']);
  });

  it('[act.14] makes no other path together with its neighbours', async () => {
    const tool = toolOf({ url: `${side.origin}/files/{a}{b}/x` }, ['a', 'b']);
    await expect(call(tool, { a: '.', b: '.' })).rejects.toThrow();
    const half = toolOf({ url: `${side.origin}/files/.{a}/x` }, ['a']);
    await expect(call(half, { a: '.' })).rejects.toThrow();
    expect(side.received).toEqual([]);
  });
});

describe('other arguments', () => {
  it('go to the query of what reads, in the template’s place or behind it', async () => {
    const tool = toolOf(
      { url: `${side.origin}/find?q={words}&fixed=1`, places: { at: { in: 'query', name: 'page[at]' } } },
      ['words', 'at'],
    );
    await call(tool, { words: 'a&b=c', at: '2' });
    const { path } = side.received[0]!;
    expect([...new URL(path, side.origin).searchParams]).toEqual([
      ['q', 'a&b=c'],
      ['fixed', '1'],
      ['page[at]', '2'],
    ]);
  });

  it('go to the body of what changes, as JSON or as a form', async () => {
    const parameters = {
      type: 'object',
      properties: { id: { type: 'string' }, lines: { type: 'array' }, trace: { type: 'string' } },
    };
    const tool = {
      method: 'POST',
      url: `${side.origin}/orders/{id}`,
      parameters,
      places: { trace: 'header' },
    };
    await call(toolOf(tool), { id: 'o1', lines: [1, 2], trace: 't' });
    await call(toolOf({ ...tool, encoding: 'form' }), { id: 'o1', lines: [1, 2], trace: 't' });
    expect(
      side.received.map(({ path, body, headers }) => [path, body, headers['content-type'], headers.trace]),
    ).toEqual([
      ['/orders/o1', '{"lines":[1,2]}', 'application/json', 't'],
      ['/orders/o1', 'lines=1&lines=2', 'application/x-www-form-urlencoded', 't'],
    ]);
  });

  it('may be the whole body', async () => {
    const parameters = { type: 'object', properties: { order: { type: 'array' } } };
    await call(toolOf({ method: 'PUT', url: `${side.origin}/`, parameters, places: { order: 'content' } }), {
      order: ['a'],
    });
    expect(side.received[0]!.body).toBe('["a"]');
  });

  it('set no other header', async () => {
    const tool = toolOf({ url: `${side.origin}/`, places: { trace: 'header' } }, ['trace']);
    await expect(call(tool, { trace: 'a\r\nX-Admin: 1' })).rejects.toThrow('header');
    expect(side.received).toEqual([]);
  });

  it('are refused where the schema does not know them', async () => {
    const tool = toolOf(
      { url: `${side.origin}/`, parameters: { type: 'object', properties: {}, additionalProperties: false } },
      [],
    );
    await expect(call(tool, { _approved: true })).rejects.toThrow('_approved');
    expect(side.received).toEqual([]);
  });

  it('[act.18] keep all digits of long numbers, in the address and in the body', async () => {
    const integer = { type: 'integer' };
    const message = { type: 'object', properties: { id: integer, ids: { type: 'array', items: integer } } };
    const properties = {
      id: integer,
      message,
      text: { type: 'string' },
      maybe: { type: ['integer', 'null'] },
    };
    const parameters = { type: 'object', properties };
    const tool = toolOf({ method: 'POST', url: `${side.origin}/messages/{id}`, parameters });
    const long = '1497549923779084388';
    await call(tool, { id: long, message: { id: long, ids: [1, long] }, text: long, maybe: long });
    const [{ path, body }] = side.received as [(typeof side.received)[0]];
    expect(path).toBe(`/messages/${long}`);
    expect(body).toBe(`{"message":{"id":${long},"ids":[1,${long}]},"text":"${long}","maybe":${long}}`);
    await expect(call(tool, { id: '12' })).rejects.toThrow('/id must be integer');
    await expect(call(tool, { id: `${long}x` })).rejects.toThrow('/id must be integer');
  });
});
