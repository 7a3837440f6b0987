import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DownloadRules, download } from '../../../src/extension-api.js';
import { type FileHost, startFileHosts } from './file-hosts.js';

const bytes = Buffer.from('all the bytes of a file');
const secret = { authorization: 'Bearer of-the-platform' };

describe('[structure.12] a download', () => {
  let hosts: Awaited<ReturnType<typeof startFileHosts>>;
  let files: FileHost;
  let mirror: FileHost;
  let foreign: FileHost;
  let rules: DownloadRules;

  beforeAll(async () => {
    // The certificates of these servers are nobody's.
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    hosts = await startFileHosts();
    [files, mirror, foreign] = hosts.secure as [FileHost, FileHost, FileHost];
  });

  afterAll(() => {
    delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    hosts.close();
  });

  beforeEach(() => {
    rules = { platform: 'Pager', hosts: [files.host, mirror.host], maxBytes: 1000 };
    for (const host of [hosts.plain, ...hosts.secure]) {
      host.answers = { '/file': (_, res) => res.end(bytes) };
    }
  });

  afterEach(() => {
    for (const host of [hosts.plain, ...hosts.secure]) host.asked.length = 0;
  });

  const refused = (address: string, more: Partial<DownloadRules> = {}) =>
    download(address, { ...rules, ...more }).then(
      () => expect.fail('it was fetched'),
      (error) => error,
    );
  const leadsTo = (from: FileHost, location: string, status = 302, path = '/moved') => {
    from.answers[path] = (_, res) => res.writeHead(status, { location }).end('moved');
    return from.origin + path;
  };

  it('gives the bytes, from an allowed host or from the one address that may be plain http', async () => {
    expect(await download(`${files.origin}/file`, rules)).toEqual(bytes);
    expect(await download(new URL(`${mirror.origin}/file`), rules)).toEqual(bytes);
    const { origin } = hosts.plain;
    expect(await download(`${origin}/file`, { ...rules, origin: `${origin}/api/` })).toEqual(bytes);
  });

  it.each([
    ['another host', () => `${foreign.origin}/file`],
    ['an allowed host by http', () => `http://${files.host}/file`],
    ['plain http that nobody named', () => `${hosts.plain.origin}/file`],
    ['an allowed name with another port', () => 'https://localhost/file'],
    ['a host that ends like an allowed one', () => `https://evil-${files.host}/file`],
    ['a host as a user name', () => `https://${files.host}@${foreign.host}/file`],
    ['a password', () => `https://someone:secret@${files.host}/file`],
    ['a file', () => 'file:///etc/passwd'],
    ['data', () => 'data:text/plain,hello'],
    ['no address', () => 'look here'],
    ['nothing', () => ''],
  ])('asks nobody for %s', async (_, address) => {
    expect(await refused(address(), { secret: { headers: secret, hosts: [files.host] } })).toMatchObject({
      code: 'delivery_failed',
      retryable: false,
      message: 'it is not on one of Pager’s servers',
    });
    for (const { asked } of [hosts.plain, ...hosts.secure]) expect(asked).toEqual([]);
  });

  it('follows redirects among allowed hosts, absolute or not', async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      expect(await download(leadsTo(files, `${mirror.origin}/file`, status), rules)).toEqual(bytes);
      expect(await download(leadsTo(files, 'file', status), rules)).toEqual(bytes);
    }
  });

  it.each([
    ['a foreign host', () => `${foreign.origin}/file`],
    ['plain http', () => `http://${mirror.host}/file`],
    ['another protocol', () => 'file:///etc/passwd'],
    ['no address', () => 'https://'],
  ])('follows no redirect to %s, at no hop', async (_, location) => {
    leadsTo(mirror, location(), 302, '/second');
    for (const address of [leadsTo(files, location()), leadsTo(files, `${mirror.origin}/second`)]) {
      const error = await refused(address);
      expect(error).toMatchObject({ retryable: false, message: 'Pager sends us elsewhere for it' });
    }
    expect(foreign.asked).toEqual([]);
    const error = await refused(leadsTo(files, location()), { strayRedirect: 'it wants a sign-in' });
    expect(error.message).toBe('it wants a sign-in');
  });

  it('does not go in circles', async () => {
    expect(await refused(leadsTo(files, '/moved'))).toMatchObject({ retryable: false });
    expect(files.asked.length).toBeLessThan(10);
  });

  it('tells a secret to the hosts that may see it, and not after a redirect to another host', async () => {
    const may = { secret: { headers: secret, hosts: [files.host, mirror.host] } };
    const seen = ({ asked }: FileHost) => asked.map(({ headers }) => headers.authorization);
    await download(leadsTo(files, '/file'), { ...rules, ...may });
    expect(seen(files)).toEqual([secret.authorization, secret.authorization]);
    await download(leadsTo(files, `${mirror.origin}/back`), {
      ...rules,
      ...may,
      ...(leadsTo(mirror, `${files.origin}/file`, 307, '/back') && {}),
    });
    expect(seen(mirror)).toEqual([undefined]);
    expect(seen(files).slice(2)).toEqual([secret.authorization, undefined]);
    await download(`${mirror.origin}/file`, { ...rules, secret: { headers: secret, hosts: [files.host] } });
    expect(seen(mirror)).toEqual([undefined, undefined]);
    const { origin } = hosts.plain;
    await download(`${origin}/file`, { ...rules, origin, secret: { headers: secret, hosts: [] } });
    expect(seen(hosts.plain)).toEqual([secret.authorization]);
  });

  it('[slack.6] tells it after a redirect, too, where that is wanted, and still to those hosts alone', async () => {
    const seen = ({ asked }: FileHost) => asked.map(({ headers }) => headers.authorization);
    const all = { hosts: [files.host, mirror.host, foreign.host] };
    const kept = { secret: { headers: secret, hosts: [files.host, mirror.host], kept: true } };
    await download(leadsTo(files, `${mirror.origin}/file`), { ...rules, ...all, ...kept });
    leadsTo(mirror, `${foreign.origin}/file`, 302, '/away');
    await download(leadsTo(files, `${mirror.origin}/away`), { ...rules, ...all, ...kept });
    expect(seen(mirror)).toEqual([secret.authorization, secret.authorization]);
    expect(seen(foreign)).toEqual([undefined]);
  });

  it('knows hosts by their domain', async () => {
    const address = 'https://files.pager.invalid/file';
    expect(await refused(address, { hosts: ['*.pager.invalid'] })).toMatchObject({ retryable: true });
    for (const hosts of [['*.ager.invalid'], ['pager.invalid'], ['*.files.pager.invalid']])
      expect(await refused(address, { hosts })).toMatchObject({ retryable: false });
  });

  it('counts the bytes itself, whatever the server says, and unpacked', async () => {
    const large = Buffer.alloc(1001);
    files.answers = {
      '/exact': (_, res) => res.end(large.subarray(1)),
      '/large': (_, res) => res.end(large),
      '/chunked': (_, res) => {
        res.writeHead(200).flushHeaders();
        res.write(large);
      },
      '/packed': (_, res) => {
        res.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(10_000_000)));
      },
    };
    expect(await download(`${files.origin}/exact`, rules)).toHaveLength(1000);
    for (const path of ['/large', '/chunked', '/packed'])
      expect(await refused(files.origin + path, { timeoutMs: 5000 })).toMatchObject({
        code: 'body_too_large',
        retryable: false,
        message: 'it is larger than 0 KB',
      });
  });

  it('says a size as people do', async () => {
    const sized = (maxBytes: number) => {
      files.answers['/large'] = (_, res) => res.end(Buffer.alloc(maxBytes + 1));
      return refused(`${files.origin}/large`, { maxBytes }).then(({ message }) => message);
    };
    expect(await sized(4096)).toBe('it is larger than 4 KB');
    expect(await sized(2_500_000)).toBe('it is larger than 2 MB');
  });

  it.each([
    [404, {}, { retryable: false }],
    [403, {}, { retryable: false }],
    [304, {}, { retryable: false }],
    [408, {}, { retryable: true }],
    [429, { 'retry-after': '3' }, { retryable: true, retryAfterMs: 3000 }],
    [500, {}, { retryable: true, retryAfterMs: undefined }],
    [503, { 'retry-after': 'soon' }, { retryable: true, retryAfterMs: undefined }],
  ])('answered %i with %j fails %j', async (status, headers, failure) => {
    files.answers['/file'] = (_, res) => res.writeHead(status, headers).end('a page that is no file');
    const error = await refused(`${files.origin}/file`);
    expect(error).toMatchObject({ ...failure, message: `Pager answered ${status}` });
  });

  it('passes where the server is away, hangs up, or takes too long', async () => {
    const token = 'secret-token-in-the-path';
    files.answers = {
      [`/${token}`]: (req) => req.socket.destroy(),
      '/half': (_, res) => {
        res.writeHead(200, { 'content-length': 100 }).write('half');
        setTimeout(() => res.destroy(), 20);
      },
      '/silent': () => {},
      '/endless': (_, res) => void res.writeHead(200).write('and'),
    };
    const hungUp = await refused(`${files.origin}/${token}`);
    expect(hungUp).toMatchObject({ retryable: true, message: 'Pager cannot be reached for it' });
    expect(JSON.stringify([hungUp, hungUp.stack, hungUp.cause])).not.toContain(token);
    expect(await refused(`${files.origin}/half`)).toMatchObject({ retryable: true });
    expect(await refused('https://localhost:1/x', { hosts: ['localhost:1'] })).toMatchObject({
      retryable: true,
    });
    for (const path of ['/silent', '/endless'])
      expect(await refused(files.origin + path, { timeoutMs: 100 })).toMatchObject({
        retryable: true,
        message: 'it took too long',
      });
  });

  it('ends with the signal, and throws its reason', async () => {
    const stop = new AbortController();
    files.answers['/file'] = () => stop.abort(new Error('stop'));
    await expect(download(`${files.origin}/file`, rules, stop.signal)).rejects.toThrow('stop');
    await expect(download(`${mirror.origin}/file`, rules, stop.signal)).rejects.toThrow('stop');
  });
});
