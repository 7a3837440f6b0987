import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { until } from './until.js';

/** Why suites that must kill their Redis are skipped; null when they can run. */
export const noRedisServer: string | null =
  spawnSync('redis-server', ['--version']).status === 0 ? null : 'no redis-server on PATH';

/** Why suites that need Redis are skipped; null when they can run. */
export const noRedis: string | null =
  noRedisServer && !process.env.REDIS_URL ? 'no redis-server on PATH and no REDIS_URL' : null;

/** A Redis of the test's own, which it can kill. With REDIS_URL set, that one, which it cannot. */
export class RedisServer {
  readonly url: string;
  readonly #port: number;
  readonly #folder: string;
  #process: ChildProcess | undefined;

  private constructor(url: string, port: number, folder: string) {
    this.url = url;
    this.#port = port;
    this.#folder = folder;
  }

  /** `own`: one that can be killed, whatever REDIS_URL says. */
  static async start({ own = false } = {}): Promise<RedisServer> {
    const folder = mkdtempSync(join(tmpdir(), 'carrier-redis-'));
    if (process.env.REDIS_URL && !own) return new RedisServer(process.env.REDIS_URL, 0, folder);
    const port = await freePort();
    const server = new RedisServer(`redis://127.0.0.1:${port}`, port, folder);
    await server.restart();
    return server;
  }

  /** Starts it, again if it was killed; what the append-only file holds is there again. */
  async restart(): Promise<void> {
    const args = ['--port', String(this.#port), '--bind', '127.0.0.1', '--appendonly', 'yes', '--save', ''];
    this.#process = spawn('redis-server', [...args, '--dir', this.#folder], { stdio: 'ignore' });
    await until(() => listens(this.#port));
  }

  async kill(): Promise<void> {
    const process = this.#process;
    if (!process || process.exitCode !== null || process.signalCode !== null) return;
    const gone = new Promise((resolve) => process.once('exit', resolve));
    process.kill('SIGKILL');
    await gone;
  }

  /** It answers nothing, and its connections stay, until it is thawed. */
  freeze(): void {
    this.#process!.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process!.kill('SIGCONT');
  }

  /** Takes everything out of it, as an operator's mistake would. */
  async flush(): Promise<void> {
    const client = new Redis(this.url);
    await client.flushall();
    client.disconnect();
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

export function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
