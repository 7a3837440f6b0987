/** Whatever bytes come, the answer is never a 500, nothing goes unhandled, and the server lives on. */
import { request } from 'node:http';
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Api, startApi, token } from './api.js';

const runs = Number(process.env.FUZZ_RUNS ?? 150);

let api: Api;
const unhandled: unknown[] = [];
const note = (error: unknown) => void unhandled.push(error);

beforeAll(async () => {
  process.on('unhandledRejection', note);
  process.on('uncaughtException', note);
  api = await startApi({
    replyTimeoutMs: 2000,
    server: { patience: { headersMs: 300, requestMs: 600, checkMs: 30 } },
  });
});

afterEach(async () => {
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(unhandled).toEqual([]);
  expect(api.logged).toEqual([]);
  expect((await fetch(`${api.url}/healthz`)).status).toBe(200);
});

afterAll(async () => {
  process.off('unhandledRejection', note);
  process.off('uncaughtException', note);
  await api.close();
});

/** Header values as HTTP allows them: visible characters, blanks, and bytes above ASCII. */
const headerText = fc
  .string({
    unit: fc.mapToConstant(
      { num: 95, build: (n) => String.fromCharCode(32 + n) },
      { num: 96, build: (n) => String.fromCharCode(160 + n) },
    ),
    maxLength: 60,
  })
  .map((text) => text.trim());
const headerName = fc.constantFrom(
  'accept',
  'content-encoding',
  'expect',
  'x-any',
  'transfer-encoding',
  'cookie',
  'range',
  'if-none-match',
  'upgrade',
  'te',
);
const headers = fc.oneof(
  { weight: 2, arbitrary: fc.constant({}) },
  fc.dictionary(headerName, headerText, { maxKeys: 4 }),
);
const contentType = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      'application/json',
      'multipart/form-data; boundary=b',
      'application/json; charset=UTF-8',
    ),
  },
  fc.constantFrom(
    'multipart/form-data',
    'multipart/form-data; boundary=',
    'multipart/form-data; boundary="',
    'multipart/mixed; boundary=b',
    'text/plain',
    '',
  ),
  headerText,
);
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));

const value = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.jsonValue(),
  fc.constant('a'),
  fc.constant('user:a'),
);
const almostPayload = fc
  .record(
    {
      text: value,
      userId: value,
      roomId: value,
      messageId: value,
      metadata: value,
      callbackUrl: fc.oneof(value, fc.webUrl()),
      __proto__: value,
    },
    { requiredKeys: [] },
  )
  .map((payload) => Buffer.from(JSON.stringify(payload)));
const oddlySaid = fc
  .record({
    text: fc.string({ unit: 'binary', minLength: 1 }),
    userId: fc.string({ unit: 'grapheme', minLength: 1 }),
    metadata: fc.dictionary(fc.string(), fc.jsonValue()),
  })
  .map((payload) => Buffer.from(JSON.stringify(payload)));
const jsonBody = fc.oneof(
  almostPayload,
  oddlySaid,
  fc.json().map((text) => Buffer.from(text)),
  fc
    .nat(9000)
    .map((depth) =>
      Buffer.from(
        `{"text":"x","userId":"a","metadata":${'{"a":'.repeat(depth / 2)}1${'}'.repeat(depth / 2)}}`,
      ),
    ),
  fc.nat(19_000).map((depth) => Buffer.from('['.repeat(depth))),
  bytes,
);

const partName = fc.oneof(
  fc.constantFrom(
    'text',
    'userId',
    'roomId',
    'messageId',
    'metadata',
    'file',
    '__proto__',
    'constructor',
    'a[b][c]',
    'a[999]',
    '[]',
    '',
  ),
  headerText,
);
const usually = <T>(common: T, odd: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(common) }, odd);
const part = fc
  .record({
    disposition: usually('form-data', fc.constantFrom('attachment', 'form-data;', '')),
    name: fc.option(partName, { freq: 20 }),
    filename: fc.option(headerText, { freq: 1 }),
    type: fc.option(headerText, { freq: 1 }),
    more: usually('X: y', headerText),
    body: fc.oneof(bytes, fc.constant(Buffer.from('{"a":1}'))),
  })
  .map(({ disposition, name, filename, type, more, body }) => {
    const parameters = [
      name === null ? '' : `; name="${name}"`,
      filename === null ? '' : `; filename="${filename}"`,
    ];
    const lines = [
      `Content-Disposition: ${disposition}${parameters.join('')}`,
      type === null ? 'X: z' : `Content-Type: ${type}`,
      more,
    ];
    return Buffer.concat([
      Buffer.from(`--b\r\n${lines.join('\r\n')}\r\n\r\n`, 'latin1'),
      body,
      Buffer.from('\r\n'),
    ]);
  });
