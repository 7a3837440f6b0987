/**
 * A text that is being written, cut into blocks that are never cut again: what is in front of the last one is done, so
 * that its parts of the page stay as they are, and only the last one is read anew.
 */

export interface Block {
  /** Where it begins, in UTF-16 units of the whole text: its name on the page. */
  start: number;
  /** Whether it is code in a fence, which needs no parser. */
  code: boolean;
}

interface Fence {
  mark: string;
  /** Of a block of code; not of code inside a list. */
  whole: boolean;
}

const fenceLine = /^( {0,3})(`{3,}(?=[^`]*$)|~{3,})/;
const innerFence = /^[ \t]*(?:(?:>|[-+*]|\d{1,9}[.)])[ \t]+)*(`{3,}(?=[^`]*$)|~{3,})/;
const listItem = /^(?: {0,3})(?:[-+*]|\d{1,9}[.)])(?:[ \t]|$)/;
const footnote = /^\[\^[^\]]+\]:/;

/** Reads each line once, whatever the pieces it came in. */
export class Blocks {
  readonly blocks: Block[] = [];
  /** Up to where lines are complete. */
  #read = 0;
  #blank = true;
  #list = false;
  #fence: Fence | null = null;
  #text = '';

  /** @returns false where `text` is none that goes on from the one before: begin anew then. */
  see(text: string): boolean {
    if (!text.startsWith(this.#text)) return false;
    this.#text = text;
    for (let end = text.indexOf('\n', this.#read); end >= 0; end = text.indexOf('\n', this.#read)) {
      this.#line(text.slice(this.#read, end), this.#read, end + 1);
      this.#read = end + 1;
    }
    this.#unfinished(text.slice(this.#read));
    return true;
  }

  /** A line without its end begins a block where it can be nothing else. Whether it is a fence is seen at its end. */
  #unfinished(line: string): void {
    if (this.#fence || line.trim() === '') return;
    const decided = this.#blank && (!this.#list || /^[^\s\d+*-]/.test(line));
    if (decided || this.blocks.length === 0) this.#begin(this.#read);
  }

  /** Of each block, what it was made of. The last one may go on. */
  sources(): { block: Block; source: string; last: boolean }[] {
    return this.blocks.map((block, index) => {
      const next = this.blocks[index + 1];
      return { block, source: this.#text.slice(block.start, next?.start), last: !next };
    });
  }

  #line(line: string, at: number, next: number): void {
    if (this.#fence && this.#inFence(line, next)) return;
    if (line.trim() === '') {
      this.#blank = true;
      return;
    }
    const isItem = listItem.test(line);
    const indented = /^(?: {2}|\t)/.test(line);
    const fence = fenceLine.exec(line)?.[2];
    const ownFence = fence !== undefined && !(this.#list && /^ /.test(line));
    if (ownFence) this.#begin(at, true);
    else if (this.#blank && !(this.#list && (isItem || indented))) this.#begin(at);
    if (this.blocks.length === 0) this.#begin(at);
    this.#blank = false;
    // What goes on in a list, or in a footnote, is indented.
    if (isItem || footnote.test(line)) this.#list = true;
    if (ownFence) this.#fence = { mark: fence, whole: true };
    else {
      const mark = innerFence.exec(line)?.[1];
      if (mark) this.#fence = { mark, whole: false };
    }
  }

  /** @returns false: a list or a quote ended, and the code in it, without a closing fence. */
  #inFence(line: string, next: number): boolean {
    const { mark, whole } = this.#fence!;
    const blank = line.trim() === '';
    if (!whole && (blank ? !this.#list : /^[^\s>]/.test(line))) {
      this.#fence = null;
      return false;
    }
    const end = line.replace(whole ? /^ {0,3}/ : /^[ \t>]*/, '').trimEnd();
    if (end.length < mark.length || end !== mark.charAt(0).repeat(end.length)) return true;
    this.#fence = null;
    this.#blank = whole;
    if (whole) this.#closed = next;
    return true;
  }

  #closed = -1;

  /** Whether a block of code is complete, its closing fence included. */
  isClosed({ start }: Block): boolean {
    const next = this.blocks.find((other) => other.start > start);
    return next !== undefined || this.#closed > start;
  }

  #begin(at: number, code = false): void {
    const last = this.blocks.at(-1);
    // What was taken for the beginning of a text before its first line was whole.
    if (last?.start === at || (last && this.#onlyBlank(last.start, at))) this.blocks.pop();
    this.blocks.push({ start: last && this.blocks.length === 0 ? 0 : at, code });
    this.#list = false;
  }

  #onlyBlank(from: number, to: number): boolean {
    return this.#text.slice(from, to).trim() === '';
  }
}
