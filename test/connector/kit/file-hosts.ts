/** Servers of a platform's files, one by http and others by https, each with an address of its own. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingHttpHeaders, RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface FileHost {
  /** `https://localhost:1234` */
  origin: string;
  host: string;
  /** What each request for a path brought along, in order. */
  asked: { path: string; headers: IncomingHttpHeaders }[];
  /** By path; a path that is missing is answered 404. */
  answers: Record<string, RequestListener>;
}

export async function startFileHosts(): Promise<{ plain: FileHost; secure: FileHost[]; close(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'file-hosts-'));
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(folder, name)) as [string, string];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, ...names],
    { stdio: 'ignore' },
  );
  const pair = { key: readFileSync(key), cert: readFileSync(cert) };
  rmSync(folder, { recursive: true });
  const servers: Server[] = [];
  async function start(protocol: 'http' | 'https'): Promise<FileHost> {
    const host: FileHost = { origin: '', host: '', asked: [], answers: {} };
    const listener: RequestListener = (req, res) => {
      host.asked.push({ path: req.url!, headers: req.headers });
      const answer = host.answers[req.url!];
      if (answer) answer(req, res);
      else res.writeHead(404).end();
    };
    const server = protocol === 'http' ? createServer(listener) : createSecureServer(pair, listener);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
    host.host = `localhost:${(server.address() as AddressInfo).port}`;
    host.origin = `${protocol}://${host.host}`;
    return host;
  }
  return {
    plain: await start('http'),
    secure: [await start('https'), await start('https'), await start('https')],
    close() {
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}
