/** The databases that commit b8ee1ad left, put where a hub of today finds them; and all that is in them. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { EJSON } from 'bson';
import Libsql from 'libsql';
import { type Document, type IndexDescription, MongoClient } from 'mongodb';
import type { DataKey } from '../../src/encryption/key-ring.js';
import { underKey } from '../../src/store/libsql/file-key.js';

const folder = fileURLToPath(new URL('../fixtures/b8ee1ad/', import.meta.url));
const unpacked = (name: string) => gunzipSync(readFileSync(join(folder, name)));

/** What the hub that was killed said of itself. */
export interface Made {
  token: string;
  file: { key: string; text: string };
  rooms: Record<'deck' | 'alice' | 'wreck' | 'storm' | 'ledger' | 'fog', string>;
  rings: { name: string; idempotencyKey: string }[];
  sinks: { name: string; idempotencyKey: string }[];
}

export function madeBy(hub: 'embedded' | 'mongodb' | 'ferretdb'): Made {
  return JSON.parse(readFileSync(join(folder, 'made.json'), 'utf8'))[hub];
}

/** What must be there for ever: names of rows, by table or collection. */
export type Rows = Record<string, string[]>;

export function putEmbedded(dataDir: string): void {
  mkdirSync(dataDir, { recursive: true });
  for (const file of ['carrier.db', 'carrier.db-wal'])
    writeFileSync(join(dataDir, file), unpacked(`embedded-${file}.gz`));
}

export function rowsEmbedded(dataDir: string, key: DataKey | null = null): Rows {
  const db = new Libsql(join(dataDir, 'carrier.db'), underKey(key));
  const column = (sql: string) => (db.prepare(sql).raw().all([]) as [string][]).map(String);
  try {
    return {
      memories: column('select id from memories order by 1'),
      texts: column("select json_extract(body, '$.content.text') from memories order by id"),
      turns: column('select id from turns order by 1'),
      tokens: column('select name from tokens order by 1'),
      files: column('select hash from files order by 1'),
      notes: column('select key from notes where expires is null order by 1'),
      vectors: column('select seq from vectors order by 1'),
    };
  } finally {
    db.close();
  }
}

interface Dumped {
  name: string;
  options: Document;
  documents: Document[];
  indexes: IndexDescription[];
}

/** As it was, collections, validators, indexes and all. */
export async function putMongodb(hub: 'mongodb' | 'ferretdb', url: string, database: string): Promise<void> {
  const dumped: Dumped[] = EJSON.parse(unpacked(`${hub}.json.gz`).toString(), { relaxed: false });
  const client = await new MongoClient(url).connect();
  const db = client.db(database);
  try {
    for (const { name, options, documents, indexes } of dumped) {
      await db.createCollection(name, options);
      const own = indexes.filter((index) => index.name !== '_id_');
      if (own.length > 0) await db.collection(name).createIndexes(own.map(asMade));
      if (documents.length > 0) await db.collection(name).insertMany(documents);
    }
  } finally {
    await client.close();
  }
}

/** A server tells of a text index by its weights, and of every index its version, but wants its keys. */
function asMade({ v: _, weights, textIndexVersion: __, ...index }: IndexDescription & Document) {
  if (!weights) return index;
  return { ...index, key: Object.fromEntries(Object.keys(weights).map((path) => [path, 'text' as const])) };
}

export async function rowsMongodb(url: string, database: string): Promise<Rows> {
  const client = await new MongoClient(url).connect();
  const db = client.db(database);
  const ids = async (name: string, filter: Document = {}) =>
    (await db.collection(name).find(filter).project({ _id: 1 }).toArray())
      .map(({ _id }) => String(_id))
      .sort();
  try {
    const memories = await db.collection('memories').find().sort({ _id: 1 }).toArray();
    return {
      memories: memories.map(({ _id }) => String(_id)),
      texts: memories.map(({ content }) => String(content?.text)),
      turns: await ids('memories', { turn: { $exists: true } }),
      tokens: await ids('tokens'),
      files: await ids('files'),
      chunks: await ids('chunks'),
      notes: await ids('notes', { expiresAt: { $exists: false } }),
      vectors: await ids('memories', { vectors: { $exists: true } }),
    };
  } finally {
    await client.close();
  }
}
