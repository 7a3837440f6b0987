import { type Bounds, boundsOf } from './bounds.js';
import type { Collection, DocRecord } from './collection.js';
import { fail } from './errors.js';
import type { Index } from './index.js';
import { sameKey } from './index-spec.js';
import { compileFilter, hasOperators } from './query/match.js';
import type { Sort } from './query/sort.js';
import { type Doc, descending, isPlain, keyOf } from './query/values.js';
import { isHashed } from './shards.js';

/** How to come by the documents that may match. */
export interface Plan {
  stage: 'IDHACK' | 'IXSCAN' | 'COLLSCAN' | 'OR';
  index?: string;
  /** They come in the order that was asked for. */
  sorted: boolean;
  records(): Iterable<DocRecord>;
}

export function planQuery(collection: Collection, filter: Doc, sort?: Sort): Plan {
  const bounds = boundsOf(filter);
  const ids = bounds.get('_id')?.equals;
  if (ids) {
    const records = () => byId(collection, ids);
    return { stage: 'IDHACK', index: '_id_', sorted: !sort || ids.length === 1, records };
  }
  let best: (Plan & { score: number }) | undefined;
  for (const index of collection.indexes.values()) {
    const plan = indexPlan(index, filter, bounds, sort);
    if (plan && plan.score > (best?.score ?? 0)) best = plan;
  }
  if (best) return best;
  return (
    orPlan(collection, filter, sort) ?? {
      stage: 'COLLSCAN',
      sorted: !sort?.fields.length,
      records: () => collection.records.values(),
    }
  );
}

function* byId(collection: Collection, ids: unknown[]): Generator<DocRecord> {
  for (const key of new Set(ids.map(keyOf))) {
    const record = collection.records.get(key);
    if (record) yield record;
  }
}

function indexPlan(
  index: Index,
  filter: Doc,
  bounds: Map<string, Bounds>,
  sort: Sort | undefined,
): (Plan & { score: number }) | undefined {
  // Hashes have no order, and it is no loss to read without them.
  if (isHashed(index.spec.key) || !covers(index, filter, bounds)) return;
  let prefixes = [''];
  let used = 0;
  for (const { path, direction } of index.fields) {
    const equals = bounds.get(path)?.equals;
    if (!equals || prefixes.length * equals.length > 1000) break;
    const keys = [...new Set(equals.map(keyOf))].map((key) => (direction === 1 ? key : descending(key)));
    prefixes = prefixes.flatMap((prefix) => keys.map((key) => prefix + key));
    used++;
  }
  const name = index.spec.name;
  const next = index.fields[used];
  const ordered = sortDirection(index, used, prefixes.length, bounds, sort);
  const sorted = ordered !== 0;
  const gain = sorted && sort?.fields.length ? 5 : 0;
  if (!next) {
    const records = () =>
      distinct(
        prefixes.map((key) => index.get(key)),
        prefixes.length > 1 || index.multikey,
      );
    return { stage: 'IXSCAN', index: name, sorted, records, score: used * 10 + gain + 1 };
  }
  const range = rangeOf(bounds.get(next.path), next.direction, index.multikey);
  if (!used && !range && !gain) return;
  const backwards = ordered === -1;
  const scan = (prefix: string) =>
    index.range(prefix + (range?.low ?? ''), prefix + (range?.high ?? '\uffff'), backwards);
  const records = () => distinct(prefixes.map(scan), prefixes.length > 1 || index.multikey);
  return { stage: 'IXSCAN', index: name, sorted, records, score: used * 10 + (range ? 4 : 0) + gain };
}

/** 1 or -1 if reading the index that way gives the order asked for, 0 if it must be sorted. */
function sortDirection(
  index: Index,
  used: number,
  prefixes: number,
  bounds: Map<string, Bounds>,
  sort: Sort | undefined,
): 1 | -1 | 0 {
  if (!sort?.fields.length) return 1;
  if (prefixes > 1 || index.multikey) return 0;
  let way: 1 | -1 | 0 = 0;
  let at = used;
  for (const field of sort.fields) {
    if (field.meta) return 0;
    const fixed = index.fields.slice(0, used).some(({ path }) => path === field.path);
    if (fixed && bounds.get(field.path)?.equals?.length === 1) continue;
    const column = index.fields[at++];
    if (column?.path !== field.path) return 0;
    const same = column.direction === field.direction ? 1 : -1;
    if (way && way !== same) return 0;
    way = same;
  }
  return way || 1;
}

