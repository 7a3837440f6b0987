/** Which lines of a text that grows are code, where nothing is a link. */
import { escapedTick } from './readable.js';

/** When in doubt it is none. */
export class CodeLines {
  #fence: { sign: string; length: number } | null = null;
  /** Markup that may go on over blank lines: what looks like code in it may be none. */
  #markup = false;
  /** Markup until the next blank line. */
  #block = false;

  get inside(): boolean {
    return this.#fence !== null;
  }

  /** @param line a whole one, without its end */
  next(line: string): void {
    if (this.#fence) {
      const { sign, length } = this.#fence;
      const [, marks = ''] = /^ {0,3}(`{3,}|~{3,})[ \t\r]*$/.exec(line) ?? [];
      if (marks.startsWith(sign) && marks.length >= length) this.#fence = null;
      return;
    }
    if (/^\s*$/.test(line)) this.#block = false;
    if (/^ {0,3}<(?:script|pre|style|textarea|!|\?)/i.test(line)) this.#markup = true;
    if (/^ {0,3}<[a-z/]/i.test(line)) this.#block = true;
    if (this.#markup || this.#block) return;
    const [, marks] = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})/.exec(line) ?? [];
    if (marks && !line.includes(escapedTick)) this.#fence = { sign: marks[0]!, length: marks.length };
  }
}

/** Beyond this an end of code is not looked for. */
const longest = 2000;

/**
 * Whether a place of a line is within `code`.
 * @param line from its beginning to the end of the text, or its own
 * @returns undefined: what comes decides it
 */
export function isCode(line: string, place: number, ended: boolean): boolean | undefined {
  const runs = /`+/g;
  runs.lastIndex = 0;
  for (let open = runs.exec(line); open && open.index < place; open = runs.exec(line)) {
    const { index, 0: marks } = open;
    const close = closing(line, index + marks.length, marks.length);
    if (close === null || (close.to === line.length && !ended)) {
      if (line.length - place >= longest) return false;
      if (!ended) return undefined;
      continue;
    }
    if (close.from > place) {
      if (close.from - place >= longest) return false;
      const between = line.slice(index, close.to);
      return !/[|\uE97F]/.test(between) && !/<[a-z/!]/i.test(line.slice(0, index));
    }
    runs.lastIndex = close.to;
  }
  return false;
}

function closing(line: string, from: number, length: number): { from: number; to: number } | null {
  const runs = /`+/g;
  runs.lastIndex = from;
  for (let found = runs.exec(line); found; found = runs.exec(line)) {
    if (found[0].length === length) return { from: found.index, to: found.index + length };
  }
  return null;
}
