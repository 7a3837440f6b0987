/** JSON Merge Patch (RFC 7396), and what differs between two values. */
import { isDeepStrictEqual } from 'node:util';

type Fields = Record<string, unknown>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `null` takes a field away; lists are replaced as a whole. Neither argument is changed. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  const merged = new Map(isFields(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch))
    if (value === null) merged.delete(name);
    else merged.set(name, mergePatch(merged.get(name), value));
  return Object.fromEntries(merged);
}

export interface Difference {
  /** Such as `connectors.slate.dm`. */
  field: string;
  /** Absent: it is not there. */
  before?: unknown;
  after?: unknown;
}

/** Field by field, by name; a list that differs is told as a whole. */
export function differences(before: unknown, after: unknown, field = ''): Difference[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isFields(before) || !isFields(after)) return [{ field, before, after }];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const fieldOf = (of: Fields, name: string) => (Object.hasOwn(of, name) ? of[name] : undefined);
  return names.flatMap((name) =>
    differences(fieldOf(before, name), fieldOf(after, name), field ? `${field}.${name}` : name),
  );
}

/** Deeper than any definition: what recurses over it must not run out of stack. */
export function isDeeperThan(value: unknown, most: number): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > most) return true;
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return false;
}
