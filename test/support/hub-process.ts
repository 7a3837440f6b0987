import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from './until.js';

const carrier = fileURLToPath(new URL('../../dist/src/cli/carrier.js', import.meta.url));

/** `carrier start` as a process of its own, which a test can kill. */
export class HubProcess {
  readonly #env: Record<string, string>;
  #child: ChildProcess | undefined;
  output = '';
  log = '';

  readonly #program: string[];

  /** @param program what to run instead of `carrier start`; prints the same line when it is ready. */
  constructor(settings: Record<string, string>, program: string[] = [carrier, 'start']) {
    const { PATH = '', HOME = '' } = process.env;
    this.#env = { PATH, HOME, ...settings };
    this.#program = program;
  }

  /** Resolves with the address once the hub says it is ready. */
  async start(args: string[] = []): Promise<string> {
    this.output = '';
    const child = spawn(process.execPath, [...this.#program, ...args], {
      env: this.#env,
      cwd: this.#env.HOME,
    });
    child.stdout.on('data', (bytes) => {
      this.output += bytes;
    });
    child.stderr.on('data', (bytes) => {
      this.log += bytes;
    });
    this.#child = child;
    return (await this.#match(/ready at (\S+)/))[1]!;
  }

  /** The first thing it prints, or has printed, that matches. */
  async said(pattern: RegExp): Promise<string> {
    return (await this.#match(pattern))[0];
  }

  async #match(pattern: RegExp): Promise<RegExpExecArray> {
    const child = this.#child!;
    await until(() => {
      if (child.exitCode !== null) throw new Error(`The hub ended with ${child.exitCode}: ${this.log}`);
      return pattern.test(this.output);
    }, 30_000);
    return pattern.exec(this.output)!;
  }

  get token(): string {
    const path = join(this.#env.CARRIER_DATA_DIR!, 'admin-token');
    return existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
  }

  get pid(): number {
    return this.#child!.pid!;
  }

  /** Ends it with a signal and waits until it is gone; returns its exit code, null if the signal ended it. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const gone = new Promise<number | null>((resolve) => child.once('exit', resolve));
    child.kill(signal);
    return gone;
  }
}
