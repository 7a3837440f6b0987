import type { Collection, DocRecord } from './collection.js';
import { fail } from './errors.js';
import { planQuery } from './plan.js';
import { compileFilter } from './query/match.js';
import { withMeta } from './query/meta.js';
import { compileSort, type Sort } from './query/sort.js';
import { type Doc, isNumber, isPlain, toNumber } from './query/values.js';

export interface QueryOptions {
  filter: Doc;
  sort?: Sort;
  skip?: number;
  limit?: number;
}

/** The records a query finds, in order. */
export function findRecords(collection: Collection | undefined, options: QueryOptions): DocRecord[] {
  return run(collection, options).map((row) => row.record);
}

/** The documents a query finds; those of a text query carry their score. */
export function findDocuments(collection: Collection | undefined, options: QueryOptions): Doc[] {
  return run(collection, options).map((row) => row.document);
}

interface Row {
  record: DocRecord;
  document: Doc;
}

function run(collection: Collection | undefined, { filter, sort, skip = 0, limit = 0 }: QueryOptions): Row[] {
  const text = textOf(filter);
  const test = compileFilter(filter, { textAnswered: true });
  if (!collection) return [];
  const plan = text ? undefined : planQuery(collection, filter, sort);
  const scores = text && textScores(collection, text);
  const enough = plan?.sorted && limit ? skip + limit : Number.POSITIVE_INFINITY;
  const rows: Row[] = [];
  for (const record of scores?.keys() ?? plan!.records()) {
    if (!test(record.doc)) continue;
    const score = scores?.get(record);
    rows.push({
      record,
      document: score === undefined ? record.doc : withMeta(record.doc, { textScore: score }),
    });
    if (rows.length >= enough) break;
  }
  const ordered = sort && !plan?.sorted ? sortRows(rows, sort) : rows;
  return skip || limit ? ordered.slice(skip, limit ? skip + limit : undefined) : ordered;
}

function sortRows(rows: Row[], sort: Sort): Row[] {
  const byDocument = new Map(rows.map((row) => [row.document, row]));
  return sort.sort(rows.map((row) => row.document)).map((document) => byDocument.get(document)!);
}

/** The `$text` of a query; anywhere but at the top or in a `$and` there it is refused by the filter. */
export function textOf(filter: Doc): Doc | undefined {
  if (isPlain(filter.$text)) return filter.$text;
  if (!Array.isArray(filter.$and)) return;
  for (const part of filter.$and) {
    const found = isPlain(part) ? textOf(part) : undefined;
    if (found) return found;
  }
  return;
}

function textScores(collection: Collection, text: Doc): Map<DocRecord, number> {
  if (!collection.text) fail('IndexNotFound', 'text index required for $text query');
  return collection.text.search(text);
}

export function parseFilter(value: unknown, name = 'filter'): Doc {
  if (value === undefined || value === null) return {};
  if (!isPlain(value)) fail('TypeMismatch', `BSON field '${name}' is the wrong type, expected type 'object'`);
  return value;
}

export function parseSort(value: unknown): Sort | undefined {
  return isPlain(value) && Object.keys(value).length ? compileSort(value) : undefined;
}

export function parseCount(value: unknown, name: string): number {
  if (value === undefined || value === null) return 0;
  if (!isNumber(value)) fail('TypeMismatch', `BSON field '${name}' is the wrong type, expected a number`);
  const count = toNumber(value);
  if (count < 0) fail(51024, `BSON field '${name}' value must be >= 0, actual value '${count}'`);
  return Math.floor(count);
}
