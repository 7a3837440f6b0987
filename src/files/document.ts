/** What was read of a document, whatever its format: sections with headings, made of blocks. Data alone. */

export interface ReadDocument {
  /** What it was read as. */
  format: DocumentFormat;
  /** In the order of reading. Empty where nothing could be read. */
  sections: Section[];
  /** How many it has, of formats that have pages. */
  pages?: number;
  /** Only the beginning was read, because of its length. */
  cut: boolean;
  /** What is not as it should be; empty: all of it was read, but for what was cut off. */
  problems: ReadProblem[];
}

export type DocumentFormat = 'txt' | 'md' | 'html' | 'pdf' | 'docx' | 'csv';

export interface Section {
  /** From the outermost to its own; empty for what stands before the first heading. */
  headings: string[];
  /** Counted from 1. */
  page?: number;
  blocks: Block[];
}

export type Block =
  /** `tight`: it goes on with what stands before it, as items of a list do. */
  | { kind: 'text'; text: string; tight?: boolean }
  | { kind: 'code'; text: string; language?: string }
  /** `row` counts from 1, without the one of the column names; `columns`: their names, of each row of a table the same. */
  | { kind: 'row'; cells: string[]; columns: string[]; row: number };

export interface ReadProblem {
  /** `failed`: nothing was read, and nothing of it may be kept; `partial`: the rest was. */
  outcome: 'failed' | 'partial';
  /** What is the matter, as a half sentence about the document: "it is locked with a password". */
  cause: string;
  /** What whoever has the document can do. */
  next: string;
  /** The pages it is about. */
  pages?: number[];
}

/** What is known of a document besides its bytes. */
export interface About {
  /** With its ending. */
  name: string;
  mediaType?: string;
  /** It was fetched: what was asked for, and where it came from in the end. Pages that only stand in for one then fail. */
  fetched?: { asked: string; got: string };
  /** After about so many UTF-16 code units the rest may be left out (`cut`). Absent: 16 million. */
  maxChars?: number;
}

/** Nothing was read of it. */
export function failed(format: DocumentFormat, cause: string, next: string, pages?: number): ReadDocument {
  const problems: ReadProblem[] = [{ outcome: 'failed', cause, next }];
  return { format, sections: [], cut: false, problems, ...(pages !== undefined && { pages }) };
}

/** All its words as one text. Headings stand on lines of their own, cells of a row apart. */
export function wholeText(read: ReadDocument): string {
  let before: string[] = [];
  const parts: string[] = [];
  for (const { headings, blocks } of read.sections) {
    const same = headings.findIndex((heading, level) => heading !== before[level]);
    if (same >= 0) parts.push(...headings.slice(same));
    before = headings;
    parts.push(...blocksText(blocks));
  }
  return parts.join('\n\n');
}

function blocksText(blocks: Block[]): string[] {
  const parts: string[] = [];
  let columns: string[] | null = null;
  for (const block of blocks) {
    if (block.kind !== 'row') {
      columns = null;
      if (block.kind === 'text' && block.tight && parts.length > 0)
        parts[parts.length - 1] += `\n${block.text}`;
      else parts.push(block.text);
      continue;
    }
    const line = rowText(block.cells);
    if (columns === block.columns || (columns && columns.join('\n') === block.columns.join('\n')))
      parts[parts.length - 1] += `\n${line}`;
    else parts.push(block.columns.length > 0 ? `${rowText(block.columns)}\n${line}` : line);
    columns = block.columns;
  }
  return parts;
}

/** A row is one line, whatever its cells hold. */
export function rowText(cells: string[]): string {
  return cells.map((cell) => cell.replace(/\s+/g, ' ').trim()).join(' | ');
}

/** "4-11, 14" */
export function pageRanges(pages: number[]): string {
  const ranges: [first: number, last: number][] = [];
  for (const page of pages) {
    const range = ranges.at(-1);
    if (range && range[1] === page - 1) range[1] = page;
    else ranges.push([page, page]);
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(', ');
}
