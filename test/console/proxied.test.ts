/** The console behind proxies and below a path: nginx where it is installed, and one of ours that keeps or strips the path. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { roomIdOf } from '../../src/core/memory.js';
import type { Hub } from '../../src/hub.js';
import { ConsoleBrowser, codeOf } from '../support/console.js';
import { Home } from '../support/hub.js';
import { LiveReader } from '../support/live-reader.js';
import { until } from '../support/until.js';

const nginx = ['/usr/sbin/nginx', '/usr/bin/nginx'].find((file) => existsSync(file));
const home = new Home();
let hub: Hub;
/** Where people come, and what reaches the hub. */
let proxy: { url: string; strips: boolean; close(): void };

/** @param hubUrl asked anew each time: the hub starts after it. */
async function startProxy(hubUrl: () => string) {
  const self = { url: '', strips: true, close: () => {} };
  const server = createServer((req, res) => {
    const path = self.strips ? req.url!.replace(/^\/carrier/, '') || '/' : req.url!;
    const to = request(
      hubUrl() + path,
      { method: req.method, headers: { ...req.headers, host: 'inside' } },
      (answer) => {
        res.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(res);
      },
    );
    res.once('close', () => to.destroy());
    to.once('error', () => res.destroy());
    req.pipe(to);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  self.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/carrier`;
  self.close = () => {
    server.closeAllConnections();
    server.close();
  };
  return self;
}

beforeAll(async () => {
  proxy = await startProxy(() => hub.url);
  hub = await home.hub({}, { CARRIER_PUBLIC_URL: proxy.url });
});
afterAll(async () => {
  proxy.close();
  await home.dispose();
});

describe.each([true, false])('[seen.22] below a path, which the proxy takes off: %s', (strips) => {
  it('serves pages, signs in, and answers and tells there', async () => {
    proxy.strips = strips;
    const link = await hub.signInLink();
    expect(link.startsWith(`${proxy.url}/console/sign-in?code=`)).toBe(true);
    const browser = new ConsoleBrowser(proxy.url);
    expect((await browser.get('/')).status).toBe(200);
    const { status, headers } = await browser.signIn(link);
    expect([status, headers.get('set-cookie')]).toEqual([200, expect.stringContaining('; Path=/carrier/; ')]);
    expect((await browser.get('/console/me')).body.name).toBe('console');
    expect((await browser.get('/agents')).status).toBe(200);
    const reader = await LiveReader.open(browser);
    await until(() => reader.cursor !== undefined);
    const said = { text: 'hello', userId: 'console' };
    expect((await browser.post('/assistant/message', said)).body.reply.text).toBeTypeOf('string');
    await until(() => reader.of('turn.ended').length > 0);
    reader.close();
    // Of another site, also below the path.
    const evil = await browser.post('/assistant/message', said, { origin: 'https://evil.example' });
    expect(evil.status).toBe(403);
    expect((await browser.get('/console/assets/gone.js')).status).toBe(404);
  });
});

describe('[seen.23] files of another version', () => {
  it('are not found, whatever a page asks for, and the page itself is asked for again each time', async () => {
    const browser = new ConsoleBrowser(hub.url);
    for (const path of [
      '/console/assets/index-00000000.js',
      '/console/assets/',
      '/console/assets/../index.html%00',
    ]) {
      const { status, headers } = await browser.get(path);
      expect([path, status]).toEqual([path, expect.toBeOneOf([400, 401, 404])]);
      expect(headers.get('content-type')).not.toMatch(/html/);
    }
    const page = await browser.get('/');
    const isBuilt = page.headers.get('content-type')?.startsWith('text/html');
    if (!isBuilt) return expect(page.body).toContain('npm run build');
    expect(page.headers.get('cache-control')).toBe('no-cache');
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self'/);
    const [, asset] = /(?:src|href)="(?:\.\/)?(console\/assets\/[^"]+)"/.exec(page.body)!;
    const file = await browser.get(`/${asset}`);
    expect(file.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  });

  it('leaves the API the policy that it had', async () => {
    const { headers } = await new ConsoleBrowser(hub.url).get('/healthz');
    expect(headers.get('content-security-policy')).toBe("default-src 'none';frame-ancestors 'none'");
  });
});

describe.skipIf(!nginx)(nginx ? 'behind nginx' : 'behind nginx (skipped: it is not installed)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'carrier-nginx-'));
  let running: ChildProcess;
  let url: string;
  beforeAll(async () => {
    const free = createServer();
    await new Promise<void>((done) => free.listen(0, '127.0.0.1', done));
    const { port } = free.address() as AddressInfo;
    await new Promise((done) => free.close(done));
    url = `http://127.0.0.1:${port}`;
    // Its defaults: responses are buffered; and compressed, as far as their types are usual ones.
    const config = `daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 64; }
http {
  access_log off; gzip on; gzip_min_length 1; gzip_proxied any;
  client_body_temp_path ${folder}/a; proxy_temp_path ${folder}/b; fastcgi_temp_path ${folder}/c;
  uwsgi_temp_path ${folder}/d; scgi_temp_path ${folder}/e;
  server { listen 127.0.0.1:${port}; location / { proxy_pass ${hub.url}; proxy_set_header Host $http_host; } }
}`;
    writeFileSync(join(folder, 'nginx.conf'), config);
    running = spawn(nginx!, ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'ignore' });
    await until(
      () =>
        fetch(`${url}/healthz`).then(
          ({ ok }) => ok,
          () => false,
        ),
      10_000,
    );
  });
  afterAll(() => {
    running?.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  it('[seen.7] the first piece of a stream is there within a second, uncompressed', async () => {
    const browser = new ConsoleBrowser(url);
    expect((await browser.post('/console/sign-in', { code: codeOf(await hub.signInLink()) })).status).toBe(
      200,
    );
    const room = roomIdOf('assistant', { connector: 'http', tenant: 'default', channel: 'user:console' });
    const from = performance.now();
    const reader = await LiveReader.open(browser, { rooms: [room] }, { 'accept-encoding': 'gzip' });
    await until(() => reader.of('ready').length > 0, 1000);
    expect(performance.now() - from).toBeLessThan(1000);
    expect(reader.headers.get('content-encoding')).toBeNull();
    await browser.post(
      '/assistant/message',
      { text: 'hello', userId: 'console' },
      { prefer: 'respond-async' },
    );
    await until(() => reader.turns('turn.started').length > 0 && reader.turns('reply').length > 0, 5000);
    reader.close();
  });
});
