/** What an operator should know of a database that grows: what lies where, of whom and of when, and what is half done. */
import type { Document } from 'mongodb';
import { has } from './abilities.js';
import { movingIndex } from './archive.js';
import { Connection, type ConnectionOptions } from './connection.js';
import type { MemoryDocument } from './documents.js';
import { indexNames } from './index-maker.js';
import { collections } from './indexes.js';
import { shardKeys } from './shard.js';
import { isMongos, shardKeyOf } from './shard-key.js';
import { type Share, tally } from './tally.js';

export interface Overview {
  collections: CollectionSize[];
  /** Null: the server is no cluster. */
  unsharded: string[] | null;
  memories: Share[];
  archive: Share[];
  /** Copies of an archiving that was cut off, or is at work; 1,000 at most. */
  moving: number;
}

/** In bytes. Null where the server cannot tell. */
interface CollectionSize {
  name: string;
  documents: number;
  /** Before they are compressed. */
  bytes: number | null;
  onDisk: number | null;
  indexes: number | null;
  /** Null: not sharded. Empty: by what cannot be told. */
  shardKey: Document | null;
}

/** Reads all ids, and changes nothing. */
export async function overview(options: ConnectionOptions): Promise<Overview> {
  const connection = await Connection.open(options);
  try {
    const sizes: CollectionSize[] = [];
    const there = await connection.run((db) => db.listCollections({}, { nameOnly: true }).toArray());
    const ours = collections.filter((collection) => there.some(({ name }) => name === collection));
    for (const name of ours) sizes.push(await sizeOf(connection, name));
    const cluster = await connection.run(isMongos);
    const spread = new Set(sizes.filter(({ shardKey }) => shardKey).map(({ name }) => name));
    const of = (name: string) => tally(connection, connection.retrieval<MemoryDocument>(name), {});
    return {
      collections: sizes.filter(({ documents }) => documents > 0),
      unsharded: cluster ? Object.keys(shardKeys).filter((name) => !spread.has(name)) : null,
      memories: await of('memories'),
      archive: await of('archive'),
      moving: ours.includes('archive') ? await movingIn(connection) : 0,
    };
  } finally {
    await connection.close();
  }
}

async function sizeOf(connection: Connection, name: string): Promise<CollectionSize> {
  return connection.run(async (db) => {
    let stats: Document = {};
    await has(async () => {
      stats = await db.command({ collStats: name });
    });
    return {
      name,
      documents: stats.count ?? (await db.collection(name).estimatedDocumentCount()),
      bytes: stats.size ?? null,
      onDisk: stats.storageSize ?? null,
      indexes: stats.totalIndexSize ?? null,
      shardKey: await shardKeyOf(db, name),
    };
  });
}

/** Without the index, all of the archive would be read, and no run of this version has been there. */
async function movingIn(connection: Connection): Promise<number> {
  return connection.run(async (db) =>
    (await indexNames(db, 'archive')).has(movingIndex)
      ? db.collection('archive').countDocuments({ moving: true }, { limit: 1_000 })
      : 0,
  );
}
