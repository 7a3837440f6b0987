/** Tables for chats that have none: columns of a monospaced font. */
import type { Table } from 'mdast';
import stringWidth from 'string-width';

/** Columns wider than this are not padded to their widest cell: one long cell would push all others off a screen. */
const maxPadding = 40;

/** Aligned lines under a rule below the header. Width is counted as a terminal does: an emoji is two columns wide. */
export function alignedRows(rows: string[][], align: Table['align']): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(1, ...rows.map((row) => stringWidth(row[column] ?? '')).filter((width) => width <= maxPadding)),
  );
  const lines = rows.map((row) =>
    widths
      .map((width, column) => padded(row[column] ?? '', width, align?.[column] ?? 'left'))
      .join('  ')
      .trimEnd(),
  );
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [...lines.slice(0, 1), rule, ...lines.slice(1)].join('\n');
}

function padded(text: string, width: number, align: 'left' | 'right' | 'center'): string {
  const missing = Math.max(0, width - stringWidth(text));
  const before = align === 'right' ? missing : align === 'center' ? Math.floor(missing / 2) : 0;
  return ' '.repeat(before) + text + ' '.repeat(missing - before);
}
