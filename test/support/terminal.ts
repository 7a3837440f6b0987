/** A program in a real pseudo-terminal, by tmux: a test reads its screen and presses keys, as a person does. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './until.js';

/** Why tests that need a terminal are skipped; null when they can run. */
export const noTerminal: string | null = works() ? null : 'no tmux on this machine';

export class Terminal {
  readonly #folder = mkdtempSync(join(tmpdir(), 'carrier-tmux-'));

  /** @param command is run by a shell, which says `ended: CODE` after it. */
  constructor(command: string, { cwd, env }: { cwd: string; env: Record<string, string> }) {
    const settings = Object.entries({ ...env, LANG: 'C.UTF-8' }).flatMap(([name, value]) => [
      '-e',
      `${name}=${value}`,
    ]);
    const shell = `${command}; echo "ended: $?"; sleep 600`;
    this.#tmux(
      '-f',
      '/dev/null',
      'new-session',
      '-d',
      '-x',
      '160',
      '-y',
      '60',
      '-c',
      cwd,
      ...settings,
      'sh',
      '-c',
      shell,
    );
  }

  /** All lines so far, those that have left the screen too. */
  screen(): string {
    return this.#tmux('capture-pane', '-p', '-J', '-S', '-2000').trimEnd();
  }

  type(text: string): void {
    this.#tmux('send-keys', '-l', text);
  }

  press(...keys: string[]): void {
    this.#tmux('send-keys', ...keys);
  }

  /** Waits until the screen shows it. */
  async shows(pattern: RegExp, ms?: number): Promise<string> {
    await until(() => pattern.test(this.screen()), ms).catch((error) => {
      throw new Error(`${error.message}\nThe screen:\n${this.screen()}`);
    });
    return this.screen();
  }

  /** @returns the exit code. */
  async ended(): Promise<number> {
    return Number(/ended: (\d+)/.exec(await this.shows(/ended: \d+/))![1]);
  }

  close(): void {
    try {
      this.#tmux('kill-server');
    } catch {
      // It has ended by itself.
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #tmux(...args: string[]): string {
    const env = { PATH: process.env.PATH!, HOME: this.#folder, LANG: 'C.UTF-8', TERM: 'xterm-256color' };
    return execFileSync('tmux', ['-u', '-S', join(this.#folder, 'socket'), ...args], {
      encoding: 'utf8',
      env,
      stdio: 'pipe',
    });
  }
}

function works(): boolean {
  try {
    execFileSync('tmux', ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
