/** Tables as text, whatever parts their cells. */
import { parse } from 'csv-parse/sync';
import type { Section } from '../document.js';
import { Sections } from '../sections.js';

const delimiters = [',', ';', '\t', '|'];
/** What is looked at to tell what parts the cells, in UTF-16 code units. */
const lookedAt = 64 * 1024;

/** A first row without a number in it, but for years, names the columns. */
export function csvSections(text: string): Section[] {
  // Spreadsheet programs say there what parts the cells.
  const told = /^sep=(.)\r?\n/.exec(text);
  const table = told ? text.slice(told[0].length) : text;
  const rows = rowsOrLines(table, told?.[1] ?? delimiterOf(table));
  const [first = []] = rows;
  const hasNames = rows.length > 1 && first.some((cell) => cell !== '') && !first.some(isNumber);
  const columns = hasNames ? first : [];
  const sections = new Sections();
  for (const [index, cells] of rows.slice(hasNames ? 1 : 0).entries())
    sections.add({ kind: 'row', cells, columns, row: index + 1 });
  return sections.all();
}

/** Where its quotes make no sense, they are letters as others. */
function rowsOrLines(text: string, delimiter: string): string[][] {
  try {
    return rowsOf(text, delimiter);
  } catch {
    return text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => line.split(delimiter).map((cell) => cell.trim()));
  }
}

function rowsOf(text: string, delimiter: string): string[][] {
  return parse(text, {
    delimiter,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    trim: true,
  });
}

/**
 * The one that gives most rows the same number of cells; of those that do it equally well, the one with more. A comma
 * between digits counts as one that parts cells only where nothing else does: `Ada;3,5`.
 */
function delimiterOf(text: string): string {
  const cut = text.length > lookedAt;
  const looked = text.slice(0, lookedAt);
  const scores = delimiters.map((delimiter) => {
    // The last row may be cut.
    const rows = rowsIn(looked, delimiter).slice(0, cut ? -1 : undefined);
    const counts = new Map<number, number>();
    for (const { length } of rows) counts.set(length, (counts.get(length) ?? 0) + 1);
    const [cells = 1, times = 0] =
      [...counts].sort((one, other) => other[1] - one[1] || other[0] - one[0])[0] ?? [];
    return { delimiter, cells, share: cells > 1 ? times / rows.length : 0 };
  });
  scores.sort((one, other) => other.share - one.share || other.cells - one.cells);
  const [best, ...others] = scores;
  if (!best?.share) return ',';
  const next = others.find(({ share, delimiter }) => share === best.share && delimiter !== ',');
  return best.delimiter === ',' && next && hasDecimalCommas(looked, next.delimiter)
    ? next.delimiter
    : best.delimiter;
}

/** Whether a cell is a number with a comma in it, if this parts the cells. */
function hasDecimalCommas(text: string, delimiter: string): boolean {
  return rowsIn(text, delimiter).some((cells) =>
    cells.some((cell) => /^[-+]?[\d.]*\d,\d+\D{0,4}$/.test(cell)),
  );
}

function rowsIn(text: string, delimiter: string): string[][] {
  try {
    return rowsOf(text, delimiter);
  } catch {
    // A quote that the cut left open.
    const whole = text.slice(0, text.lastIndexOf('"'));
    try {
      return rowsOf(whole, delimiter);
    } catch {
      return [];
    }
  }
}

function isNumber(cell: string): boolean {
  return !/^(19|20)\d\d$/.test(cell) && /^[-+]?[\d.,\s'’]*\d\s*(%|[€$£¥])?$/.test(cell);
}
