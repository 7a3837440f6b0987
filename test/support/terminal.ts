/** A program in a real pseudo-terminal, by tmux: what a person would see of it, and keys as they would press them. */
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { until } from './until.js';

/** Why suites that need one are skipped; null: it is here. */
export const noTerminal = spawnSync('tmux', ['-V']).status === 0 ? null : 'tmux is not on PATH';
if (noTerminal) process.stderr.write(`Terminal tests are skipped: ${noTerminal}.\n`);

export class Terminal {
  readonly #server = `carrier-${randomBytes(6).toString('hex')}`;

  /**
   * Begins the program in a window of this size; the window outlives it and says `ended: CODE`.
   * @param program its words, or a line for the shell.
   */
  constructor(program: string[] | string, { env, cwd, columns = 160, rows = 60 }: TerminalOptions) {
    const words = typeof program === 'string' ? ['sh', '-c', program] : program;
    const settings = { ...env, TERM: 'screen-256color', LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' };
    const given = Object.entries(settings).map(([name, value]) => quoted(`${name}=${value}`));
    const shell = `env -i ${given.join(' ')} ${words.map(quoted).join(' ')}; echo "ended: $?"; sleep 1000`;
    this.#tmux(
      ...['-f', '/dev/null', '-u', 'new-session', '-d', '-x', `${columns}`, '-y', `${rows}`, '-c', cwd],
      shell,
    );
  }

  /** What is on the screen, without colours. */
  screen(): string {
    return this.#tmux('capture-pane', '-p').trimEnd();
  }

  /** The screen and all that has left it upwards; wrapped rows are one line again. */
  all(): string {
    return this.#tmux('capture-pane', '-p', '-J', '-S', '-').trimEnd();
  }

  keys(...names: string[]): void {
    this.#tmux('send-keys', ...names);
  }

  type(text: string): void {
    this.#tmux('send-keys', '-l', text);
  }

  /** As a terminal pastes: between marks, where the program asked for them. */
  paste(text: string): void {
    this.#tmux('set-buffer', text);
    this.#tmux('paste-buffer', '-p', '-r');
  }

  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-x', `${columns}`, '-y', `${rows}`);
  }

  async sees(what: string | RegExp, ms?: number): Promise<void> {
    const is = () => (typeof what === 'string' ? this.all().includes(what) : what.test(this.all()));
    await until(is, ms).catch(() => {
      throw new Error(`The terminal never showed ${what}, but:\n${this.all()}`);
    });
  }

  /** Until nothing but the clock of a wait has moved for ten looks in a row. */
  async rests(): Promise<void> {
    let [last, same] = ['', 0];
    await until(() => {
      const now = this.screen().replace(/\d+ s \(/, '(');
      same = now === last ? same + 1 : 0;
      last = now;
      return same >= 10;
    });
  }

  /** @returns the program's exit code, once it has ended. */
  async ended(): Promise<number> {
    await this.sees(/^ended: \d+/m);
    return Number(/^ended: (\d+)/m.exec(this.all())![1]);
  }

  close(): void {
    spawnSync('tmux', ['-L', this.#server, 'kill-server']);
  }

  #tmux(...args: string[]): string {
    return execFileSync('tmux', ['-L', this.#server, ...args], { encoding: 'utf8' });
  }
}

interface TerminalOptions {
  /** All that the program has of it. */
  env: Record<string, string>;
  cwd: string;
  columns?: number;
  rows?: number;
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
