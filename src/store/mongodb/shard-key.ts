/** How the collections of a database are spread over the shards of a cluster, if they are, and what keeps keys unique there. */
import { type Db, type Document, type IndexDescription, MongoServerError } from 'mongodb';
import { hello, type SpreadBy, shardedIngestion } from './abilities.js';
import { isPassing } from './faults.js';
import { dropIndex, indexNames, makeIndex } from './index-maker.js';

const ingestion: IndexDescription = { name: 'ingestion', key: { ingest: 1 }, unique: true };
/** Turns are asked for by their id alone. */
export const byIngest: IndexDescription = { name: 'ingest', key: { ingest: 1 } };

export async function isMongos(db: Db): Promise<boolean> {
  return (await hello(db)).msg === 'isdbgrid';
}

/** As the cluster's configuration has it; null: not sharded. Empty where the user may not read the configuration. */
export async function shardKeyOf(db: Db, collection: string): Promise<Document | null> {
  if (!(await isMongos(db))) return null;
  try {
    const found = await db.client
      .db('config')
      .collection<{ _id: string; key: Document }>('collections')
      // A collection that a newer server has moved as a whole is named there, too.
      .findOne({
        _id: `${db.databaseName}.${collection}`,
        dropped: { $ne: true },
        unsplittable: { $ne: true },
      });
    return found?.key ?? null;
  } catch (error) {
    const unauthorized = 13;
    if (!(error instanceof MongoServerError && error.code === unauthorized)) throw error;
    return (await db.command({ collStats: collection })).sharded ? {} : null;
  }
}

/**
 * What `memories` is spread by; null: it is not, or not to the end. For a hub that starts, which puts back what a
 * sharding that was cut off has taken away.
 * @param there names of the indexes of `memories`
 */
export async function spreadBy(
  db: Db,
  there: ReadonlySet<string>,
  { mayChange }: { mayChange: boolean },
): Promise<SpreadBy | null> {
  // With both, keys are as unique as on one server; a sharded collection cannot have this one.
  if (!there.has(shardedIngestion) || there.has(ingestion.name!)) return null;
  if (mayChange && (await shardKeyOf(db, 'memories')) === null && (await keepKeysUnique(db))) return null;
  const indexes = await db.collection('memories').listIndexes().toArray();
  return indexes.some(({ name, key }) => name === shardedIngestion && 'agentId' in key) ? 'agent' : 'room';
}

/** Puts the index back that makes keys unique over all rooms. False: the server refuses it. */
export async function keepKeysUnique(db: Db): Promise<boolean> {
  if ((await indexNames(db)).has(ingestion.name!)) return true;
  // Of the same key: the two cannot be there at once.
  await dropIndex(db, 'memories', byIngest.name!);
  try {
    await makeIndex(db, 'memories', ingestion);
    return true;
  } catch (error) {
    if (!(error instanceof MongoServerError) || isPassing(error)) throw error;
    // It is sharded by now, or there are two memories of one key in two rooms.
    await makeIndex(db, 'memories', byIngest);
    return false;
  }
}
