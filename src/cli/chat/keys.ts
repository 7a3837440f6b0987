/** What comes from the keyboard, with pastes told apart from typing. */
import { Transform, type TransformCallback } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { ReadStream } from 'node:tty';

/** The terminal puts these around what is pasted once it is asked to (xterm's "bracketed paste", mode 2004). */
const begin = '\u001b[200~';
const end = '\u001b[201~';
export const pasteMode = { on: '\u001b[?2004h', off: '\u001b[?2004l' };

/** A paste without an end is given over all the same, in UTF-16 units. */
const longestPaste = 2_000_000;
/** What begins like a mark is waited for this long, in ms: the Escape key alone does, too. */
const patienceMs = 40;

/** Stands in the input line for a line break of what was pasted. */
const breakMark = '⏎';
/** After a mark that was pasted as itself. */
const asItself = '\uFE0E';

/** Many lines as one that can be edited. */
export function asOneLine(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replaceAll(breakMark, breakMark + asItself)
    .replaceAll('\n', breakMark)
    .replace(/(?!\t)\p{Cc}/gu, '');
}

/** What `asOneLine` was given, but for characters that no terminal shows. */
export function asTyped(line: string): string {
  return line.replace(/⏎(\uFE0E?)/g, (_, itself) => (itself ? breakMark : '\n'));
}

/** Keys as readline wants them; what lies between a paste's marks goes to `pasted` and is typed by nobody. */
export class Keys extends Transform {
  readonly isTTY = true;
  readonly #terminal: ReadStream;
  readonly #pasted: (text: string) => void;
  readonly #decoder = new StringDecoder('utf8');
  #held = '';
  #paste: string | null = null;
  #patience: NodeJS.Timeout | undefined;

  constructor(terminal: ReadStream, pasted: (text: string) => void) {
    super({ decodeStrings: true });
    this.#terminal = terminal;
    this.#pasted = pasted;
    terminal.pipe(this);
  }

  setRawMode(on: boolean): this {
    this.#terminal.setRawMode(on);
    return this;
  }

  /** Lets the process end. */
  release(): void {
    clearTimeout(this.#patience);
    this.#terminal.unpipe(this);
    this.#terminal.pause();
  }

  override _transform(bytes: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    clearTimeout(this.#patience);
    this.#held += this.#decoder.write(bytes);
    this.#read();
    if (this.#held !== '' && this.#paste === null) {
      this.#patience = setTimeout(() => {
        this.push(this.#held);
        this.#held = '';
      }, patienceMs);
    }
    done();
  }

  #read(): void {
    while (this.#held !== '') {
      const mark = this.#paste === null ? begin : end;
      const at = this.#held.indexOf(mark);
      const clear = at === -1 ? this.#held.length - beginningOf(mark, this.#held) : at;
      const before = this.#held.slice(0, clear);
      this.#held = this.#held.slice(at === -1 ? clear : at + mark.length);
      if (this.#paste === null) {
        if (before !== '') this.push(before);
        if (at !== -1) this.#paste = '';
      } else {
        this.#paste += before;
        if (at !== -1 || this.#paste.length > longestPaste) {
          this.#pasted(this.#paste);
          this.#paste = null;
        }
      }
      if (at === -1) return;
    }
  }
}

/** How many of the text's last characters may be the first of the mark. */
function beginningOf(mark: string, text: string): number {
  for (let length = Math.min(mark.length - 1, text.length); length > 0; length--)
    if (mark.startsWith(text.slice(-length))) return length;
  return 0;
}
