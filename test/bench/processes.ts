/** The processes of a benchmark: the hub, its load, and the servers beside it. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { quick } from './load.js';

export const root = fileURLToPath(new URL('../../', import.meta.url));
export const home = mkdtempSync(join(tmpdir(), 'carrier-bench-'));
/** None of the programs takes so long, unless it hangs. */
const mostMs = 900_000;
let folders = 0;

/** The path of a new folder. */
export function folder(): string {
  const path = join(home, `data-${++folders}`);
  mkdirSync(path, { mode: 0o700 });
  return path;
}

/** A hub's settings with a data folder of its own. */
export function settings(env: Record<string, string> = {}): Record<string, string> {
  const { PATH = '', HOME = '', BENCH_KEYS: keys } = process.env;
  const own = { CARRIER_DATA_DIR: folder(), CARRIER_PORT: '0', CARRIER_EMBEDDER: 'none' };
  if (keys) env = { CARRIER_ENCRYPTION_KEYS: keys, ...env };
  return { PATH, HOME, ...own, ...env };
}

/** Of one of the programs beside this one. */
export function program(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

interface Measure {
  env?: Record<string, string>;
  /** Another checkout, whose program and build are taken. */
  checkout?: string;
  /** Node's own options. */
  before?: string[];
}

/** Runs one of the programs beside this one to its end and returns what it printed. */
export function measure<T>(
  name: string,
  args: string[] = [],
  { env, checkout, before = [] }: Measure = {},
): T {
  const file = checkout ? join(resolve(checkout), 'test/bench', name) : program(name);
  const printed = execFileSync(process.execPath, ['--import', 'tsx', ...before, file, ...args], {
    cwd: checkout ?? root,
    env: { ...settings(env), ...(quick && { BENCH_QUICK: '1' }) },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: mostMs,
  });
  return (printed === '' ? undefined : JSON.parse(printed)) as T;
}

/** A process that prints a line when it is ready. */
export async function launch(args: string[], env: Record<string, string>, ready: RegExp) {
  const started = performance.now();
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['pipe', 'pipe', 'inherit'] });
  let printed = '';
  const match = await new Promise<RegExpExecArray>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${args.join(' ')} ended with ${code}`)));
    child.stdout.on('data', (bytes) => {
      printed += bytes;
      const found = ready.exec(printed);
      if (found) resolve(found);
    });
  });
  child.removeAllListeners('exit');
  const end = async () => {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await gone;
  };
  /** Sends it a line and gives the line it answers with. */
  const ask = (line: string) =>
    new Promise<string>((resolve) => {
      let answer = '';
      const take = (bytes: Buffer) => {
        answer += bytes;
        if (!answer.endsWith('\n')) return;
        child.stdout.off('data', take);
        resolve(answer);
      };
      child.stdout.on('data', take);
      child.stdin.write(`${line}\n`);
    });
  return { match, ask, readyMs: performance.now() - started, pid: child.pid!, end };
}

/** Null where there is none on PATH. */
export async function redis(): Promise<{ port: number; pid: number; stop(): void } | null> {
  if (spawnSync('redis-server', ['--version']).status !== 0) return null;
  const port = await freePort();
  const args = ['--port', String(port), '--save', '', '--appendonly', 'no', '--dir', home];
  const child = spawn('redis-server', args, { stdio: 'ignore' });
  await new Promise((resolve) => setTimeout(resolve, 500));
  return { port, pid: child.pid!, stop: () => child.kill() };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
