import { calculateObjectSize } from 'bson';
import type { Collection, JournalEntry } from '../collection.js';
import { fail } from '../errors.js';
import { parseIndexSpec } from '../index-spec.js';
import { type Doc, isPlain, keyOf } from '../query/values.js';
import { isHashed, isKeptUnique, shardKeyOf, supports } from '../shards.js';
import { type Command, findCollection } from './command.js';

export const shardCollection: Command = {
  fields: ['key', 'unique'],
  refused: ['numInitialChunks', 'presplitHashedZones', 'timeseries', 'enforceUniquenessCheck'],
  writes: true,
  run({ command, store, database, settings }) {
    // A server that is no mongos does not know it.
    if (!settings.cluster) fail('CommandNotFound', "no such command: 'shardCollection'");
    if (database !== 'admin')
      fail('Unauthorized', 'shardCollection may only be run against the admin database.');
    const namespace = String(command.shardCollection);
    const { key } = command;
    if (!isPlain(key) || !Object.keys(key).length) fail('BadValue', 'The shard key is missing');
    const there = shardKeyOf(store, namespace);
    if (there && keyOf(there) === keyOf(key)) return { collectionsharded: namespace, ok: 1 };
    const alreadyInitialized = 23;
    if (there)
      fail(
        alreadyInitialized,
        `sharding already enabled for collection ${namespace} with options ${JSON.stringify(there)}`,
      );
    const [name, ...rest] = namespace.split('.');
    const log: JournalEntry[] = [];
    try {
      const collection = store.ensure(name!, rest.join('.'), log);
      checkShardable(collection, key);
      if (!collection.specs().some((spec) => supports(spec, key)) && !isId(key))
        collection.createIndex(parseIndexSpec({ key, name: nameOf(key) }), log);
      store.ensure('config', 'collections', log).insert({ _id: namespace, key, unique: false }, log);
    } finally {
      store.commit(log);
    }
    return { collectionsharded: namespace, ok: 1 };
  },
};

function checkShardable(collection: Collection, key: Doc): void {
  const { namespace } = collection;
  for (const spec of collection.specs())
    if (isHashed(key) ? spec.unique : !isKeptUnique(spec, key))
      fail(
        'InvalidOptions',
        `can't shard collection '${namespace}' with unique index on ${JSON.stringify(spec.key)} and proposed shard key ` +
          `${JSON.stringify(key)}. Uniqueness can't be maintained unless shard key is a prefix`,
      );
  const supported = isId(key) || collection.specs().some((spec) => supports(spec, key));
  if (collection.records.size > 0 && !supported)
    fail(
      'InvalidOptions',
      'Please create an index that starts with the proposed shard key before sharding the collection',
    );
}

function isId(key: Doc): boolean {
  return Object.keys(key)[0] === '_id' && key._id === 1;
}

function nameOf(key: Doc): string {
  return Object.entries(key).flat().join('_');
}

/** Sizes as a real server's without compression, and without what its files waste. */
export const collStats: Command = {
  fields: ['scale'],
  run(request) {
    const collection = findCollection(request, 'collStats');
    const ns = `${request.database}.${String(request.command.collStats)}`;
    const sharded = { sharded: shardKeyOf(request.store, ns) !== undefined };
    if (!collection)
      return {
        ns,
        ...(request.settings.cluster && sharded),
        size: 0,
        count: 0,
        storageSize: 0,
        totalIndexSize: 0,
        ok: 1,
      };
    const size = sizeOf(collection);
    const indexSizes = Object.fromEntries(
      ['_id_', ...collection.specs().map(({ name }) => name)].map((name) => [name, 20_480]),
    );
    return {
      ...{
        ns,
        ...(request.settings.cluster && sharded),
        size,
        count: collection.records.size,
        storageSize: size,
      },
      ...{ nindexes: Object.keys(indexSizes).length, indexSizes },
      ...{ totalIndexSize: 20_480 * Object.keys(indexSizes).length, ok: 1 },
    };
  },
};

function sizeOf(collection: Collection): number {
  let size = 0;
  for (const { doc } of collection.records.values()) size += calculateObjectSize(doc);
  return size;
}
