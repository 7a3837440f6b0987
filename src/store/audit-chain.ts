/**
 * The chain of audit rows: each has a number (1, 2, 3, …), the hash of the row before it, and its own, which is the
 * SHA-256 of its canonical text (RFC 8785) without that hash: the very text that is stored. Times in it are ISO 8601 with
 * whole ms, so whoever has an export can make the same text, and the same hash, of each of its lines.
 */
import { hash } from 'node:crypto';
import {
  type AuditRow,
  auditOutcomes,
  type Head,
  type KeptHead,
  type Link,
  type LinkedRow,
} from './audit-log.js';

/** What the first row follows. */
export const beginning: Head = { seq: 0, hash: '0'.repeat(64) };

/** The row after this head. */
export function linkAfter({ seq: before, hash: previous }: Head, row: AuditRow): Link {
  const seq = before + 1;
  const at = new Date(row.at).toISOString();
  const body = canonical(JSON.parse(JSON.stringify({ ...row, at, seq, previous })));
  return { seq, id: row.id, operation: row.operation, hash: hashOf(body), body };
}

/** Rows one after the other. */
export function linksAfter(head: Head, rows: readonly AuditRow[]): Link[] {
  const links: Link[] = [];
  for (const row of rows) links.push(linkAfter(links.at(-1) ?? head, row));
  return links;
}

export function hashOf(body: string): string {
  return hash('sha256', body);
}

/** The other one where both have the same number. */
export function higher(one: Head, other: Head | null): Head {
  return other && other.seq >= one.seq ? other : one;
}

/** Whether these rows, among which is that of the head if it is there, are of another chain than the one it was of. */
export function contradicts(links: readonly Link[], { seq, hash }: Head): boolean {
  return links.some((link) => link.seq === seq && link.hash !== hash);
}

export function keptHeads(found: Record<KeptHead['place'], Head | null>): KeptHead[] {
  const places = Object.entries(found) as [KeptHead['place'], Head | null][];
  return places.flatMap(([place, head]) => (head && head.seq > 0 ? [{ ...head, place }] : []));
}

/** Null when the text is none that `linkAfter` makes of this number, id and operation. */
export function linkedRow({ body, ...stored }: Link): LinkedRow | null {
  try {
    const { at, ...read } = JSON.parse(body) as Omit<LinkedRow, 'at' | 'hash'> & { at: string };
    const row = { ...read, at: Date.parse(at), hash: stored.hash };
    const { seq, id, operation } = stored;
    return isRow(row) && row.seq === seq && row.id === id && row.operation === operation ? row : null;
  } catch {
    return null;
  }
}

/** What is shown in the place of a row that cannot be read any more. */
export function shown(link: Link): LinkedRow {
  const { seq, id, operation, hash } = link;
  return (
    linkedRow(link) ?? {
      ...{ seq, id, operation, hash, at: 0, principal: { kind: 'system', name: 'unknown' } },
      ...{ target: {}, outcome: 'failed', error: 'damaged', previous: '' },
    }
  );
}

function isRow({ at, principal, target, from, outcome, error, previous }: LinkedRow): boolean {
  return (
    Number.isFinite(at) &&
    isObject(principal) &&
    typeof principal.kind === 'string' &&
    typeof principal.name === 'string' &&
    isObject(target) &&
    (from === undefined || isObject(from)) &&
    auditOutcomes.includes(outcome) &&
    (error === undefined || typeof error === 'string') &&
    typeof previous === 'string'
  );
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Of what JSON can say. Written out, not sorted into another object: a key may be `__proto__`. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = value as Record<string, unknown>;
  const written = Object.keys(fields)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(fields[key])}`);
  return `{${written.join(',')}}`;
}
