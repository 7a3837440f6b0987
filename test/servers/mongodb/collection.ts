import { ObjectId } from 'bson';
import { fail, notImplemented } from './errors.js';
import { Index } from './index.js';
import { type IndexSpec, isText } from './index-spec.js';
import { compileFilter, type Predicate } from './query/match.js';
import { type Doc, keyOf } from './query/values.js';
import { SearchIndex, type SearchLag, type StoredSearchIndex } from './search/search-index.js';
import { TextIndex } from './search/text-index.js';

/** A stored document. The record stays the same object while its document is replaced. */
export interface DocRecord {
  id: string;
  doc: Doc;
}

/** What a change must leave in the journal. */
export type JournalEntry = Doc & { t: string };

export interface CollectionOptions extends Doc {
  validator?: Doc;
  validationLevel?: 'off' | 'strict' | 'moderate';
  validationAction?: 'error' | 'warn';
}

/** Documents in memory with their indexes. Every change is told to the journal through `log`. */
export class Collection {
  readonly records = new Map<string, DocRecord>();
  readonly indexes = new Map<string, Index>();
  text: TextIndex | undefined;
  readonly search = new Map<string, SearchIndex>();
  readonly uuid = new ObjectId();
  options: CollectionOptions = {};
  #validate: Predicate | undefined;

  readonly database: string;
  readonly name: string;
  readonly #lag: SearchLag;

  constructor(
    database: string,
    name: string,
    options: CollectionOptions = {},
    lag: SearchLag = { searchLagMs: 0 },
  ) {
    this.database = database;
    this.name = name;
    this.#lag = lag;
    this.setOptions(options);
  }

  get namespace(): string {
    return `${this.database}.${this.name}`;
  }

  setOptions(options: CollectionOptions): void {
    const { validator, validationAction = 'error' } = options;
    if (validationAction !== 'error' && validationAction !== 'warn')
      notImplemented(`validationAction ${validationAction}`);
    if (options.validationLevel === 'moderate') notImplemented('validationLevel moderate');
    this.#validate =
      validator &&
      Object.keys(validator).length &&
      validationAction === 'error' &&
      options.validationLevel !== 'off'
        ? compileFilter(validator)
        : undefined;
    this.options = options;
  }

  #check(doc: Doc): void {
    if (!this.#validate || this.#validate(doc)) return;
    fail('DocumentValidationFailure', 'Document failed validation', {
      errInfo: {
        failingDocumentId: doc._id,
        details: { operatorName: Object.keys(this.options.validator!)[0] },
      },
    });
  }

  insert(doc: Doc, log: JournalEntry[], bypassValidation = false): DocRecord {
    if (!bypassValidation) this.#check(doc);
    const id = keyOf(doc._id);
    if (this.records.has(id))
      fail(
        'DuplicateKey',
        `E11000 duplicate key error collection: ${this.namespace} index: _id_ dup key: ${showId(doc._id)}`,
        {
          keyPattern: { _id: 1 },
          keyValue: { _id: doc._id },
        },
      );
    const planned = [...this.indexes.values()].map((index) => ({ index, keys: index.keysOf(doc) }));
    for (const { index, keys } of planned) index.checkUnique(keys, doc);
    const record: DocRecord = { id, doc };
    this.records.set(id, record);
    for (const { index, keys } of planned) index.add(keys, record);
    this.#derived((index) => index.add(record));
    log.push({ t: 'i', ns: this.namespace, d: doc });
    return record;
  }

  replace(record: DocRecord, doc: Doc, log: JournalEntry[], bypassValidation = false): void {
    if (!bypassValidation) this.#check(doc);
    const planned = [...this.indexes.values()].map((index) => ({
      index,
      before: index.keysOf(record.doc),
      after: index.keysOf(doc),
    }));
    for (const { index, after } of planned) index.checkUnique(after, doc, record);
    this.#derived((index) => index.remove(record));
    record.doc = doc;
    for (const { index, before, after } of planned) {
      if (before.length === 1 && after.length === 1 && before[0] === after[0]) continue;
      index.remove(before, record);
      index.add(after, record);
    }
    this.#derived((index) => index.add(record));
    log.push({ t: 'u', ns: this.namespace, d: doc });
  }

  remove(record: DocRecord, log: JournalEntry[]): void {
    for (const index of this.indexes.values()) index.remove(index.keysOf(record.doc), record);
    this.#derived((index) => index.remove(record));
    this.records.delete(record.id);
    log.push({ t: 'd', ns: this.namespace, id: record.doc._id });
  }

  #derived(change: (index: TextIndex | SearchIndex) => void): void {
    if (this.text) change(this.text);
    for (const index of this.search.values()) change(index);
  }

  createIndex(spec: IndexSpec, log: JournalEntry[]): void {
    if (isText(spec.key)) {
      const text = new TextIndex(spec);
      for (const record of this.records.values()) text.add(record);
      this.text = text;
    } else {
      const index = new Index(spec, this.namespace);
      for (const record of this.records.values()) {
        const keys = index.keysOf(record.doc);
        index.checkUnique(keys, record.doc);
        index.add(keys, record);
      }
      this.indexes.set(spec.name, index);
    }
    log.push({ t: 'x', ns: this.namespace, spec });
  }

  dropIndex(name: string, log: JournalEntry[]): void {
    if (this.text?.spec.name === name) this.text = undefined;
    else this.indexes.delete(name);
    log.push({ t: 'X', ns: this.namespace, name });
  }

  /** All indexes but the one on `_id`, which needs no declaration. */
  specs(): IndexSpec[] {
    const specs = [...this.indexes.values()].map((index) => index.spec);
    return this.text ? [...specs, this.text.spec] : specs;
  }

  putSearchIndex(stored: StoredSearchIndex, log: JournalEntry[]): void {
    const index = new SearchIndex(stored, this.#lag, this.records.values());
    this.search.set(stored.name, index);
    log.push({ t: 's', ns: this.namespace, index: stored });
  }

  dropSearchIndex(name: string, log: JournalEntry[]): void {
    this.search.delete(name);
    log.push({ t: 'S', ns: this.namespace, name });
  }
}

function showId(id: unknown): string {
  return `{ _id: ${typeof id === 'string' ? JSON.stringify(id) : String(id)} }`;
}
