/**
 * All documents of a shared database as files, and back. Fields that are sealed stay sealed: documents are copied as they
 * lie there. Hubs go on meanwhile: what was acknowledged before the copy began is in it.
 */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { type AnyBulkWriteOperation, BSON, type Db, type Document, MongoClient } from 'mongodb';
import { FatalError } from '../../errors.js';
import { type Manifest, writerOf } from '../backup-folder.js';
import { collections, usedCollections } from './indexes.js';
import { restoring as mark } from './unfinished.js';

interface Place {
  url: string;
  database: string;
}

const { EJSON } = BSON;
const ending = '.ndjson.gz';
const batch = 500;

/** What is moved to the archive meanwhile is in both: memories come first. */
const order = ['memories', 'archive'];

export async function backUpCollections(place: Place, folder: string): Promise<void> {
  await withDatabase(place, async (db) => {
    const there = await db.listCollections({}, { nameOnly: true }).toArray();
    const names = there
      .map(({ name }) => name)
      .filter((name) => (collections as readonly string[]).includes(name));
    if (!names.includes('memories'))
      throw new FatalError('config_invalid', `There is no hub's data in the database "${db.databaseName}".`, {
        field: 'CARRIER_MONGODB_DATABASE',
      });
    const rank = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
    for (const name of names.sort((a, b) => rank(a) - rank(b))) {
      const documents = db
        .collection(name)
        .find({}, { readConcern: { level: 'majority' } })
        .batchSize(batch);
      const lines = async function* () {
        for await (const document of documents) yield `${EJSON.stringify(document, { relaxed: false })}\n`;
      };
      await pipeline(Readable.from(lines()), createGzip(), writerOf(join(folder, `${name}${ending}`)));
    }
  });
}

/**
 * Goes on where one of the same backup was cut off.
 * @throws FatalError `config_invalid` where a hub's data lies there, or a part of another backup.
 */
export async function restoreCollections(
  folder: string,
  { begunAt, files: listed }: Pick<Manifest, 'begunAt' | 'files'>,
  place: Place,
  /** What belongs into the data folder, put there once it is known that there is room. */
  before: () => Promise<void>,
): Promise<void> {
  await withDatabase(place, async (db) => {
    const meta = db.collection('meta');
    const files = Object.keys(listed);
    await assertRoom(db, begunAt);
    await before();
    await meta.updateOne(mark, { $set: { at: new Date(), backup: begunAt } }, { upsert: true });
    const names = files.filter((file) => file.endsWith(ending)).map((file) => file.slice(0, -ending.length));
    // The schema, which lets hubs in, comes last.
    for (const name of [...names.filter((one) => one !== 'meta'), 'meta'])
      if (names.includes(name)) await restoreOne(db, name, join(folder, `${name}${ending}`));
    await meta.deleteOne(mark);
  });
}

/** A hub that has only started there has left tokens and audit rows, which no backup may be mixed with. */
async function assertRoom(db: Db, backup: string): Promise<void> {
  const begun = await db.collection('meta').findOne(mark);
  const refused = (how: string) =>
    new FatalError(
      'config_invalid',
      `The database "${db.databaseName}" ${how}. Name another one with CARRIER_MONGODB_DATABASE, or drop it.`,
      { field: 'CARRIER_MONGODB_DATABASE' },
    );
  if (begun) {
    // An older Carrier did not say which.
    if ((begun.backup ?? backup) === backup) return;
    throw refused(`holds a part of another backup, that of ${begun.backup}`);
  }
  for (const name of usedCollections)
    if ((await db.collection(name).findOne({})) !== null) throw refused('is not empty');
}

async function restoreOne(db: Db, name: string, file: string): Promise<void> {
  const collection = db.collection<Document>(name);
  const lines = createInterface({
    input: createReadStream(file).pipe(createGunzip()),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  let waiting: AnyBulkWriteOperation<Document>[] = [];
  const write = async () => {
    if (waiting.length > 0)
      await collection.bulkWrite(waiting, { ordered: false, writeConcern: { w: 'majority' } });
    waiting = [];
  };
  for await (const line of lines) {
    const document = EJSON.parse(line, { relaxed: false }) as Document;
    waiting.push({
      replaceOne: { filter: { _id: document._id }, replacement: document, upsert: true },
    });
    if (waiting.length >= batch) await write();
  }
  await write();
}

async function withDatabase(place: Place, work: (db: Db) => Promise<void>): Promise<void> {
  const client = new MongoClient(place.url, { serverSelectionTimeoutMS: 10_000 });
  try {
    await work(client.db(place.database));
  } finally {
    await client.close();
  }
}
