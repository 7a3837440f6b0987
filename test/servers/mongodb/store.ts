import { Collection, type CollectionOptions, type JournalEntry } from './collection.js';
import { fail } from './errors.js';
import type { IndexSpec } from './index-spec.js';
import type { Journal } from './journal.js';
import { compileFilter } from './query/match.js';
import { valuesAt } from './query/path.js';
import { type Doc, keyOf } from './query/values.js';
import type { SearchLag, StoredSearchIndex } from './search/search-index.js';
import type { Sessions } from './sessions.js';

/** Everything the server keeps. Changes are made in memory at once and become durable with the journal. */
export class Store {
  readonly databases = new Map<string, Map<string, Collection>>();

  readonly journal: Journal;
  readonly sessions: Sessions;

  readonly #lag: SearchLag;

  constructor(journal: Journal, sessions: Sessions, lag: SearchLag) {
    this.journal = journal;
    this.sessions = sessions;
    this.#lag = lag;
  }

  async load(): Promise<void> {
    let entries = 0;
    for (const frame of this.journal.replay()) {
      entries += frame.length;
      for (const entry of frame) this.#apply(entry);
    }
    if (entries) this.journal.compact(this.#snapshot());
    await this.journal.open();
  }

  commit(log: JournalEntry[]): void {
    this.journal.append(log.splice(0));
  }

  find(database: string, name: string): Collection | undefined {
    return this.databases.get(database)?.get(name);
  }

  /** The collection, made if it is not there, as the first insert does. */
  ensure(database: string, name: string, log: JournalEntry[]): Collection {
    return this.find(database, name) ?? this.create(database, name, {}, log);
  }

  create(database: string, name: string, options: CollectionOptions, log: JournalEntry[]): Collection {
    if (!name || name.includes('$') || name.includes('\0'))
      fail('InvalidNamespace', `Invalid collection name: ${name}`);
    if (!database || /[/\\. "$*<>:|?]/.test(database))
      fail('InvalidNamespace', `Invalid database name: ${database}`);
    const collection = new Collection(database, name, options, this.#lag);
    const collections = this.databases.get(database) ?? new Map<string, Collection>();
    this.databases.set(database, collections.set(name, collection));
    log.push({ t: 'c', ns: collection.namespace, options });
    return collection;
  }

  drop(collection: Collection, log: JournalEntry[]): void {
    const collections = this.databases.get(collection.database);
    collections?.delete(collection.name);
    if (!collections?.size) this.databases.delete(collection.database);
    log.push({ t: 'D', ns: collection.namespace });
  }

  /** What a TTL index says has lived long enough. */
  expire(): void {
    const log: JournalEntry[] = [];
    for (const collections of this.databases.values())
      for (const collection of collections.values())
        for (const { spec } of collection.indexes.values()) {
          if (spec.expireAfterSeconds === undefined) continue;
          const due = Date.now() - Number(spec.expireAfterSeconds) * 1000;
          const path = Object.keys(spec.key)[0]!;
          const indexed = compileFilter(spec.partialFilterExpression ?? {});
          for (const record of [...collection.records.values()]) {
            const dates = valuesAt(record.doc, path)
              .flat()
              .filter((value) => value instanceof Date);
            // What a partial index does not have, it does not expire.
            if (dates.some((date) => date.getTime() <= due) && indexed(record.doc))
              collection.remove(record, log);
          }
        }
    this.commit(log);
  }

  #apply(entry: JournalEntry): void {
    if (entry.t === 'r') {
      this.sessions.restore(entry);
      return;
    }
    const [database, name] = split(String(entry.ns));
    const quiet: JournalEntry[] = [];
    if (entry.t === 'c') {
      this.create(database, name, entry.options as CollectionOptions, quiet);
      return;
    }
    const collection = this.find(database, name);
    if (!collection) throw new Error(`the journal speaks of ${String(entry.ns)} before it was created`);
    const record = (id: unknown) => {
      const found = collection.records.get(keyOf(id));
      if (!found) throw new Error(`the journal changes a document ${String(entry.ns)} does not have`);
      return found;
    };
    switch (entry.t) {
      case 'i':
        collection.insert(entry.d as Doc, quiet, true);
        break;
      case 'u':
        collection.replace(record((entry.d as Doc)._id), entry.d as Doc, quiet, true);
        break;
      case 'd':
        collection.remove(record(entry.id), quiet);
        break;
      case 'x':
        collection.createIndex(entry.spec as IndexSpec, quiet);
        break;
      case 'X':
        collection.dropIndex(String(entry.name), quiet);
        break;
      case 'o':
        collection.setOptions(entry.options as CollectionOptions);
        break;
      case 's':
        collection.putSearchIndex(entry.index as unknown as StoredSearchIndex, quiet);
        break;
      case 'S':
        collection.dropSearchIndex(String(entry.name), quiet);
        break;
      case 'D':
        this.drop(collection, quiet);
        break;
      default:
        throw new Error(`the journal has an entry of unknown kind ${entry.t}`);
    }
  }

  *#snapshot(): Generator<JournalEntry> {
    for (const collections of this.databases.values())
      for (const collection of collections.values()) {
        const ns = collection.namespace;
        yield { t: 'c', ns, options: collection.options };
        for (const spec of collection.specs()) yield { t: 'x', ns, spec };
        for (const index of collection.search.values()) yield { t: 's', ns, index: index.stored };
        for (const { doc } of collection.records.values()) yield { t: 'i', ns, d: doc };
      }
    yield* this.sessions.snapshot();
  }
}

function split(namespace: string): [string, string] {
  const dot = namespace.indexOf('.');
  return [namespace.slice(0, dot), namespace.slice(dot + 1)];
}
