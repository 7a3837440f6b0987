import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, listens } from './redis.js';
import { until } from './until.js';

const programs = { 'redis-server': '--version', 'redis-cli': '--version', openssl: 'version' };
const missing = Object.entries(programs)
  .filter(([program, flag]) => spawnSync(program, [flag]).status !== 0)
  .map(([program]) => program);

/** Why suites that start their own kinds of Redis are skipped; null when they can run. */
export const noRedisServer: string | null = missing.length > 0 ? `not on PATH: ${missing.join(', ')}` : null;

/** A `redis-server` configured line by line, as `redis.conf` would be: a replica, a sentinel, a cluster's node. */
export class RedisProcess {
  readonly port: number;
  readonly #folder: string;
  readonly #process: ChildProcess;

  private constructor(port: number, folder: string, flags: string[]) {
    this.port = port;
    this.#folder = folder;
    this.#process = spawn('redis-server', [join(folder, 'redis.conf'), ...flags], { stdio: 'ignore' });
  }

  /** The lines may ask for a port of the process's own; without TLS, it listens on that. */
  static async start(
    lines: (port: number) => string[],
    flags: string[] = [],
    at?: number,
  ): Promise<RedisProcess> {
    const folder = mkdtempSync(join(tmpdir(), 'carrier-redis-'));
    const port = at ?? (await freePort());
    const usual = ['bind 127.0.0.1', 'save ""', `dir ${folder}`];
    // A sentinel writes into its file what it learns.
    writeFileSync(join(folder, 'redis.conf'), [...usual, ...lines(port), ''].join('\n'));
    const server = new RedisProcess(port, folder, flags);
    await until(() => listens(port));
    return server;
  }

  /** As if its machine had died: its connections stay open, and nothing comes back. */
  freeze(): void {
    this.#process.kill('SIGSTOP');
  }

  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGKILL');
    await gone;
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Joins nodes that run with `cluster-enabled yes` into one cluster, and waits until all of them say it is whole. */
export async function joinCluster(nodes: RedisProcess[], password: string): Promise<void> {
  const env = { ...process.env, REDISCLI_AUTH: password };
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
  execFileSync('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-yes'], { env });
  const whole = ({ port }: RedisProcess) =>
    execFileSync('redis-cli', ['-p', String(port), 'cluster', 'info'], { env })
      .toString()
      .includes('cluster_state:ok');
  await until(() => nodes.every(whole), 30_000);
}
