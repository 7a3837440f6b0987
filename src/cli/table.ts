/** Lists as people read them: in columns that fit the terminal. In a pipe nothing is cut or padded. */
import stringWidth from 'string-width';
import { gap, type Row } from './cells.js';
import { harmless } from './output.js';

/** Of columns that may be shortened, as wide as they stay. */
const leastWidth = 12;

/** Lines as they are printed. @param width of the terminal, in columns; absent: nobody looks, or nobody knows */
export function laidOut(lines: readonly (string | Row)[], width = widthOf(process.stdout)): string[] {
  const shown: string[] = [];
  for (let at = 0; at < lines.length; ) {
    const first = lines[at]!;
    if (typeof first === 'string' || width === undefined) {
      shown.push(typeof first === 'string' ? harmless(first) : first.toString());
      at++;
      continue;
    }
    const rest = lines.slice(at);
    const end = rest.findIndex(
      (line) => typeof line === 'string' || line.texts.length !== first.texts.length,
    );
    const rows = rest.slice(0, end < 0 ? rest.length : end) as Row[];
    shown.push(...fitted(rows, width));
    at += rows.length;
  }
  return shown;
}

/** With a head, in columns in a pipe, too; numbers stand at the right of theirs. */
export function table(head: string[], body: string[][]): string[] {
  const rows = body.map((row) => row.map(harmless));
  const widths = widest([head, ...rows]);
  const isNumber = head.map((_, column) =>
    rows.every((row) => /^[\d,.]+( \S+)?$|^\?$/.test(row[column] ?? '')),
  );
  return [head, ...rows].map((row) =>
    row
      .map((text, column) => padded(text, widths[column]!, isNumber[column]))
      .join(gap)
      .trimEnd(),
  );
}

function fitted(rows: Row[], width: number): string[] {
  const texts = rows.map((row) => row.texts);
  const widths = widest(texts);
  const used = widths.flatMap((most, column) => (most > 0 ? [column] : []));
  const soft = used.filter((column) => rows.every((row) => row.mayShorten(column)));
  let excess = used.reduce((sum, column) => sum + widths[column]!, gap.length * (used.length - 1)) - width;
  while (excess > 0) {
    const [column, next] = soft.sort((a, b) => widths[b]! - widths[a]!);
    if (column === undefined || widths[column]! <= leastWidth) break;
    // Down to the next one, so that none is cut while another is wider.
    const least = Math.max(leastWidth, Math.min(widths[next ?? -1] ?? 0, widths[column]! - 1));
    const less = Math.min(excess, widths[column]! - least);
    widths[column] = widths[column]! - less;
    excess -= less;
  }
  return texts.map((row) =>
    used
      .map((column) => padded(shortened(row[column]!, widths[column]!), widths[column]!))
      .join(gap)
      .trimEnd(),
  );
}

function widest(rows: string[][]): number[] {
  const columns = rows[0]?.map((_, column) => column) ?? [];
  return columns.map((column) => Math.max(0, ...rows.map((row) => stringWidth(row[column] ?? ''))));
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

function shortened(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let [short, used] = ['', 0];
  for (const { segment } of graphemes.segment(text)) {
    used += stringWidth(segment);
    if (used > width - 1) break;
    short += segment;
  }
  return `${short.trimEnd()}…`;
}

function padded(text: string, width: number, right = false): string {
  const missing = ' '.repeat(Math.max(0, width - stringWidth(text)));
  return right ? missing + text : text + missing;
}

function widthOf({ isTTY, columns }: { isTTY?: boolean; columns?: number }): number | undefined {
  return isTTY && columns ? columns : undefined;
}
