/** The terminal while somebody talks: what is said stands, and below it lie what is being written and the input line. */
import type { Interface } from 'node:readline';
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';

/** Node's own terminals can ask anew for their size; no type says so. */
type Terminal = NodeJS.WriteStream & { _refreshSize?(): void };

/** After a change of the window nothing is drawn for so long, in ms. */
const settleMs = 120;

/**
 * What moves is part of readline's prompt, which draws it with what is typed: so both are redrawn together, and rows are
 * counted by columns of the window as it is now.
 */
export class Screen {
  readonly #lines: Interface & { prevRows?: number };
  readonly #terminal: Terminal;
  readonly #mark: string;
  #moving = '';
  #status = '';
  /** While the window changes: what was said meanwhile. */
  #settling: NodeJS.Timeout | undefined;
  readonly #held: string[] = [];
  #closed = false;

  /** @param mark what stands before what is typed */
  constructor(lines: Interface, terminal: Terminal, mark: string) {
    this.#lines = lines;
    this.#terminal = terminal;
    this.#mark = mark;
    // Readline's own listener counts rows as they were before the terminal let the text flow anew.
    for (const listener of terminal.listeners('resize').slice(-1))
      terminal.off('resize', listener as () => void);
    terminal.on('resize', this.#resized);
    // With empty rows below it, a window that is narrowed may push the top of what moves out of sight, where nothing can
    // take it back. So all begins at the foot of the window.
    terminal.write('\n'.repeat(Math.max(0, (terminal.rows || 1) - 1)));
  }

  /** Text that stays, above all that moves. */
  say(text: string): void {
    this.#held.push(text);
    this.#update();
  }

  /** What may still change, and what is being done; both are replaced by the next. */
  show(moving: string, status: string): void {
    if (moving === this.#moving && status === this.#status) return;
    this.#moving = moving;
    this.#status = status;
    this.#update();
  }

  /** @param line was entered just now: it leaves the input line. */
  entered(line: string): void {
    // Enter has drawn the line for good, and gone to the row below it.
    const rows = this.#rowsOf(`${this.#prompt()}${line}`);
    this.#lines.prevRows = 0;
    this.#terminal.write(`\u001b[${rows + 1}A${erased(rows + 1)}`);
  }

  draw(): void {
    if (this.#closed) return;
    this.#lines.setPrompt(this.#prompt());
    this.#lines.prompt(true);
  }

  /** Leaves nothing but what was said. */
  close(): void {
    if (this.#closed) return;
    clearTimeout(this.#settling);
    this.#settling = undefined;
    this.#moving = '';
    this.#status = '';
    this.#clear();
    this.#sayHeld();
    this.#closed = true;
    this.#terminal.off('resize', this.#resized);
  }

  get #columns(): number {
    return this.#terminal.columns || 80;
  }

  /** In one write: nobody sees half of it. */
  #update(): void {
    // The signal that tells of another size comes later than the size itself.
    this.#terminal._refreshSize?.();
    if (this.#closed || this.#settling) return;
    this.#terminal.cork();
    this.#clear();
    this.#sayHeld();
    this.draw();
    this.#terminal.uncork();
  }

  #sayHeld(): void {
    for (const text of this.#held.splice(0)) this.#terminal.write(`${wrapped(text, this.#columns)}\n`);
  }

  /** A window that is drawn to another size has several sizes a second, and tells of each a little late. */
  readonly #resized = (): void => {
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => {
      this.#settling = undefined;
      this.#update();
    }, settleMs);
  };

  /** Row by row: some terminals keep what is erased at once in their history, from where it looks like a ghost. */
  #clear(): void {
    if (this.#closed) return;
    const { rows } = this.#lines.getCursorPos();
    const { line, cursor } = this.#lines;
    const typed = this.#lines as { cursor: number };
    typed.cursor = line.length;
    const last = this.#lines.getCursorPos().rows;
    typed.cursor = cursor;
    this.#terminal.write(`${rows > 0 ? `\u001b[${rows}A` : ''}${erased(last + 1)}`);
    this.#lines.prevRows = 0;
  }

  /** Higher than the window it could not be taken back: only its end is shown until it is done. */
  #prompt(): string {
    const most = Math.max(1, Math.floor((this.#terminal.rows || 24) / 3));
    const moving = this.#moving === '' ? [] : fitting(this.#moving, this.#columns).split('\n');
    const status = this.#status === '' ? [] : [cut(this.#status, this.#columns)];
    return [...moving.slice(-most), ...status, this.#mark].join('\n');
  }

  #rowsOf(text: string): number {
    const { line, cursor } = this.#lines;
    const shown = this.#lines as { line: string; cursor: number };
    this.#lines.setPrompt('');
    shown.line = text;
    shown.cursor = text.length;
    const { rows } = this.#lines.getCursorPos();
    shown.line = line;
    shown.cursor = cursor;
    return rows;
  }
}

/** Erases so many rows from the cursor's on, and comes back to the first column of the first. */
function erased(rows: number): string {
  return `\r${Array(rows).fill('\u001b[2K').join('\u001b[1B')}${rows > 1 ? `\u001b[${rows - 1}A` : ''}`;
}

function wrapped(text: string, columns: number): string {
  return wrapAnsi(text, columns, { hard: true, trim: false });
}

/** So wrapped that no line is wider, also where a terminal gives each part of a joined emoji its own columns. */
function fitting(text: string, columns: number): string {
  for (let width = columns - 1; ; width -= 2) {
    const lines = wrapped(text, Math.max(width, 8));
    if (width <= 8 || lines.split('\n').every((line) => widest(line) < columns)) return lines;
  }
}

function widest(line: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: styles take no columns
  const bare = line.replace(/\u001b\[\d+m/g, '');
  if (/^[\x20-\x7e]*$/.test(bare)) return bare.length;
  return [...bare].reduce((sum, one) => sum + stringWidth(one), 0);
}

function cut(line: string, columns: number): string {
  const [first = ''] = wrapped(line, Math.max(8, columns - 1)).split('\n');
  return first;
}
