/** What HTTP tools do not reach: private addresses, the hub itself, and others' servers with what is meant for one. */
import type { LookupAddress } from 'node:dns';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HttpTool } from '../../../src/tools/http/definition.js';
import type { Lookup } from '../../../src/tools/http/guard.js';
import { call, OtherSide, toolOf } from './other-side.js';

let side: OtherSide;
let other: OtherSide;
beforeEach(async () => {
  [side, other] = await Promise.all([new OtherSide().start(), new OtherSide().start()]);
});
afterEach(() => {
  side.stop();
  other.stop();
});

/** As of somebody whose names lead where they like, another place each time. */
const names = (...answers: string[][]): Lookup & { asked: number } => {
  const lookup = Object.assign(
    (_: string, __: object, done: (error: null, addresses: LookupAddress[]) => void) => {
      const addresses = answers[Math.min(lookup.asked++, answers.length - 1)]!;
      done(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    },
    { asked: 0 },
  );
  return lookup;
};
const open = (url: string, definition: object = {}) => toolOf({ url, allowPrivate: false, ...definition });

const hidden = [
  ...['http://[::ffff:169.254.169.254]/', 'http://[::127.0.0.1]/', 'http://[64:ff9b::a9fe:a9fe]/'],
  ...[
    'http://2130706433/',
    'http://127。0。0。1/',
    'http://localhost./',
    'http://LOCALHOST/',
    'http://a.localhost/',
  ],
  ...[
    'http://0x7f.1/',
    'http://0177.0.0.1/',
    'http://0/',
    'http://[::1]/',
    'http://[fe80::1]/',
    'http://10.1.2.3/',
  ],
  ...[
    'http://100.64.0.1/',
    'http://[fd00::1]/',
    'http://[2002:7f00:1::]/',
    'http://169.254.169.254/latest/meta-data',
  ],
];

describe('a private address', () => {
  it.each(hidden)('[act.15] is refused when the tool is registered: %s', (url) => {
    expect(() => open(url)).toThrow('not public');
  });

  it.each([
    ['127.0.0.1'],
    ['::1'],
    ['::ffff:127.0.0.1'],
    ['64:ff9b::7f00:1'],
    ['::7f00:1'],
    ['93.184.216.34', '127.0.0.1'],
  ])('[act.15] is refused where a name leads to it: %s %s', async (...addresses) => {
    const tool = open(`http://crm.example:${side.port}/`);
    await expect(call(tool, {}, { lookup: names(addresses) })).rejects.toThrow('not public');
    expect(side.received).toEqual([]);
  });

  it('[act.15] is not connected to by a name that leads elsewhere the second time', async () => {
    const lookup = names(['127.0.0.1'], ['93.184.216.34']);
    await expect(call(open(`http://crm.example:${side.port}/`), {}, { lookup })).rejects.toThrow(
      'not public',
    );
    // The other way round: what is checked, and nothing else, is connected to; it is asked for once a connection.
    const other = names(['192.0.2.1'], ['127.0.0.1']);
    await expect(call(open(`http://crm.example:${side.port}/`), {}, { lookup: other })).rejects.toThrow();
    expect([other.asked, side.received]).toEqual([1, []]);
  });

  it('[act.15] is asked where the tool says so', async () => {
    const lookup = names(['127.0.0.1']);
    const tool = toolOf({ url: `http://crm.example:${side.port}/` });
    expect(await call(tool, {}, { lookup })).toMatchObject({ text: 'ok' });
  });

  it('[act.15] is not reached by a redirect of a public server', async () => {
    // The first server stands for one on the internet: its name counts as public, and leads to this machine unchecked.
    side.redirect('/', 302, `http://127.0.0.1:${other.port}/admin`);
    const first = { address: '127.0.0.1', family: 4 };
    let asked = 0;
    const tool = HttpTool.parse({
      ...{ name: 'crm', description: 'x', agents: ['*'] },
      url: `http://crm.example:${side.port}/`,
    });
    const { exchange } = await import('../../../src/tools/http/exchange.js');
    const url = new URL(tool.url);
    const asking = exchange(
      { method: 'GET', url, headers: {}, body: null },
      {
        ...{ maxBytes: 1000, timeoutMs: 5000, ownPorts: [] },
        // Allowed for the first hop alone.
        get allowPrivate() {
          return asked < 1;
        },
        lookup: (_: string, __: object, done: (error: null, list: LookupAddress[]) => void) => {
          done(null, [first]);
          asked += 1;
        },
      },
      new AbortController().signal,
    );
    await expect(asking).rejects.toThrow('not public');
    expect([side.received.length, other.received.length]).toEqual([1, 0]);
  });
});

describe('what clouds tell a machine of itself', () => {
  it.each([
    '169.254.169.254',
    '[::ffff:169.254.169.254]',
    '[64:ff9b::a9fe:a9fe]',
    '[fd00:ec2::254]',
    '[fe80::1]',
  ])('[act.15] is not asked, whatever the tool says: %s', async (host) => {
    await expect(call(toolOf({ url: `http://${host}/latest/meta-data` }))).rejects.toThrow('link-local');
    const lookup = names([host.replace(/[[\]]/g, '')]);
    await expect(call(toolOf({ url: 'http://crm.example/' }), {}, { lookup })).rejects.toThrow('link-local');
  });
});

describe('the hub itself', () => {
  it.each([
    (port: number) => `http://127.0.0.1:${port}/`,
    (port: number) => `http://localhost:${port}/`,
    (port: number) => `http://[::ffff:127.0.0.1]:${port}/`,
    (port: number) => `http://127.1.2.3:${port}/`,
    (port: number) => `http://0.0.0.0:${port}/`,
  ])('[act.22] is not asked, whatever the tool says', async (at) => {
    const tool = toolOf({ method: 'PUT', url: at(side.port) });
    await expect(call(tool, {}, { ownPorts: [side.port] })).rejects.toThrow('the hub itself');
    expect(side.received).toEqual([]);
  });

  it('[act.22] is not asked by a redirect', async () => {
    side.redirect('/', 302, `${other.origin}/policy`);
    await expect(call(toolOf({ url: `${side.origin}/` }), {}, { ownPorts: [other.port] })).rejects.toThrow(
      'the hub itself',
    );
    expect(other.received).toEqual([]);
  });
});

describe('what is meant for one server', () => {
  const secret = {
    secrets: { 'secret:crm': 'k-0123456789', 'secret:sign': 'whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODk=' },
  };
  const keyed = (definition: object, names: string[] = []) =>
    toolOf(
      {
        headers: { 'X-Api-Key': '{secret:crm}', Authorization: 'Bearer {secret:crm}' },
        signature: { type: 'standard', secret: 'secret:sign' },
        ...definition,
      },
      names,
    );

  it.each([301, 302, 303, 307, 308])('[act.16] no other gets of a POST, sent on with %i', async (status) => {
    side.redirect('/pay', status, `${other.origin}/take`);
    const tool = keyed({ method: 'POST', url: `${side.origin}/pay` }, ['amount']);
    const outcome = await call(tool, { amount: '100' }, secret).catch((error: Error) => error.message);
    expect(JSON.stringify(outcome)).toContain('sends us to');
    expect(side.received).toHaveLength(1);
    expect(other.received).toEqual([]);
  });

  it.each([301, 302, 307, 308])('[act.16] no other gets of a GET, sent on with %i', async (status) => {
    side.redirect('/get', status, `${other.origin}/file`);
    const { text } = await call(keyed({ url: `${side.origin}/get` }), {}, secret);
    expect(text).toBe('ok');
    const [{ headers, path }] = other.received as [(typeof other.received)[0]];
    expect(path).toBe('/file');
    expect(Object.keys(headers).sort()).toEqual([
      ...['accept', 'accept-encoding', 'carrier-tool', 'connection', 'host', 'user-agent'],
    ]);
  });

  it('[act.16] it gets itself, at another path of its own', async () => {
    side.redirect('/pay', 307, '/v2/pay');
    await call(keyed({ method: 'POST', url: `${side.origin}/pay` }, ['amount']), { amount: '1' }, secret);
    expect(
      side.received.map(({ method, path, headers, body }) => [method, path, headers['x-api-key'], body]),
    ).toEqual([
      ['POST', '/pay', 'k-0123456789', '{"amount":"1"}'],
      ['POST', '/v2/pay', 'k-0123456789', '{"amount":"1"}'],
    ]);
  });

  it('ends where it is sent in circles', async () => {
    side.redirect('/a', 302, '/a');
    await expect(call(toolOf({ url: `${side.origin}/a` }))).rejects.toThrow('circles');
    expect(side.received).toHaveLength(4);
  });
});
