/** Lines of a page become headings, paragraphs, items and code. */
import type { Sections } from '../sections.js';
import { type Line, median } from './pdf-columns.js';

/** Of the size of the text: larger letters are of a heading. */
const headingSize = 1.15;
const longestHeading = 150;
const item = /^(?:[•◦▪‣●○■□–—*·-]|\(?\d{1,2}[.)]|\(?[a-z][.)])\s+\S/u;

/** @param body the size of most of a document's letters. */
export function addParagraphs(columns: Line[][], body: number, sizes: number[], sections: Sections): void {
  for (const lines of columns) {
    const leading = median(lines.slice(1).flatMap((line, index) => gapBefore(lines, index + 1, line) ?? []));
    let paragraph: Line[] = [];
    const flush = () => {
      add(paragraph, body, sizes, sections);
      paragraph = [];
    };
    for (const [index, line] of lines.entries()) {
      const before = paragraph.at(-1);
      if (before && begins(line, before, gapBefore(lines, index, line) ?? 0, leading)) flush();
      paragraph.push(line);
    }
    flush();
  }
}

function gapBefore(lines: Line[], index: number, line: Line): number | null {
  const before = lines[index - 1];
  return before ? before.y - line.y : null;
}

function begins(line: Line, before: Line, gap: number, leading: number): boolean {
  if (Math.abs(line.size - before.size) > 0.08 * before.size || line.mono !== before.mono) return true;
  if (line.mono) return gap > 2.5 * leading;
  // A sentence that goes on hardly begins anew.
  const goesOn = /[\p{L},]$/u.test(before.text) && /^\p{Ll}/u.test(line.text);
  if (gap > (goesOn ? 1.9 : 1.35) * leading && gap > 1.25 * line.size) return true;
  if (item.test(line.text)) return true;
  const isIndented = line.left - before.left > line.size * 0.9 && !item.test(before.text);
  return isIndented && isShort(before);
}

/** It ends well before its column does. */
function isShort({ left, right, end }: Line): boolean {
  return right - left < 0.75 * (end - left);
}

function add(lines: Line[], body: number, sizes: number[], sections: Sections): void {
  const [first] = lines;
  if (!first) return;
  const text = first.mono ? lines.map((line) => indented(line, lines)).join('\n') : joined(lines);
  if (first.size > body * headingSize && text.length <= longestHeading && /\p{L}/u.test(text)) {
    const level = sizes.findIndex((size) => first.size >= size - 0.3);
    sections.heading(level < 0 ? sizes.length + 1 : level + 1, text);
  } else if (first.mono && lines.length > 1) sections.add({ kind: 'code', text });
  else sections.add({ kind: 'text', text, tight: item.test(text) });
}

/** By the width of its letters, which are all of one. */
function indented({ text, left, right }: Line, lines: Line[]): string {
  const width = (right - left) / Math.max(1, text.length);
  const margin = Math.min(...lines.map((line) => line.left));
  return ' '.repeat(Math.min(80, Math.round((left - margin) / Math.max(1, width)))) + text;
}

function joined(lines: Line[]): string {
  let text = '';
  let before: Line | undefined;
  for (const line of lines) {
    if (!before) text = line.text;
    else if (/\p{Ll}[\u00ad\u2010-]$/u.test(text) && /^\p{Ll}/u.test(line.text))
      text = text.slice(0, -1) + line.text;
    else if (
      /[\u3040-\u30ff\u3400-\u9fff\u3000-\u303f]$/.test(text) &&
      /^[\u3040-\u30ff\u3400-\u9fff]/.test(line.text)
    )
      text += line.text;
    else text += (standsAlone(before, line) ? '\n' : ' ') + line.text;
    before = line;
  }
  return text;
}

/** A row of a table, a line of an address or of a poem. */
function standsAlone(line: Line, next: Line): boolean {
  if (line.text.includes(' | ') && next.text.includes(' | ')) return true;
  return (
    isShort(line) &&
    !/^\p{Ll}/u.test(next.text) &&
    !/[,;]$/.test(line.text) &&
    /[\p{N}.!?:]$|^\p{N}/u.test(`${line.text}`)
  );
}
