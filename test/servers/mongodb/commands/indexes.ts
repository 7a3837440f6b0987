import { setTimeout as sleep } from 'node:timers/promises';
import type { Collection, JournalEntry } from '../collection.js';
import { fail } from '../errors.js';
import { type IndexSpec, isText, parseIndexSpec, sameKey, sameSpec } from '../index-spec.js';
import { type Doc, isPlain, toNumber } from '../query/values.js';
import { checkStillSupported, checkUniqueOverShards } from '../shards.js';
import { type Command, collectionName, findCollection, type Request } from './command.js';

const idIndex = { v: 2, key: { _id: 1 }, name: '_id_' };

export const createIndexes: Command = {
  fields: ['indexes', 'commitQuorum', 'ignoreUnknownIndexOptions'],
  writes: true,
  async run(request) {
    const { indexLockMs } = request.settings;
    if (indexLockMs === 0) return create(request);
    // As PostgreSQL says it, under FerretDB and DocumentDB.
    if (isLocked) fail('InternalError', 'deadlock detected');
    isLocked = true;
    try {
      await sleep(indexLockMs);
      return create(request);
    } finally {
      isLocked = false;
    }
  },
};

let isLocked = false;

function create(request: Request): Doc {
  const { command, store, database, settings } = request;
  if (!Array.isArray(command.indexes) || !command.indexes.length)
    fail('BadValue', 'Must specify at least one index to create');
  const specs = command.indexes.map((given) => without(parseIndexSpec(given), settings.ignoredIndexes));
  const name = collectionName(request, 'createIndexes');
  const log: JournalEntry[] = [];
  const createdCollectionAutomatically = !store.find(database, name);
  const collection = store.ensure(database, name, log);
  const numIndexesBefore = collection.specs().length + 1;
  try {
    for (const spec of specs) {
      if (!isNew(collection, spec)) continue;
      checkUniqueOverShards(store, collection.namespace, spec);
      collection.createIndex(spec, log);
    }
  } finally {
    store.commit(log);
  }
  const numIndexesAfter = collection.specs().length + 1;
  const note = numIndexesAfter === numIndexesBefore ? 'all indexes already exist' : undefined;
  return { numIndexesBefore, numIndexesAfter, createdCollectionAutomatically, note, ok: 1 };
}

/** What an engine makes of it that knows less than it takes. */
function without(spec: IndexSpec, ignored: string[]): IndexSpec {
  const { unique, partialFilterExpression, weights, expireAfterSeconds, ...rest } = spec;
  return {
    ...rest,
    ...(unique !== undefined && !ignored.includes('unique') && { unique }),
    ...(partialFilterExpression && !ignored.includes('partial') && { partialFilterExpression }),
    ...(weights && { weights: ignored.includes('text') ? {} : weights }),
    ...(expireAfterSeconds !== undefined && !ignored.includes('ttl') && { expireAfterSeconds }),
  };
}

/** An identical index is not made twice; one that contradicts an existing one is refused. */
function isNew(collection: Collection, spec: IndexSpec): boolean {
  if (sameKey(spec.key, { _id: 1 })) {
    if (spec.name === '_id_' || spec.unique === undefined) return false;
    fail(
      'InvalidIndexSpecificationOption',
      "The field 'unique' is not valid for an _id index specification.",
    );
  }
  for (const existing of collection.specs()) {
    if (sameSpec(existing, spec)) return false;
    if (existing.name === spec.name) {
      fail(
        sameKey(existing.key, spec.key) ? 'IndexOptionsConflict' : 'IndexKeySpecsConflict',
        `An existing index has the same name as the requested index. When index names are not specified, they are auto generated and can cause conflicts. Please refer to our documentation. Requested index: ${JSON.stringify(spec)}, existing index: ${JSON.stringify(existing)}`,
      );
    }
    const bothText = isText(existing.key) && isText(spec.key);
    const twin = sameKey(existing.key, spec.key) && samePartial(existing, spec);
    if (bothText || twin)
      fail(
        'IndexOptionsConflict',
        bothText
          ? `An equivalent index already exists with a different name and options. only one text index per collection allowed, found existing text index "${existing.name}"`
          : `Index already exists with a different name: ${existing.name}`,
      );
  }
  return true;
}

function samePartial(a: IndexSpec, b: IndexSpec): boolean {
  return sameKey(a.partialFilterExpression ?? {}, b.partialFilterExpression ?? {});
}

export const dropIndexes: Command = {
  fields: ['index'],
  writes: true,
  run(request) {
    const { command, store } = request;
    const collection = findCollection(request, 'dropIndexes');
    if (!collection)
      fail('NamespaceNotFound', `ns not found ${request.database}.${String(command.dropIndexes)}`);
    const nIndexesWas = collection.specs().length + 1;
    const log: JournalEntry[] = [];
    const names = namesToDrop(collection, command.index);
    checkStillSupported(store, collection, new Set(names));
    for (const name of names) collection.dropIndex(name, log);
    store.commit(log);
    return { nIndexesWas, ok: 1 };
  },
};

function namesToDrop(collection: Collection, which: unknown): string[] {
  const specs = collection.specs();
  if (which === '*') return specs.map((spec) => spec.name);
  if (Array.isArray(which)) return which.flatMap((name) => namesToDrop(collection, name));
  if (which === '_id_' || (isPlain(which) && sameKey(which, { _id: 1 })))
    fail('InvalidOptions', 'cannot drop _id index');
  const found = specs.filter((spec) => (isPlain(which) ? sameKey(spec.key, which) : spec.name === which));
  if (!found.length)
    fail(
      'IndexNotFound',
      isPlain(which)
        ? `can't find index with key: ${JSON.stringify(which)}`
        : `index not found with name [${String(which)}]`,
    );
  return found.map((spec) => spec.name);
}

export const listIndexes: Command = {
  fields: ['cursor'],
  run(request) {
    const collection = findCollection(request, 'listIndexes');
    if (!collection)
      fail(
        'NamespaceNotFound',
        `ns does not exist: ${request.database}.${String(request.command.listIndexes)}`,
      );
    const rows: Doc[] = [idIndex, ...collection.specs()];
    const batch = isPlain(request.command.cursor) ? toNumber(request.command.cursor.batchSize ?? 101) : 101;
    return request.cursors.first(collection.namespace, rows, batch, false);
  },
};

/** `collMod`'s part on an index: only how long documents live. */
export function changeIndex(collection: Collection, change: unknown, log: JournalEntry[]): Doc {
  if (!isPlain(change))
    fail('TypeMismatch', "BSON field 'collMod.index' is the wrong type, expected type 'object'");
  const { name, keyPattern, expireAfterSeconds, ...odd } = change;
  if (Object.keys(odd).length)
    fail('NotImplemented', `collMod.index.${Object.keys(odd)[0]} is not implemented by this test server`);
  const index = [...collection.indexes.values()].find(({ spec }) =>
    isPlain(keyPattern) ? sameKey(spec.key, keyPattern) : spec.name === name,
  );
  if (!index)
    fail(
      'IndexNotFound',
      `cannot find index ${JSON.stringify(keyPattern ?? name)} for ns ${collection.namespace}`,
    );
  if (expireAfterSeconds === undefined) fail('InvalidOptions', 'no expireAfterSeconds field');
  const before = index.spec.expireAfterSeconds;
  const spec = { ...index.spec, expireAfterSeconds: toNumber(expireAfterSeconds) };
  collection.dropIndex(spec.name, log);
  collection.createIndex(parseIndexSpec(spec), log);
  return { expireAfterSeconds_old: before, expireAfterSeconds_new: spec.expireAfterSeconds };
}
