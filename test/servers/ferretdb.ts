/** FerretDB, a MongoDB-compatible server on SQLite: a second opinion besides our own protocol server. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { until } from '../support/until.js';

const ferretdb = findFerretdb();

/** Why what needs it is skipped; null where it can run. */
export const noFerretdb = ferretdb ? null : 'no ferretdb on PATH, in GOBIN or in GOPATH/bin';

function findFerretdb(): string | null {
  const { GOBIN, GOPATH, HOME = '' } = process.env;
  const folders = [GOBIN, GOPATH && join(GOPATH, 'bin'), join(HOME, 'go', 'bin')].filter((folder) => folder);
  const candidates = ['ferretdb', ...folders.map((folder) => join(folder!, 'ferretdb'))];
  return candidates.find((file) => spawnSync(file, ['--version']).status === 0) ?? null;
}

/** On a free port, with its data on disk until it is stopped. */
export async function startFerretdb(): Promise<{ url: string; pid: number; stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'carrier-ferretdb-'));
  const port = await freePort();
  const url = `mongodb://127.0.0.1:${port}/`;
  const child: ChildProcess = spawn(
    ferretdb!,
    [
      ...['--handler=sqlite', `--sqlite-url=file:${folder}/`, `--state-dir=${folder}`, '--telemetry=disable'],
      ...[`--listen-addr=127.0.0.1:${port}`, '--debug-addr=-', '--log-level=error'],
    ],
    { stdio: 'ignore' },
  );
  await until(() => answers(url));
  return {
    url,
    pid: child.pid!,
    async stop() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answers(url: string): Promise<boolean> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 200 });
  try {
    await client.db('admin').command({ ping: 1 });
    return true;
  } catch {
    return false;
  } finally {
    await client.close();
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
