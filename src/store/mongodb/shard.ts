/**
 * A sharded cluster: how the collections are spread, and how keys stay unique.
 *
 * `memories` is spread by agent, and within an agent by room: an agent's memories lie together, so that a search of its
 * scopes asks only the shards that have some of it, and what a turn reads and writes lies on one. Time is in the ids:
 * within a room everything is ordered and bounded by `_id`. `archive` is spread by agent and month.
 *
 * A cluster enforces a unique index only where the shard key is its prefix, so the ingestion key's index becomes
 * (`agentId`, `roomId`, `ingest`), and that of the covered messages begins so, too. A platform's message has one channel
 * and thread, hence one room, so its redelivery still meets its own key. What is given up: one key in two rooms, which
 * only the HTTP connector's own clients could make. A turn's id in `ingest` belongs to one room by its nature, so there
 * is still one commit per turn. `_id` is kept unique on each shard alone; ours are random.
 *
 * What names no room asks all shards: a memory, a turn or a reply by its id alone, the sweeper's looks for rooms that
 * wait, lists for operators. So does the first look of a worker at a room whose agent it does not know yet
 * (`room-agents.ts`).
 *
 * Indexes keep the names that older hubs look for, so that those start on a cluster, too. What an older version has
 * sharded is spread by `roomId` alone and stays so: no other key could be kept unique while it is spread anew.
 */
import type { Db, Document, IndexDescription } from 'mongodb';
import { FatalError, isRetryable } from '../../errors.js';
import type { Logger } from '../../logger.js';
import { shardedIngestion } from './abilities.js';
import { Connection, type ConnectionOptions } from './connection.js';
import { dropIndex } from './index-maker.js';
import { covered, makeCollections } from './indexes.js';
import { known, readSchema, unknownTo } from './schema.js';
import { byIngest, isMongos, keepKeysUnique, shardKeyOf } from './shard-key.js';

/**
 * What is spread by what, in the order in which it is done: at `memories` keys are unique in another way for a moment, so
 * whatever can go wrong has gone wrong before.
 */
export const shardKeys = {
  // A hash of `_id` keeps `_id` unique: equal ids have equal hashes.
  files: { _id: 'hashed' },
  chunks: { _id: 'hashed' },
  // The id, since there may be much of one agent in one month.
  archive: { agentId: 1, month: 1, _id: 1 },
  memories: { agentId: 1, roomId: 1 },
} as const;

/** An attempt that took as long was waited for in vain, and not refused. */
const waitedMs = 5_000;

/** Throws `config_invalid` where there is no cluster to spread over. */
export async function requireCluster(options: ConnectionOptions): Promise<void> {
  const connection = await Connection.open(options);
  try {
    await connection.run(askForMongos);
  } finally {
    await connection.close();
  }
}

/**
 * May be repeated, also after it was cut off, and by two at once. Throws `config_invalid` where there is no cluster to
 * spread over, and what the server says; keys are as unique then as they were.
 */
export async function shardStore({ log, ...options }: ConnectionOptions & { log: Logger }): Promise<void> {
  const connection = await Connection.open(options);
  try {
    await connection.slowly(async (db) => {
      await askForMongos(db);
      const newer = unknownTo(known, await readSchema(db)).length > 0;
      if (!newer) await makeCollections(db);
    });
    const sharding = new Sharding(connection);
    for (const [collection, key] of Object.entries(shardKeys)) {
      const already = await connection.run((db) => shardKeyOf(db, collection));
      if (already) {
        log.info({ collection, key: already }, 'is sharded already');
        continue;
      }
      await (collection === 'memories' ? sharding.memories() : sharding.collection(collection, key));
      log.info({ collection, key }, 'sharded');
    }
    await sharding.create('memories', byIngest);
  } finally {
    await connection.close();
  }
}

async function askForMongos(db: Db): Promise<void> {
  if (await isMongos(db)) return;
  throw new FatalError('config_invalid', 'MONGODB_URL does not lead to a sharded cluster (a mongos).', {
    field: 'MONGODB_URL',
  });
}

class Sharding {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** A collection that has documents is sharded only by what it has an index of. */
  async collection(name: string, key: Document): Promise<void> {
    await this.create(name, {
      name: '_id' in key && Object.keys(key).length === 1 ? 'hashed' : 'partition',
      key,
    });
    await this.#shard(name, key);
  }

  /** A step that fails leaves an index that makes keys unique over all rooms, or finds it put back. */
  async memories(): Promise<void> {
    const { memories: key } = shardKeys;
    // What was cut off may have left none.
    await this.#patiently(keepKeysUnique);
    await this.#rekey({ name: shardedIngestion, key: { ...key, ingest: 1 }, unique: true });
    await this.#rekeyCovered({ ...covered, key: { ...key, 'turn.covers': 1 } });
    await this.#drop('ingestion');
    try {
      await this.#shard('memories', key);
    } catch (error) {
      // If that fails as well, the next hub that starts does it, or this command when it is repeated.
      await this.#patiently(keepKeysUnique).catch(() => {});
      throw error;
    }
  }

  async create(collection: string, index: IndexDescription): Promise<void> {
    await this.#patiently((db) => db.collection(collection).createIndexes([index]));
  }

  #drop(index: string): Promise<void> {
    return this.#patiently((db) => dropIndex(db, 'memories', index));
  }

  /** The same name with this key; nothing keeps it unique in between. */
  async #rekey(index: IndexDescription): Promise<void> {
    const there = await this.#patiently((db) => db.collection('memories').listIndexes().toArray());
    const found = there.find(({ name }) => name === index.name);
    if (found && JSON.stringify(found.key) !== JSON.stringify(index.key)) await this.#drop(index.name!);
    await this.create('memories', index);
  }

  async #rekeyCovered(index: IndexDescription): Promise<void> {
    const meanwhile = {
      ...index,
      name: `${index.name}_meanwhile`,
      // Two indexes of one key must differ in something; this holds for all documents.
      partialFilterExpression: { ...index.partialFilterExpression, agentId: { $exists: true } },
    };
    await this.create('memories', meanwhile);
    await this.#rekey(index);
    await this.#drop(meanwhile.name);
  }

  async #shard(collection: string, key: Document): Promise<void> {
    await this.#patiently((db) =>
      db.admin().command({ shardCollection: `${db.databaseName}.${collection}`, key }),
    );
  }

  /** An index of many documents takes longer than any answer is waited for; who asks again is told when it is there. */
  async #patiently<T>(work: (db: Db) => Promise<T>): Promise<T> {
    for (;;) {
      const begun = Date.now();
      try {
        return await this.#connection.slowly(work);
      } catch (error) {
        const { away } = this.#connection.reach;
        if (!isRetryable(error) || away !== null || Date.now() - begun < waitedMs) throw error;
      }
    }
  }
}
