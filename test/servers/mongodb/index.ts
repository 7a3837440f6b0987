import type { DocRecord } from './collection.js';
import { fail } from './errors.js';
import type { IndexSpec } from './index-spec.js';
import { compileFilter, type Predicate } from './query/match.js';
import { isPosition, valuesAt } from './query/path.js';
import {
  type Doc,
  descending,
  emptyArrayKey,
  isPlain,
  keyOf,
  missingKey,
  show,
  toNumber,
} from './query/values.js';
import { SortedKeys } from './sorted-keys.js';

export interface IndexField {
  path: string;
  direction: 1 | -1;
}

/** A declared index: a hash map from key to documents, and its keys in order. */
export class Index {
  readonly fields: IndexField[];
  readonly #included: Predicate | undefined;
  readonly #entries = new Map<string, Set<DocRecord>>();
  readonly #sorted = new SortedKeys();
  /** Some document has an array under one of the fields, so one document has several keys. */
  multikey = false;

  readonly spec: IndexSpec;
  readonly namespace: string;

  constructor(spec: IndexSpec, namespace: string) {
    this.spec = spec;
    this.namespace = namespace;
    this.fields = Object.entries(spec.key).map(([path, order]) => ({
      path,
      direction: toNumber(order) < 0 ? -1 : 1,
    }));
    if (spec.partialFilterExpression) this.#included = compileFilter(spec.partialFilterExpression);
  }

  keysOf(document: Doc): string[] {
    if (this.#included && !this.#included(document)) return [];
    if (
      this.spec.sparse &&
      this.fields.every(({ path }) => valuesAt(document, path).every((v) => v === undefined))
    )
      return [];
    let keys = [''];
    let arrays = '';
    for (const { path, direction } of this.fields) {
      const parts = fieldKeys(document, path);
      if (parts.array) {
        this.multikey = true;
        const root = path.split('.')[0]!;
        if (arrays && arrays !== root)
          fail(
            'CannotIndexParallelArrays',
            `cannot index parallel arrays [${path.split('.').pop()}] [${arrays}]`,
          );
        arrays = root;
      }
      const coded = direction === 1 ? parts.keys : parts.keys.map(descending);
      keys =
        coded.length === 1
          ? keys.map((key) => key + coded[0])
          : keys.flatMap((key) => coded.map((part) => key + part));
    }
    return keys.length > 1 ? [...new Set(keys)] : keys;
  }

  /** Fails as a real server does if another document has one of these keys. */
  checkUnique(keys: string[], document: Doc, self?: DocRecord): void {
    if (!this.spec.unique) return;
    for (const key of keys) {
      for (const other of this.#entries.get(key) ?? []) if (other !== self) this.#duplicate(document);
    }
  }

  #duplicate(document: Doc): never {
    const keyValue: Doc = {};
    for (const { path } of this.fields) keyValue[path] = valuesAt(document, path)[0] ?? null;
    fail(
      'DuplicateKey',
      `E11000 duplicate key error collection: ${this.namespace} index: ${this.spec.name} dup key: ${show(keyValue)}`,
      { keyPattern: this.spec.key, keyValue },
    );
  }

  add(keys: string[], record: DocRecord): void {
    for (const key of keys) {
      const records = this.#entries.get(key);
      if (records) records.add(record);
      else {
        this.#entries.set(key, new Set([record]));
        this.#sorted.add(key);
      }
    }
  }

  remove(keys: string[], record: DocRecord): void {
    for (const key of keys) {
      const records = this.#entries.get(key);
      if (!records?.delete(record) || records.size) continue;
      this.#entries.delete(key);
      this.#sorted.remove(key);
    }
  }

  get(key: string): Iterable<DocRecord> {
    return this.#entries.get(key) ?? [];
  }

  *range(low: string, high: string, backwards: boolean): Generator<DocRecord> {
    for (const key of this.#sorted.range(low, high, backwards)) {
      const records = this.#entries.get(key)!;
      yield* backwards && records.size > 1 ? [...records].reverse() : records;
    }
  }
}

/** One key, or one for each item of an array. */
function fieldKeys(document: Doc, path: string): { keys: string[]; array: boolean } {
  const values = valuesAt(document, path);
  const array = values.length !== 1 || Array.isArray(values[0]) || passesArray(document, path);
  if (!array) return { keys: [keyOf(values[0])], array };
  const keys = values.flatMap((value) =>
    Array.isArray(value) ? (value.length ? value.map(keyOf) : [emptyArrayKey]) : [keyOf(value)],
  );
  return { keys: keys.length ? keys : [missingKey], array };
}

function passesArray(document: Doc, path: string): boolean {
  if (!path.includes('.')) return false;
  let value: unknown = document;
  for (const part of path.split('.')) {
    if (Array.isArray(value)) return !isPosition(part);
    if (!isPlain(value)) return false;
    value = value[part];
  }
  return false;
}
