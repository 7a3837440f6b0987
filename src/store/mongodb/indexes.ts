/**
 * Collections, indexes and validation, made at start. All of it may be repeated, by many processes at once; but only by
 * one that knows all the database has had, or it would undo what a newer one made.
 */
import { type Db, type Document, type IndexDescription, MongoServerError } from 'mongodb';
import { FatalError } from '../../errors.js';
import type { Logger } from '../../logger.js';
import { type MadeIndexes, shardedIngestion } from './abilities.js';
import { isLacking, isNoValidator } from './faults.js';
import { dropIndex, IndexMaker, indexNames, makeIndex } from './index-maker.js';
import { persistently } from './persistence.js';
import { probeIndexes } from './probes.js';

export const collections = [
  'memories',
  'embedders',
  'tokens',
  'files',
  'chunks',
  'notes',
  'meta',
  'archive',
  'audit',
  'audit_chain',
  'records',
];
/** Without these, nobody has used the database yet. */
export const usedCollections = collections.filter((name) => name !== 'meta' && name !== 'embedders');

/**
 * Only what the promises hang on. `ingest` in an index of its own is what makes a key unique; a sharded cluster
 * enforces a unique index only where the shard key is its prefix, so there it begins with that: see `shard.ts`.
 */
const validator = {
  $jsonSchema: {
    bsonType: 'object',
    required: ['_id', 'ingest', 'agentId', 'roomId', 'kind', 'status'],
    properties: {
      _id: { bsonType: 'string' },
      ingest: { bsonType: 'string' },
      agentId: { bsonType: 'string' },
      roomId: { bsonType: 'string' },
      scope: { bsonType: 'string' },
      kind: { enum: ['message', 'fact', 'summary', 'document', 'turn'] },
      status: { enum: ['pending', 'handled', 'failed', 'kept'] },
    },
  },
};

/** Which memories name a file. */
const naming: IndexDescription = {
  name: 'files',
  key: { 'content.attachments.file': 1 },
  partialFilterExpression: { 'content.attachments.file': { $exists: true } },
};

/**
 * A worker that lost its room may come back with a turn of other messages than the one that has it now:
 * an older message may have come in between. What both cover, one of them may commit.
 */
export const covered: IndexDescription = {
  name: 'covered',
  key: { roomId: 1, 'turn.covers': 1 },
  unique: true,
  partialFilterExpression: { 'turn.covers.0': { $exists: true } },
};

/** Indexes of what waits, which is little, and of what has files; and the one that lets every message have one turn. */
const partial: IndexDescription[] = [
  covered,
  {
    name: 'open',
    key: { roomId: 1, open: 1, _id: 1 },
    partialFilterExpression: { open: { $exists: true } },
  },
  {
    name: 'waiting',
    key: { createdAt: 1, open: 1, roomId: 1 },
    partialFilterExpression: { open: { $exists: true } },
  },
  {
    name: 'decidable',
    key: { waitsUntil: 1, roomId: 1 },
    partialFilterExpression: { waitsUntil: { $exists: true } },
  },
  naming,
  { name: 'due', key: { roomId: 1, due: 1, _id: 1 }, partialFilterExpression: { due: { $exists: true } } },
  { name: 'outbound', key: { 'outbox.id': 1 }, partialFilterExpression: { due: { $exists: true } } },
  {
    name: 'given_up',
    key: { 'outbox.id': 1, 'outbox.attempts': 1 },
    partialFilterExpression: { 'outbox.error': { $exists: true } },
  },
  {
    name: 'undelivered',
    key: { 'outbox.createdAt': 1, due: 1, roomId: 1 },
    partialFilterExpression: { due: { $exists: true } },
  },
];

/** Terms are hashes: `none` leaves them alone. */
const words: IndexDescription = { name: 'words', key: { terms: 'text' }, default_language: 'none' };
/** Where there is neither a search node nor a text index. */
const terms: IndexDescription = { name: 'terms', key: { terms: 1, _id: -1 } };

const plain: IndexDescription[] = [
  { name: 'room', key: { roomId: 1, _id: 1 } },
  { name: 'scope', key: { agentId: 1, scope: 1, kind: 1, _id: -1 } },
];

