import { fail } from '../errors.js';
import { metaOf } from './meta.js';
import { valuesAt } from './path.js';
import { type Doc, descending, emptyArrayKey, isPlain, keyOf, toNumber } from './values.js';

interface SortField {
  path: string;
  direction: 1 | -1;
  meta?: 'textScore' | 'searchScore' | 'vectorSearchScore';
}

export interface Sort {
  fields: SortField[];
  sort(documents: Doc[]): Doc[];
}

export function compileSort(spec: unknown): Sort {
  if (!isPlain(spec)) fail(15973, 'the $sort key specification must be an object');
  const fields = Object.entries(spec).map(([path, order]) => field(path, order));
  return {
    fields,
    sort(documents) {
      if (!fields.length || documents.length < 2) return documents;
      const rows = documents.map((document, at) => ({ document, at, key: sortKey(document, fields) }));
      rows.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.at - b.at));
      return rows.map((row) => row.document);
    },
  };
}

function field(path: string, order: unknown): SortField {
  if (isPlain(order)) {
    const meta = order.$meta;
    if (Object.keys(order).length !== 1 || meta === undefined)
      fail(15974, 'Illegal key in $sort specification');
    if (meta !== 'textScore' && meta !== 'searchScore' && meta !== 'vectorSearchScore')
      fail(31138, `Illegal $meta sort: ${String(meta)}`);
    return { path, direction: -1, meta };
  }
  const direction = toNumber(order);
  if (direction !== 1 && direction !== -1)
    fail(15975, '$sort key ordering must be 1 (for ascending) or -1 (for descending)');
  if (!path || path.startsWith('$')) fail(16410, `FieldPath field names may not start with '$': ${path}`);
  return { path, direction };
}

function sortKey(document: Doc, fields: SortField[]): string {
  let key = '';
  for (const { path, direction, meta } of fields) {
    const part = meta ? keyOf(metaOf(document)?.[meta]) : fieldKey(document, path, direction);
    key += direction === 1 ? part : descending(part);
  }
  return key;
}

/** An array sorts by its least item going up, and by its greatest going down. */
function fieldKey(document: Doc, path: string, direction: 1 | -1): string {
  const values = valuesAt(document, path);
  if (values.length === 1 && !Array.isArray(values[0])) return keyOf(values[0]);
  let best: string | undefined;
  for (const value of values.flat()) {
    const key = keyOf(value);
    if (best === undefined || (direction === 1 ? key < best : key > best)) best = key;
  }
  return best ?? (values.length ? emptyArrayKey : keyOf(undefined));
}
