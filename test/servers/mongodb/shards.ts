/**
 * A cluster of one shard, as its mongos answers: which collections are sharded lies in `config.collections`, as in a
 * real one, and what a cluster refuses is refused, by the strictest server that is still in use (before 7.0).
 */
import { boundsOf } from './bounds.js';
import type { Collection } from './collection.js';
import { fail } from './errors.js';
import type { IndexSpec } from './index-spec.js';
import { type Doc, isPlain, keyOf } from './query/values.js';
import type { Store } from './store.js';

export function shardKeyOf(store: Store, namespace: string): Doc | undefined {
  const entry = store.find('config', 'collections')?.records.get(keyOf(namespace));
  return entry?.doc.key as Doc | undefined;
}

export function isHashed(key: Doc): boolean {
  return Object.values(key).includes('hashed');
}

/** Whether an index on `key` begins with all that the shard key has. */
function beginsWith(key: Doc, shardKey: Doc): boolean {
  const fields = Object.entries(key);
  return Object.entries(shardKey).every(
    ([name, kind], i) => fields[i]?.[0] === name && fields[i]![1] === kind,
  );
}

/** What a cluster cannot keep unique: only a shard sees its own documents. */
export function isKeptUnique({ unique, key }: IndexSpec, shardKey: Doc): boolean {
  return !unique || Object.keys(key)[0] === '_id' || beginsWith(key, shardKey);
}

export function checkUniqueOverShards(store: Store, namespace: string, spec: IndexSpec): void {
  const shardKey = shardKeyOf(store, namespace);
  if (!shardKey || isKeptUnique(spec, shardKey)) return;
  fail(
    'CannotCreateIndex',
    `cannot create unique index over ${JSON.stringify(spec.key)} with shard key pattern ${JSON.stringify(shardKey)}`,
  );
}

/** Of an index that is to go: documents would be found by their shard key no more. */
export function checkStillSupported(store: Store, collection: Collection, gone: ReadonlySet<string>): void {
  const shardKey = shardKeyOf(store, collection.namespace);
  if (!shardKey || isHashed(shardKey)) return;
  const left = collection.specs().filter(({ name }) => !gone.has(name));
  if (gone.size > 0 && !left.some((spec) => supports(spec, shardKey)))
    fail(
      'InvalidOptions',
      `cannot drop the only index that supports the shard key ${JSON.stringify(shardKey)}`,
    );
}

export function supports({ key, sparse, partialFilterExpression }: IndexSpec, shardKey: Doc): boolean {
  return !sparse && !partialFilterExpression && beginsWith(key, shardKey);
}

/** One document is changed or deleted: servers before 7.0 must be told where it lies. */
export function checkTargeted(
  store: Store,
  namespace: string,
  filter: Doc,
  what: 'update' | 'upsert' | 'delete' | 'findAndModify',
): void {
  const shardKey = shardKeyOf(store, namespace);
  if (!shardKey) return;
  const bounds = boundsOf(isPlain(filter) ? filter : {});
  const named = (path: string) => bounds.get(path)?.equals?.length === 1;
  if (Object.keys(shardKey).every(named)) return;
  const byId = what === 'update' || what === 'delete';
  if (byId && named('_id')) return;
  const shardKeyNotFound = 61;
  fail(
    what === 'update' ? 'InvalidOptions' : shardKeyNotFound,
    `A single ${what} on a sharded collection must contain ${byId ? 'an exact match on _id or ' : ''}the shard key ` +
      `${JSON.stringify(shardKey)}, and has ${JSON.stringify(filter)}`,
  );
}