/** A row is written once, whatever became of an answer. Its `_id` is its number. */
const ofAudit: IndexDescription[] = [
  { name: 'row', key: { id: 1 }, unique: true },
  { name: 'operation', key: { operation: 1, id: -1 } },
];

const ofFiles: IndexDescription[] = [
  { name: 'of_person', key: { person: 1, counted: 1 } },
  { name: 'of_place', key: { place: 1, counted: 1 } },
  { name: 'look', key: { lookAt: 1 } },
];

const ofRecords: IndexDescription[] = [
  { name: 'of_group', key: { group: 1, _id: 1 } },
  { name: 'due', key: { kind: 1, due: 1, _id: 1 } },
];

/** What of an agent is older than a time. */
const age: IndexDescription = { name: 'age', key: { agentId: 1, kind: 1, createdAt: 1 } };

/** Readers judge a note's time themselves; where the server knows no such index, notes stay until they are taken. */
const noteExpiry: IndexDescription = { name: 'expiry', key: { expiresAt: 1 }, expireAfterSeconds: 0 };

/** What `expiry.ts` has dated goes at its date. */
const expiring: IndexDescription = {
  name: 'expiring',
  key: { expiresAt: 1 },
  expireAfterSeconds: 0,
  partialFilterExpression: { expiresAt: { $exists: true } },
};

/** Gives back whether the server validates. */
export async function makeCollections(db: Db): Promise<boolean> {
  const found = await db.listCollections({}, { nameOnly: false }).toArray();
  const there = new Map(found.map(({ name, options }) => [name, options]));
  const missing = [...collections, 'probes'].filter((name) => name !== 'memories' && !there.has(name));
  // One after another, as the indexes: engines that lock their catalogue make one of two give way.
  const validation = await makeMemories(db, there.get('memories'));
  for (const name of missing) await makeCollection(db, name);
  return validation;
}

/** Whether the server validates, without putting a validator there. */
export async function isValidated(db: Db): Promise<boolean> {
  const [memories] = await db.listCollections({ name: 'memories' }, { nameOnly: false }).toArray();
  return memories?.options?.validator !== undefined;
}

async function makeMemories(db: Db, there: Document | undefined): Promise<boolean> {
  // Put only where it differs: it holds up everyone, and a newer hub may be bringing the database up right now.
  if (JSON.stringify(there?.validator) === JSON.stringify(validator)) return true;
  if (!there && (await validates(() => makeCollection(db, 'memories', { validator })))) return true;
  if (!there) await makeCollection(db, 'memories');
  return validates(() => persistently(() => db.command({ collMod: 'memories', validator })));
}

/** False when the server does not take the validator; what it lacks is told with the rest, and it is asked again at every start. */
async function validates(put: () => Promise<unknown>): Promise<boolean> {
  try {
    await put();
    return true;
  } catch (error) {
    if (isNoValidator(error)) return false;
    throw error;
  }
}

async function makeCollection(db: Db, name: string, options: { validator?: object } = {}): Promise<void> {
  try {
    await persistently(() => db.createCollection(name, options));
  } catch (error) {
    const namespaceExists = 48;
    if (!(error instanceof MongoServerError && error.code === namespaceExists)) throw error;
  }
}

/** What the indexes that are there say of the server, where none may be made. */
export function foundIndexes(there: ReadonlySet<string>): MadeIndexes {
  return {
    ...{ partialIndexes: there.has('open'), textIndex: there.has('words'), ttl: there.has('expiring') },
    refusedIndexes: [],
  };
}

/**
 * Makes what is missing, and finds out what it does: some servers take an option they do not know, without effect.
 * Throws `config_invalid` for a server that keeps no key unique.
 *
 * @param search where a search node finds words, this database needs no index of them
 */
