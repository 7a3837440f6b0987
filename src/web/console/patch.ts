/** What somebody changed of a definition: as JSON Merge Patch (RFC 7396), so that all else stays as it is kept. */
type Fields = Record<string, unknown>;

/** What the hub shows in the place of a secret that is kept. */
export const mask = '***';

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Emptied or left out, a secret stays: it is removed by an action of its own alone. */
function keepsSecret(before: unknown, after: unknown): boolean {
  return before === mask && (after === undefined || after === null || String(after).trim() === '');
}

/** Of what was changed alone; empty: nothing was. */
export function patchOf(before: Fields, after: Fields): Fields {
  const patch: [string, unknown][] = [];
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [was, is] = [own(before, name), own(after, name)];
    if (isSame(was, is) || keepsSecret(was, is)) continue;
    if (isFields(was) && isFields(is)) {
      const within = patchOf(was, is);
      if (Object.keys(within).length > 0) patch.push([name, within]);
    } else patch.push([name, is === undefined ? null : is]);
  }
  return Object.fromEntries(patch);
}

export function patched(target: Fields, patch: Fields): Fields {
  const merged = new Map(Object.entries(target));
  for (const [name, value] of Object.entries(patch)) {
    const was = merged.get(name);
    if (value === null) merged.delete(name);
    else merged.set(name, isFields(value) ? patched(isFields(was) ? was : {}, value) : value);
  }
  return Object.fromEntries(merged);
}

export interface Difference {
  field: string;
  before?: unknown;
  after?: unknown;
}

/** What a patch does, field by field. */
export function differencesBy(before: Fields, patch: Fields, within = ''): Difference[] {
  return Object.entries(patch).flatMap(([name, after]) => {
    const field = within ? `${within}.${name}` : name;
    const was = own(before, name);
    if (isFields(after) && isFields(was)) return differencesBy(was, after, field);
    return [{ field, ...(was !== undefined && { before: was }), ...(after !== null && { after }) }];
  });
}

function own(of: Fields, name: string): unknown {
  return Object.hasOwn(of, name) ? of[name] : undefined;
}
