/** What the other side answers, and what is known where it does not. */

import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { call, OtherSide, toolOf } from './other-side.js';

let side: OtherSide;
beforeEach(async () => {
  side = await new OtherSide().start();
});
afterEach(() => side.stop());

const answer = (
  type: string | null,
  body: string | Buffer,
  status = 200,
  more: Record<string, string> = {},
) => {
  side.answers['/'] = (_, response) =>
    response.writeHead(status, { ...(type && { 'content-type': type }), ...more }).end(body);
};
const ask = (definition: object = {}, more: Parameters<typeof call>[2] = {}) =>
  call(toolOf({ url: `${side.origin}/`, ...definition }), {}, more);

describe('an answer', () => {
  it('is text from outside, as it came', async () => {
    answer('application/vnd.api+json; charset=utf-8', '{"name":"Zoë"}');
    expect(await ask()).toEqual({ text: '{"name":"Zoë"}', outside: true });
    expect(await ask({ hints: { openWorld: false } })).toEqual({ text: '{"name":"Zoë"}' });
    answer('text/plain; charset=iso-8859-1', Buffer.from('Zo\xeb', 'latin1'));
    expect((await ask()).text).toBe('Zoë');
    answer('text/plain; charset=klingon', 'x');
    expect((await ask()).text).toBe('x');
    answer(null, '', 204);
    expect((await ask()).text).toContain('204');
  });

  it('that is longer than what is read is told as far as it was', async () => {
    answer('text/plain', 'x'.repeat(100_000));
    const { text } = await ask({ maxBytes: 1000 });
    expect(text).toBe(`${'x'.repeat(1000)}\n[cut: there is more than 1000 bytes]`);
  });

  it('without end is read as far as that, and left', async () => {
    let closed = false;
    side.answers['/'] = (_, response) => {
      const more = setInterval(() => response.write('x'.repeat(1000)), 1);
      response.on('close', () => {
        closed = true;
        clearInterval(more);
      });
    };
    expect((await ask({ maxBytes: 5000 })).text).toContain('[cut');
    await expect.poll(() => closed).toBe(true);
  });

  it('that is packed unasked is read all the same, and no further than any other', async () => {
    const packed = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync };
    for (const [encoding, pack] of Object.entries(packed)) {
      answer('text/plain', pack('Zoë'), 200, { 'content-encoding': encoding });
      expect((await ask()).text).toBe('Zoë');
      answer('text/plain', pack(Buffer.alloc(5_000_000, 'x')), 200, { 'content-encoding': encoding });
      expect((await ask({ maxBytes: 1000 })).text).toMatch(/^x{1000}\n\[cut/);
      answer('text/plain', '', 200, { 'content-encoding': encoding });
      expect((await ask()).text).toContain('nothing more');
      answer('text/plain', pack('some words').subarray(0, -4), 200, { 'content-encoding': encoding });
      await expect(ask()).rejects.toThrow('broke off');
    }
    answer('text/plain', 'x', 200, { 'content-encoding': 'zstd' });
    await expect(ask()).rejects.toThrow('packed as zstd');
  });

  it('that is no text is a file', async () => {
    const bytes = Buffer.from([0x89, 0x50, 0x4e, 0x47]);
    answer('image/png', bytes, 200, { 'content-disposition': 'inline; filename="../../etc/chart.png"' });
    const { text, files } = await ask();
    expect(files).toEqual([{ name: '_.._etc_chart.png', mediaType: 'image/png', bytes }]);
    expect(text).toContain('4 bytes');
    answer('application/octet-stream', Buffer.alloc(2000));
    expect(await ask({ maxBytes: 1000 })).toMatchObject({
      failed: true,
      text: expect.stringContaining('too large'),
    });
  });

  it('that says no is a failed call, with its words', async () => {
    answer('application/json', '{"error":"no such customer"}', 404);
    expect(await ask()).toEqual({
      ...{
        text: 'The server answered 404 Not Found.\n{"error":"no such customer"}',
        failed: true,
        outside: true,
      },
    });
  });

  it('says nothing of the secrets it was sent', async () => {
    side.answers['/'] = ({ headers }, response) =>
      response.setHeader('content-type', 'application/json').end(JSON.stringify(headers));
    const headers = { Authorization: 'Bearer {secret:crm}', 'X-Api-Key': 'env:TOOL_CRM' };
    const secrets = { 'secret:crm': 'very-secret-one', 'env:TOOL_CRM': 'very-secret-two' };
    const { text } = await ask({ headers }, { secrets });
    expect(text).not.toContain('very-secret');
    expect(text).toContain('Bearer [redacted]');
    expect(side.received[0]!.headers).toMatchObject({
      ...{
        authorization: 'Bearer very-secret-one',
        'x-api-key': 'very-secret-two',
        'idempotency-key': 'key-1',
      },
    });
  });
});

describe('a call whose outcome nobody knows', () => {
  const dies = () => {
    side.answers['/'] = (_, response) => response.destroy();
  };
  const hangs = () => {
    side.answers['/'] = () => {};
  };

  it('is told as such where the connection breaks after the request was sent', async () => {
    dies();
    for (const method of ['POST', 'PATCH'])
      expect(await ask({ method })).toMatchObject({
        unknown: true,
        text: expect.stringContaining('Nobody knows'),
      });
    expect(side.received).toHaveLength(2);
  });

  it('or where the answer does not come, or breaks off', async () => {
    hangs();
    expect(await ask({ method: 'POST', timeoutMs: 300 })).toMatchObject({ unknown: true });
    side.answers['/'] = (_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half');
      setTimeout(() => response.destroy(), 20);
    };
    expect(await ask({ method: 'POST' })).toMatchObject({ unknown: true });
    answer('text/plain', 'gateway', 504);
    expect(await ask({ method: 'POST' })).toMatchObject({ unknown: true, failed: true });
  });

  it('or where it is called off meanwhile', async () => {
    const off = new AbortController();
    side.answers['/'] = () => off.abort(new Error('Tools are paused.'));
    expect(await ask({ method: 'POST' }, { signal: off.signal })).toMatchObject({ unknown: true });
  });

  it('has simply failed where a second one would do no harm', async () => {
    dies();
    for (const method of ['GET', 'PUT', 'DELETE']) await expect(ask({ method })).rejects.toThrow('broke off');
    await expect(ask({ method: 'POST', hints: { idempotent: true } })).rejects.toThrow('broke off');
    answer('text/plain', 'gateway', 504);
    expect(await ask()).not.toHaveProperty('unknown');
  });

  it('has simply failed where nobody was there, and nothing was sent', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    await expect(ask({ method: 'POST', url: `http://127.0.0.1:${port}/` })).rejects.toThrow('ECONNREFUSED');
    await expect(ask({ method: 'POST', headers: { 'X-Key': '{secret:gone}' } })).rejects.toThrow(
      'secret:gone',
    );
    expect(side.received).toEqual([]);
  });
});