export async function makeIndexes(
  db: Db,
  { sharded, search, log }: { sharded: boolean; search: boolean; log: Logger },
): Promise<MadeIndexes> {
  const maker = new IndexMaker(db, log);
  const does = await probeIndexes(db, (collection, index) => maker.make(collection, index));
  if (!does.unique) {
    throw new FatalError(
      'config_invalid',
      'This database server keeps no unique index, so a message could be answered twice. Use another server.',
      { field: 'MONGODB_URL' },
    );
  }
  await makeUnique(maker, sharded);
  const partialIndexes = await makePartial(maker, does.partial);
  for (const index of plain) await maker.make('memories', index);
  const textIndex = !search && does.text && (await maker.make('memories', words));
  if (!search && !textIndex) await maker.make('memories', terms);
  await makeFileIndexes(maker, does.partial);
  await maker.make('audit', { name: 'operation', key: { operation: 1, _id: -1 } });
  for (const index of ofAudit) await maker.make('audit_chain', index);
  for (const index of ofRecords) await maker.make('records', index);
  const ttl = await makeExpiring(db, maker);
  return { partialIndexes, textIndex, ttl, refusedIndexes: maker.refused.filter(isNoProbe) };
}

const isNoProbe = (name: string) => !name.startsWith('probes.');

async function makeUnique(maker: IndexMaker, sharded: boolean): Promise<void> {
  if (!sharded) {
    await maker.need('memories', { name: 'ingestion', key: { ingest: 1 }, unique: true });
    return;
  }
  await maker.need('memories', { name: shardedIngestion, key: { roomId: 1, ingest: 1 }, unique: true });
  await maker.make('memories', { name: 'ingest', key: { ingest: 1 } });
}

/** Where the server does not know the option, plain ones under other names, which a restart finds. */
async function makePartial(maker: IndexMaker, known: boolean): Promise<boolean> {
  // A unique index must be partial or be left out: all documents without the field would have the same key.
  const whole = partial.filter(({ unique }) => !unique).map(wholeOf);
  if (!known) await maker.drop('memories', covered.name!);
  const asWhole = await maker.has('memories', whole[0]!.name!);
  if (known && !asWhole) {
    for (const index of partial) await maker.make('memories', index);
    return maker.has('memories', covered.name!);
  }
  for (const index of whole) await maker.make('memories', index);
  return false;
}

function wholeOf({ partialFilterExpression: _, name, ...index }: IndexDescription): IndexDescription {
  return { ...index, name: `all_${name}` };
}

async function makeFileIndexes(maker: IndexMaker, isPartial: boolean): Promise<void> {
  const whole = wholeOf(naming);
  const asWhole = !isPartial || (await maker.has('archive', whole.name!));
  await maker.make('archive', asWhole ? whole : naming);
  for (const index of ofFiles) await maker.make('files', index);
}

/** Whether the server removes what has expired: one that forgets when an index lets expire does not. */
async function makeExpiring(db: Db, maker: IndexMaker): Promise<boolean> {
  await maker.make('notes', noteExpiry);
  const made = await maker.make('memories', expiring);
  if (!made || !(await maker.make('archive', expiring))) return false;
  const indexes = await db.collection('memories').listIndexes().toArray();
  return indexes.some(({ name, expireAfterSeconds }) => name === expiring.name && expireAfterSeconds === 0);
}

/** Only where something expires, since every write pays for an index. */
export async function makeAgeIndexes(db: Db): Promise<void> {
  for (const collection of ['memories', 'archive']) {
    if (!(await indexNames(db, collection)).has(age.name!)) await makeIndex(db, collection, age);
  }
}

/** Of words, where a search node that is there refuses an index of them. */
export async function makeTermsIndex(db: Db): Promise<void> {
  if (!(await indexNames(db)).has(terms.name!)) await makeIndex(db, 'memories', terms);
}

/** What lacks a vector of this embedder, found without reading what has one. */
export async function makeEmbedderIndex(db: Db, key: string): Promise<void> {
  const index = { name: `lacks_${key}`, key: { embeds: 1, [`has.${key}`]: 1, _id: 1 } } as const;
  if ((await indexNames(db)).has(index.name)) return;
  try {
    await makeIndex(db, 'memories', { ...index, partialFilterExpression: { embeds: true } });
  } catch (error) {
    if (!isLacking(error)) throw error;
    await makeIndex(db, 'memories', index);
  }
}

/** No vector of this embedder is left: nobody will ask what lacks one. */
export async function dropEmbedderIndex(db: Db, key: string): Promise<void> {
  const name = `lacks_${key}`;
  if ((await indexNames(db)).has(name)) await dropIndex(db, 'memories', name);
}
