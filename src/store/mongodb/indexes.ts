/**
 * Collections, indexes and validation, made at start. All of it may be repeated, by many processes at once; but only by
 * one that knows all the database has had, or it would undo what a newer one made.
 */
import { type Db, type Document, type IndexDescription, MongoServerError } from 'mongodb';
import { has, shardedIngestion } from './abilities.js';
import { isNoValidator, isPassing } from './faults.js';

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
];

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

const plain: IndexDescription[] = [
  { name: 'room', key: { roomId: 1, _id: 1 } },
  { name: 'scope', key: { agentId: 1, scope: 1, kind: 1, _id: -1 } },
];

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
  const missing = collections.filter((name) => name !== 'memories' && !there.has(name));
  const [validation] = await Promise.all([
    makeMemories(db, there.get('memories')),
    ...missing.map((name) => makeCollection(db, name)),
  ]);
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
  return validates(() => db.command({ collMod: 'memories', validator }));
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
    await db.createCollection(name, options);
  } catch (error) {
    const namespaceExists = 48;
    if (!(error instanceof MongoServerError && error.code === namespaceExists)) throw error;
  }
}

export interface MadeIndexes {
  partialIndexes: boolean;
  textIndex: boolean;
  ttl: boolean;
}

/** What the indexes that are there say of the server, where none may be made. */
export function foundIndexes(there: ReadonlySet<string>): MadeIndexes {
  return { partialIndexes: there.has('open'), textIndex: there.has('words'), ttl: there.has('expiring') };
}

/**
 * @param search where a search node finds words, this database needs no index of them
 * @param there names of the indexes that exist; a changed index needs a changed name
 */
export async function makeIndexes(
  db: Db,
  { sharded, search, there }: { sharded: boolean; search: boolean; there: ReadonlySet<string> },
): Promise<MadeIndexes> {
  const unique: IndexDescription[] = sharded
    ? [
        { name: shardedIngestion, key: { roomId: 1, ingest: 1 }, unique: true },
        { name: 'ingest', key: { ingest: 1 } },
      ]
    : [{ name: 'ingestion', key: { ingest: 1 }, unique: true }];
  const [, partialIndexes, textIndex, ttl] = await Promise.all([
    make(db, [...unique, ...plain], there),
    makePartial(db, there),
    search ? false : makeTextIndex(db, there),
    expireNotes(db),
    has(() => makeExpiring(db, there)),
    makeFileIndexes(db),
    db.collection('audit').createIndexes([{ name: 'operation', key: { operation: 1, _id: -1 } }]),
  ]);
  if (!search && !textIndex) await make(db, [{ name: 'terms', key: { terms: 1, _id: -1 } }], there);
  return { partialIndexes, textIndex, ttl };
}

async function makeExpiring(db: Db, there: ReadonlySet<string>): Promise<void> {
  await make(db, [expiring], there);
  await db.collection('archive').createIndexes([expiring]);
}

async function makeFileIndexes(db: Db): Promise<void> {
  const { partialFilterExpression: _, name, ...key } = naming;
  const whole = { ...key, name: `all_${name}` };
  const there = await indexNames(db, 'archive');
  if (there.has(whole.name) || !(await has(() => make(db, [naming], there, 'archive'))))
    await make(db, [whole], there, 'archive');
  const ofFiles = [
    { name: 'of_person', key: { person: 1, counted: 1 } },
    { name: 'of_place', key: { place: 1, counted: 1 } },
    { name: 'look', key: { lookAt: 1 } },
  ] as const;
  await make(db, [...ofFiles], await indexNames(db, 'files'), 'files');
}

/** What of an agent is older than a time; only where something expires, since every write pays for an index. */
export async function makeAgeIndexes(db: Db): Promise<void> {
  const age = [{ name: 'age', key: { agentId: 1, kind: 1, createdAt: 1 } } as const];
  await make(db, age, await indexNames(db));
  await db.collection('archive').createIndexes(age);
}

/** No vector of this embedder is left: nobody will ask what lacks one. */
export async function dropEmbedderIndex(db: Db, key: string): Promise<void> {
  const name = `lacks_${key}`;
  if ((await indexNames(db)).has(name)) await db.collection('memories').dropIndex(name).catch(orGone);
}

/** Another process was faster. */
function orGone(error: unknown): void {
  const indexNotFound = 27;
  if (!(error instanceof MongoServerError && error.code === indexNotFound)) throw error;
}

/** Readers judge a note's time themselves; where the server knows no such index, notes stay until they are taken. */
function expireNotes(db: Db): Promise<boolean> {
  const expiry: IndexDescription = { name: 'expiry', key: { expiresAt: 1 }, expireAfterSeconds: 0 };
  return has(() => db.collection('notes').createIndexes([expiry]));
}

/** What lacks a vector of this embedder, found without reading what has one. */
export async function makeEmbedderIndex(db: Db, key: string): Promise<void> {
  const index = { name: `lacks_${key}`, key: { embeds: 1, [`has.${key}`]: 1, _id: 1 } } as const;
  const only = { partialFilterExpression: { embeds: true } };
  const there = await indexNames(db);
  if (await has(() => make(db, [{ ...index, ...only }], there))) return;
  await make(db, [index], there);
}

export async function indexNames(db: Db, collection = 'memories'): Promise<Set<string>> {
  const indexes = await db.collection(collection).listIndexes().toArray();
  return new Set(indexes.map(({ name }) => name as string));
}

/** Only what is missing: FerretDB 1.24 dies of some of the others. */
async function make(
  db: Db,
  indexes: IndexDescription[],
  there: ReadonlySet<string>,
  collection = 'memories',
): Promise<void> {
  const missing = indexes.filter(({ name }) => !there.has(name!));
  if (missing.length > 0) await db.collection(collection).createIndexes(missing);
}

/** Where the server does not know the option, plain ones under other names, which a restart finds. */
async function makePartial(db: Db, there: ReadonlySet<string>): Promise<boolean> {
  // A unique index must be partial or be left out: all documents without the field would have the same key.
  const whole = partial
    .filter(({ unique }) => !unique)
    .map(({ partialFilterExpression: _, name, ...index }) => ({ ...index, name: `all_${name}` }));
  if (!there.has(whole[0]!.name) && (await has(() => make(db, partial, there)))) return true;
  await make(db, whole, there);
  return false;
}

/** Terms are hashes: `none` leaves them alone. Servers without text indexes refuse with all kinds of codes. */
async function makeTextIndex(db: Db, there: ReadonlySet<string>): Promise<boolean> {
  try {
    await make(db, [{ name: 'words', key: { terms: 'text' }, default_language: 'none' }], there);
    return true;
  } catch (error) {
    if (error instanceof MongoServerError && !isPassing(error)) return false;
    throw error;
  }
}
