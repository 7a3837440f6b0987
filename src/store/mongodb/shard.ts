/**
 * A sharded cluster: how the collections are spread, and how keys stay unique.
 *
 * `memories` is sharded by `roomId`, a hash of agent, connector, tenant, channel and thread. So agents and their rooms
 * spread evenly, what a turn reads and writes lies on one shard, and all of its queries name it. Time is in the ids:
 * within a room, everything is ordered and bounded by `_id`; old months leave through `archive.ts`.
 *
 * A cluster enforces a unique index only where the shard key is its prefix, so the ingestion key's index becomes
 * (`roomId`, `ingest`). A platform's message has one channel and thread, hence one room, so its redelivery still meets
 * its own key. What is given up: one key in two rooms, which only the HTTP connector's own clients could make. A
 * turn's id in `ingest` belongs to one room by its nature, so there is still one commit per turn.
 */
import type { Db } from 'mongodb';
import { FatalError } from '../../errors.js';
import type { Logger } from '../../logger.js';
import { shardedIngestion } from './abilities.js';
import { Connection, type ConnectionOptions } from './connection.js';
import { makeCollections } from './indexes.js';
import { known, readSchema, unknownTo } from './schema.js';

/** What is spread by what. */
export const shardKeys = {
  memories: { roomId: 1 },
  archive: { roomId: 1 },
  // A hash of `_id` keeps `_id` unique: equal ids have equal hashes.
  files: { _id: 'hashed' },
  chunks: { _id: 'hashed' },
} as const;

/** Throws `config_invalid` where there is no cluster to spread over. */
export async function requireCluster(options: ConnectionOptions): Promise<void> {
  const connection = await Connection.open(options);
  try {
    await connection.run(askForMongos);
  } finally {
    await connection.close();
  }
}

/** May be repeated, also after it was cut off. Throws `config_invalid` where there is no cluster to spread over. */
export async function shardStore({ log, ...options }: ConnectionOptions & { log: Logger }): Promise<void> {
  const connection = await Connection.open(options);
  try {
    await connection.slowly(async (db) => {
      await askForMongos(db);
      const newer = unknownTo(known, await readSchema(db)).length > 0;
      if (!newer) await makeCollections(db);
      await keyByRoom(db);
      for (const [name, key] of Object.entries(shardKeys)) {
        await db.admin().command({ shardCollection: `${db.databaseName}.${name}`, key });
        log.info({ collection: name, key }, 'sharded');
      }
    });
  } finally {
    await connection.close();
  }
}

async function askForMongos(db: Db): Promise<void> {
  const hello = await db.command({ hello: 1 });
  if (hello.msg === 'isdbgrid') return;
  throw new FatalError('config_invalid', 'MONGODB_URL does not lead to a sharded cluster (a mongos).', {
    field: 'MONGODB_URL',
  });
}

/** The new index is there before the old one goes: at no moment are keys not unique. */
export async function keyByRoom(db: Db): Promise<void> {
  const memories = db.collection('memories');
  await memories.createIndexes([{ name: shardedIngestion, key: { roomId: 1, ingest: 1 }, unique: true }]);
  const indexes = await memories.listIndexes().toArray();
  if (indexes.some(({ name }) => name === 'ingestion')) await memories.dropIndex('ingestion');
  // Turns are asked for by id alone.
  await memories.createIndexes([{ name: 'ingest', key: { ingest: 1 } }]);
  await db.collection('archive').createIndexes([{ name: 'room', key: { roomId: 1, _id: 1 } }]);
}
