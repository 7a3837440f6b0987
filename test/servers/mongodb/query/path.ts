import { type Doc, isPlain } from './values.js';

const digits = /^(0|[1-9]\d*)$/;

export function isPosition(part: string): boolean {
  return digits.test(part);
}

/**
 * The values a dotted path leads to, arrays on the way fanned out; `undefined` where the path ends early.
 * An array at the end is one value: whoever asks decides whether its items count as well.
 */
export function valuesAt(document: unknown, path: string): unknown[] {
  if (!path.includes('.')) return [(document as Doc)[path]];
  const out: unknown[] = [];
  walk(document, path.split('.'), 0, out);
  return out;
}

function walk(value: unknown, parts: string[], at: number, out: unknown[]): void {
  if (at === parts.length) {
    out.push(value);
    return;
  }
  const part = parts[at]!;
  if (Array.isArray(value)) {
    const position = isPosition(part);
    if (position && Number(part) < value.length) walk(value[Number(part)], parts, at + 1, out);
    for (const item of value)
      if (isPlain(item) && (!position || Object.hasOwn(item, part))) walk(item, parts, at, out);
  } else if (isPlain(value) && Object.hasOwn(value, part)) {
    walk(value[part], parts, at + 1, out);
  } else {
    out.push(undefined);
  }
}

/** The values as comparisons see them: an array stands for itself and for each of its items. */
export function candidates(values: unknown[]): unknown[] {
  if (!values.some(Array.isArray)) return values;
  const out: unknown[] = [];
  for (const value of values) {
    out.push(value);
    if (Array.isArray(value)) out.push(...value);
  }
  return out;
}
