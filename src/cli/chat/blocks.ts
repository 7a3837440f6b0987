/** An answer that is being written, cut into what is done and what may still change. */
import { healMarkdown } from '../../markdown/heal.js';
import { codeLines, shownMarkdown } from './shown.js';
import type { Styles } from './styles.js';

const fenceLine = /^(`{3,}|~{3,})(.*)$/;

/**
 * Takes text as it comes. What is done is given once, rendered, and takes no part in what is rendered later: the time
 * grows with the length, not with its square. A block is done when a blank line and then a line that is not indented
 * follow (a list's item may go on after a blank line); lines of code in a fence are done as they end.
 */
export class Blocks {
  readonly #styles: Styles;
  /** Whole lines of the block that is open. */
  #lines: string[] = [];
  #rest = '';
  /** What closes the fence at the left edge that is open. */
  #fence: string | null = null;
  #indentedFence = false;
  #given = false;

  constructor(styles: Styles) {
    this.#styles = styles;
  }

  /** The lines that are done with this text. */
  add(text: string): string[] {
    // Half of a line break may come alone.
    const all = this.#rest + text;
    const lines = all.split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop()!;
    return lines.flatMap((line) => this.#line(line));
  }

  /** All that is left. */
  end(): string[] {
    const done = this.#rest === '' ? [] : this.#line(this.#rest);
    this.#rest = '';
    return [...done, ...this.#close()];
  }

  /** How what is open looks now; no line that is only a mark is shown. */
  open(): string {
    if (this.#fence !== null) return /^\s*[`~]*$/.test(this.#rest) ? '' : codeLines(this.#rest, this.#styles);
    const text = healMarkdown([...this.#lines, this.#rest].join('\n'));
    return text.trim() === '' ? '' : shownMarkdown(text, this.#styles);
  }

  #line(line: string): string[] {
    if (this.#fence !== null) {
      if (line.trimEnd().startsWith(this.#fence) && /^[`~]+$/.test(line.trim())) {
        this.#fence = null;
        return [];
      }
      return codeLines(line, this.#styles).split('\n');
    }
    const fence = this.#indentedFence ? null : fenceLine.exec(line);
    if (fence && !(fence[1]!.startsWith('`') && fence[2]!.includes('`'))) {
      const before = this.#close();
      this.#fence = fence[1]!;
      return [...before, ...this.#gap()];
    }
    const isNew = !this.#indentedFence && /^\S/.test(line) && this.#lines.at(-1)?.trim() === '';
    const before = isNew ? this.#close() : [];
    if (/^\s+(`{3,}|~{3,})/.test(line)) this.#indentedFence = !this.#indentedFence;
    this.#lines.push(line);
    return before;
  }

  #close(): string[] {
    const text = this.#lines.join('\n');
    this.#lines = [];
    this.#indentedFence = false;
    if (text.trim() === '') return [];
    return [...this.#gap(), ...shownMarkdown(text, this.#styles).split('\n')];
  }

  /** A blank line between two blocks. */
  #gap(): string[] {
    const gap = this.#given ? [''] : [];
    this.#given = true;
    return gap;
  }
}