const sound = Buffer.from(
  ['text', 'userId']
    .map((name) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\nx\r\n`)
    .join(''),
);
const multipartBody = fc
  .record({
    start: fc.constantFrom(sound, Buffer.alloc(0)),
    parts: fc.oneof(fc.array(part, { maxLength: 2 }), fc.array(part, { maxLength: 30 })),
    end: usually('--b--\r\n', fc.constantFrom('--b', '--b\r\n', '', '--c--', '--b--\r\n--b--')),
    cut: usually(0, fc.nat(20)),
  })
  .map(({ start, parts, end, cut }) => {
    const whole = Buffer.concat([start, ...parts, Buffer.from(end)]);
    return whole.subarray(0, whole.length - cut);
  });

const segment = fc.oneof(
  fc.constantFrom(
    'eliza',
    'message',
    'rooms',
    'turns',
    'messages',
    'healthz',
    'r',
    '%',
    '%zz',
    '%00',
    '..',
    '%2e%2e',
    '%ff',
    '',
  ),
  fc.webSegment(),
);
const query = fc.oneof(
  fc.webQueryParameters(),
  fc.constantFrom('', 'limit=', 'limit=5', 'cursor=%', 'cursor=1', 'limit[a]=1', '&&=', '__proto__=1'),
);
const path = fc.oneof(
  segment.map((agent) => `/${agent}/message`),
  fc
    .tuple(segment, segment, query)
    .map(([agent, room, asked]) => `/${agent}/rooms/${room}/messages?${asked}`),
  fc.tuple(segment, query).map(([room, asked]) => `/eliza/rooms/${room}/messages?${asked}`),
  segment.map((turn) => `/eliza/turns/${turn}`),
  fc
    .tuple(fc.array(segment, { maxLength: 5 }), query)
    .map(([segments, asked]) => `/${segments.join('/')}?${asked}`),
);

describe('never fails', () => {
  it('on any JSON', () =>
    holds(fc.record({ body: jsonBody, headers }), ({ body, headers }) =>
      ask('POST', '/eliza/message', { 'content-type': 'application/json', ...headers }, body),
    ));

  it('on any body of any type', () =>
    holds(
      fc.record({ body: fc.oneof(bytes, jsonBody, multipartBody), type: contentType, headers }),
      ({ body, type, headers }) => ask('POST', '/eliza/message', { ...headers, 'content-type': type }, body),
    ));

  it('on any multipart', () =>
    holds(multipartBody, (body) =>
      ask('POST', '/eliza/message', { 'content-type': 'multipart/form-data; boundary=b' }, body),
    ));

  it('on any path and method', () =>
    holds(
      fc.record({
        path,
        method: fc.constantFrom('GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'),
      }),
      ({ path, method }) => ask(method, path, {}),
    ));

  it('on any token', () =>
    holds(
      fc.tuple(fc.constantFrom('', 'Bearer '), headerText).map((both) => both.join('')),
      (authorization) => ask('GET', '/eliza/turns/t', { authorization }),
    ));

  it('on any bytes at all', () =>
    holds(
      fc.oneof(
        bytes,
        bytes.map((tail) => Buffer.concat([Buffer.from('POST /eliza/message HTTP/1.1\r\n'), tail])),
      ),
      shout,
    ));
});

async function holds<T>(
  arbitrary: fc.Arbitrary<T>,
  send: (input: T) => Promise<number | null>,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(arbitrary, async (input) => {
      const status = await send(input);
      if (status !== null) expect(status).toBeLessThan(500);
    }),
    { numRuns: runs },
  );
}

/** The status; null when Node's client refuses to send such a thing, or the connection is closed on it. */
function ask(
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: Buffer,
): Promise<number | null> {
  return new Promise((resolve) => {
    try {
      const sent = request(api.url, {
        method,
        path,
        headers: { authorization: `Bearer ${token}`, ...headers },
        agent: false,
      });
      sent.on('response', (response) =>
        response
          .resume()
          .on('end', () => resolve(response.statusCode!))
          .on('error', () => resolve(null)),
      );
      sent.on('error', () => resolve(null));
      sent.end(body);
    } catch {
      resolve(null);
    }
  });
}

async function shout(bytes: Buffer): Promise<number | null> {
  const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
  socket.end(bytes);
  const answer = Buffer.concat(await socket.toArray().catch(() => [])).toString();
  return answer === '' ? null : Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
}
