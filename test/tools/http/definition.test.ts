import { describe, expect, it } from 'vitest';
import { problemsOf } from '../../../src/problems.js';
import { HttpTool } from '../../../src/tools/http/definition.js';

const good = {
  ...{ name: 'crm', description: 'x', url: 'https://crm.example/{id}', agents: ['*'] },
  parameters: { type: 'object', properties: { id: { type: 'string' }, more: {} } },
};

/** What is wrong, by field. */
function wrong(definition: object): string[] {
  const { error } = HttpTool.safeParse({ ...good, ...definition });
  return error ? problemsOf(error, HttpTool).map(({ field, message }) => `${field}: ${message}`) : [];
}

describe('the definition of an HTTP tool', () => {
  it('is whole with a name, what it is for, an address and who it is for', () => {
    expect(wrong({})).toEqual([]);
    expect(
      HttpTool.parse({ name: 'a', description: 'b', url: 'https://a.example/', agents: [] }),
    ).toMatchObject({
      ...{ method: 'GET', allowPrivate: false, hints: {}, timeoutMs: 30_000 },
    });
  });

  it.each([
    [{ name: '../x' }, 'name'],
    [{ agents: undefined }, 'agents'],
    [{ url: 'ftp://a.example/' }, 'url'],
    [{ url: 'https://{id}.example/' }, 'url'],
    [{ url: 'https://a.example:{id}/' }, 'url'],
    [{ url: 'https://ann:pass@a.example/' }, 'url'],
    [{ url: 'https://a.example/../b' }, 'url'],
    [{ url: 'https://a.example/%2e%2e/b' }, 'url'],
    [{ url: 'https://a.example/{other}' }, 'url'],
    [{ url: 'https://a.example/{id' }, 'url'],
    [{ url: 'https://a.example/?api_key=4f2a9c81d0' }, 'url'],
    [{ url: 'https://a.example/{id}#x' }, 'url'],
    [{ method: 'CONNECT' }, 'method'],
    [{ parameters: { type: 'object', properties: { id: { type: 'strin' } } } }, 'parameters'],
    [{ headers: { Host: 'a' } }, 'headers.Host'],
    [{ headers: { 'Content-Length': '1' } }, 'headers.Content-Length'],
    [{ headers: { 'Carrier-Tool': 'none' } }, 'headers.Carrier-Tool'],
    [{ headers: { 'X-A': 'a\r\nX-B: b' } }, 'headers.X-A'],
    [{ headers: { 'X A': 'a' } }, 'headers.X A'],
    [{ headers: { Authorization: 'Bearer abc' } }, 'headers.Authorization'],
    [{ headers: { 'X-Api-Key': 'abc' } }, 'headers.X-Api-Key'],
    [{ headers: { 'X-Note': 'sk-ant-REDACTED' } }, 'headers.X-Note'],
    [{ headers: { 'X-Key': '{env:CARRIER_SECRET_KEY}' } }, 'headers.X-Key'],
    [
      { headers: { 'X-Key': 'file:/etc/passwd', Authorization: 'file:/etc/passwd' } },
      'headers.Authorization',
    ],
    [{ places: { none: 'query' } }, 'places.none'],
    [{ places: { more: 'path' } }, 'places.more'],
    [{ places: { more: { in: 'header', name: 'Host' } } }, 'places.more'],
    [{ places: { more: { in: 'header', name: 'x-a' } }, headers: { 'X-A': 'a' } }, 'places.more'],
    [{ signature: { type: 'hmac', secret: 'plain' } }, 'signature.secret'],
    [{ signature: { type: 'hmac', secret: 'secret:a', header: 'Host' } }, 'signature.header'],
    [{ timeoutMs: 10_000_000 }, 'timeoutMs'],
    [{ approved: true }, 'approved'],
  ])('is refused with the field that is wrong: %j', (definition, field) => {
    expect(wrong(definition).map((problem) => problem.split(': ')[0])).toEqual([field]);
  });
});
