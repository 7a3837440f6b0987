import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listens } from './redis.js';
import { until } from './until.js';

const program = process.env.NGINX ?? 'nginx';

/** Why suites that need nginx are skipped; null when they can run. */
export const noNginx: string | null =
  spawnSync(program, ['-v']).status === 0 ? null : 'no nginx on PATH and no NGINX';

/** An nginx with its default settings, but for what a test gives. */
export class Nginx {
  readonly #folder = mkdtempSync(join(tmpdir(), 'carrier-nginx-'));
  #process: ChildProcess | undefined;

  /** @param server what stands in its one `server` block besides `listen`. */
  async start(port: number, server: string): Promise<void> {
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
      .map((name) => `${name}_temp_path ${this.#folder}/${name};`)
      .join('\n');
    const text = `pid ${this.#folder}/pid;
error_log ${this.#folder}/error.log;
daemon off;
master_process off;
events {}
http {
  access_log off;
  gzip on;
  gzip_types *;
  ${temporary}
  server { listen 127.0.0.1:${port}; ${server} }
}
`;
    const file = join(this.#folder, 'nginx.conf');
    writeFileSync(file, text);
    this.#process = spawn(program, ['-e', `${this.#folder}/error.log`, '-c', file], { stdio: 'ignore' });
    await until(() => listens(port), 15_000);
  }

  async stop(): Promise<void> {
    const child = this.#process;
    if (child && child.exitCode === null) {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
