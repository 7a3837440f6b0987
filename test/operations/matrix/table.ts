/** Reads the tables of `expectations.ts`. */
import { isAtLeast, type Role } from '../../../src/access/role.js';

/** What becomes of a call: it gets through; it does, and shows nothing of the thing; or it is refused so. */
export type Fate = 'through' | 'none' | 403 | 404;

export interface Line {
  /** As it stands in the first column. */
  name: string;
  /** Null: it is a route that is none. */
  operation: string | null;
  /** The second column. */
  by: string;
  cells: Record<string, string>;
}

export function linesOf(table: string): Line[] {
  const [head = [], ...rows] = table
    .split('\n')
    .filter((row) => row.trim() !== '')
    .map((row) => row.trim().split(/ {2,}/));
  return rows.map(([name = '', by = '', ...cells]) => ({
    ...{ name, by, operation: name.startsWith('-') ? null : name.split('+')[0]! },
    cells: Object.fromEntries(head.slice(2).map((column, at) => [column, cells[at] ?? '?'])),
  }));
}

/** @throws Error for a cell that says nothing, such as `?`. */
export function fateOf(cell: string, role: Role): Fate {
  if (cell === '403') return 403;
  const [, before, least, below] =
    /^(none:|404:)?(guest|member|operator|admin|owner)(\/404|\/404 from member)?$/.exec(cell) ?? [];
  if (least === undefined) throw new Error(`"${cell}" is no cell of the permission matrix.`);
  if (!isAtLeast(role, least as Role)) {
    const from = below?.includes('member') ? 'member' : 'guest';
    return below && isAtLeast(role, from) ? 404 : 403;
  }
  if (before === undefined) return 'through';
  return before === 'none:' ? 'none' : 404;
}

/** What to add for what has no line. */
export function emptyLine(table: string, name: string, by: string): string {
  const columns = table.trim().split('\n')[0]!.trim().split(/ {2,}/).length - 2;
  return [name, by, ...Array(columns).fill('?')].join('  ');
}