function rangeOf(
  bounds: Bounds | undefined,
  direction: 1 | -1,
  multikey: boolean,
): { low: string; high: string } | undefined {
  if (!bounds || (bounds.low === undefined && bounds.high === undefined)) return;
  const type = (bounds.low ?? bounds.high)!.key.charCodeAt(0);
  // Two items of one array may meet the two ends, so only one end narrows a multikey index.
  const bottom = bounds.low;
  const top = multikey && bottom ? undefined : bounds.high;
  if (direction === 1)
    return {
      low: bottom ? edge(bottom.key, !bottom.inclusive) : String.fromCharCode(type),
      high: top ? edge(top.key, top.inclusive) : String.fromCharCode(type + 1),
    };
  return {
    low: top ? edge(descending(top.key), !top.inclusive) : String.fromCharCode(0xffff - type),
    high: bottom ? edge(descending(bottom.key), bottom.inclusive) : String.fromCharCode(0xffff - type + 1),
  };
}

/** Just before all index keys that begin with this one, or just behind them. */
function edge(key: string, behind: boolean): string {
  return behind ? `${key}\uffff` : key;
}

function* distinct(groups: Iterable<DocRecord>[], needed: boolean): Generator<DocRecord> {
  if (!needed) {
    for (const group of groups) yield* group;
    return;
  }
  const seen = new Set<DocRecord>();
  for (const group of groups)
    for (const record of group) {
      if (seen.has(record)) continue;
      seen.add(record);
      yield record;
    }
}

/** Has the index every document the query can match? */
function covers(index: Index, filter: Doc, bounds: Map<string, Bounds>): boolean {
  const { sparse, partialFilterExpression: partial } = index.spec;
  if (sparse) return index.fields.some(({ path }) => present(bounds.get(path)));
  return !partial || implied(partial, filter, bounds);
}

function present(bounds: Bounds | undefined): boolean {
  if (!bounds) return false;
  if (bounds.equals) return bounds.equals.every((value) => value !== null);
  return bounds.exists === true || bounds.low !== undefined || bounds.high !== undefined;
}

function implied(partial: Doc, filter: Doc, bounds: Map<string, Bounds>): boolean {
  return Object.entries(partial).every(([path, condition]) => {
    if (path === '$and') return (condition as Doc[]).every((part) => implied(part, filter, bounds));
    if (path.startsWith('$')) return false;
    if (path in filter && keyOf(filter[path]) === keyOf(condition)) return true;
    const here = bounds.get(path);
    if (here?.equals) {
      const test = compileFilter({ value: condition });
      // Who asks for null also finds documents without the field.
      return here.equals.every((value) => test({ value }) && (value !== null || test({})));
    }
    const onlyExists =
      isPlain(condition) &&
      hasOperators(condition) &&
      Object.keys(condition).length === 1 &&
      condition.$exists === true;
    return onlyExists && present(here);
  });
}

/** Every branch of an `$or` by its own index, or none. */
function orPlan(collection: Collection, filter: Doc, sort: Sort | undefined): Plan | undefined {
  const branches = filter.$or;
  if (!Array.isArray(branches)) return;
  const { $or: _, ...rest } = filter;
  const plans = branches.map((branch: Doc) => planQuery(collection, { $and: [branch, rest] }));
  if (plans.some((plan) => plan.stage === 'COLLSCAN')) return;
  return {
    stage: 'OR',
    index: plans.map((plan) => plan.index).join(', '),
    sorted: !sort?.fields.length,
    records: () =>
      distinct(
        plans.map((plan) => plan.records()),
        true,
      ),
  };
}

/** A hint does not change our plan, but it must name an index, as on a real server. */
export function checkHint(collection: Collection | undefined, hint: unknown): void {
  if (hint === undefined || hint === null || (isPlain(hint) && !Object.keys(hint).length)) return;
  const natural = isPlain(hint) && '$natural' in hint;
  if (natural || hint === '_id_' || (isPlain(hint) && sameKey(hint, { _id: 1 }))) return;
  const found = collection
    ?.specs()
    .some((spec) =>
      typeof hint === 'string' ? spec.name === hint : isPlain(hint) && sameKey(spec.key, hint),
    );
  if (!found && collection)
    fail(
      'BadValue',
      'error processing query: planner returned error :: caused by :: hint provided does not correspond to an existing index',
    );
}
