/** The program with output that is read, or not. */
import { type ChildProcess, spawn } from 'node:child_process';
import { entry } from './carrier.js';

/**
 * `leaves`: the reading end is closed by `leave`; `gone`: it is closed from the start; `asleep`: the pipe is full, and
 * nobody reads it.
 */
export type Reader = 'there' | 'leaves' | 'gone' | 'asleep';

export interface Readers {
  stdout: Reader;
  stderr: Reader;
}

interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** 64 KiB fill a pipe of Linux. */
const sleeper = (descriptor: 1 | 2) =>
  `exec ${descriptor}> >(exec sleep 60); head -c 65536 /dev/zero >&${descriptor}; `;

export class ReadProgram {
  readonly #child: ChildProcess;
  readonly #ended: Promise<Ended>;
  readonly #readers: Readers;
  stdout = '';
  stderr = '';

  constructor(args: string[], env: Record<string, string>, readers: Readers) {
    const { stdout, stderr } = readers;
    this.#readers = readers;
    const script = `${stdout === 'asleep' ? sleeper(1) : ''}${stderr === 'asleep' ? sleeper(2) : ''}exec "$@"`;
    const program = ['-c', script, 'bash', process.execPath, entry, ...args];
    // A group of its own, with those who sleep.
    this.#child = spawn('bash', program, {
      ...{ detached: true, cwd: env.HOME },
      env: { PATH: process.env.PATH!, ...env },
    });
    const { stdout: output, stderr: log } = this.#child;
    this.#ended = new Promise((resolve) =>
      this.#child.once('exit', (code, signal) => resolve({ code, signal })),
    );
    if (stdout === 'gone') output!.destroy();
    else output!.on('data', (bytes) => (this.stdout += bytes));
    if (stderr === 'gone') log!.destroy();
    else log!.on('data', (bytes) => (this.stderr += bytes));
  }

  /** Readers that leave do. */
  leave(): void {
    for (const name of ['stdout', 'stderr'] as const)
      if (this.#readers[name] === 'leaves') this.#child[name]!.destroy();
  }

  say(text: string): void {
    this.#child.stdin!.end(text);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** How it ends; one that does not is killed after 20 s. */
  async end(): Promise<Ended> {
    const patience = setTimeout(() => this.signal('SIGKILL'), 20_000);
    const ended = await this.#ended;
    clearTimeout(patience);
    return ended;
  }

  /** What is left of its group. */
  dispose(): void {
    try {
      process.kill(-this.#child.pid!, 'SIGKILL');
    } catch {
      // Nothing is left.
    }
  }
}
