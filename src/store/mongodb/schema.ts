/**
 * Which migrations a shared database has had, as its document `schema` in `meta` says. It is written when all of them
 * are done, so a process that is killed before leaves the work to the next one, and many may do it at once.
 *
 * Collections, validators and indexes are declared in `indexes.ts`; a step here is for what is in the documents.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Db } from 'mongodb';
import { FatalError, RetryableError } from '../../errors.js';
import { type Migration, type MigrationName, migrations, oldestFor } from '../migrations.js';
import { isTakenId } from './faults.js';

/** May be repeated, by many processes at once, also on what a newer hub wrote meanwhile. */
type Step = (db: Db) => Promise<void>;

/** Null where indexes and validators, if anything, are all that changes. */
const steps: Record<MigrationName, Step | null> = {
  base: null,
  notes: null,
  retention: null,
  audit: null,
  'turn-states': null,
  'file-owners': null,
  deliveries: null,
  words: null,
  'audit-chain': null,
  records: null,
  encryption: null,
};

/** How often a running process looks whether it may go on, in ms. */
const watchMs = 10_000;

/** What a database without the document has had: hubs did not write one before they had the audit log. */
const undocumented = 3;

export interface Schema {
  /** How many migrations the database has had; 0: there is none yet. */
  version: number;
  names: string[];
  /** The least version that a process must know. */
  oldest: number;
}

interface SchemaDocument extends Schema {
  _id: 'schema';
}

/** What this code knows. */
export interface Known {
  migrations: readonly Migration[];
  steps: Readonly<Record<string, Step | null>>;
  watchMs: number;
}

export const known: Known = { migrations, steps, watchMs };

/** Throws `config_invalid` for a database that this code is too old for. */
export async function readSchema(db: Db, { migrations } = known): Promise<Schema> {
  const schema = (await collection(db).findOne({ _id: 'schema' })) ?? (await guessed(db, migrations));
  const problem = tooOld(db, schema, migrations);
  if (problem) throw new FatalError('config_invalid', problem, { field: 'CARRIER_MONGODB_DATABASE' });
  return schema;
}

/** What a newer hub has brought, and this code goes on without. */
export function unknownTo({ migrations }: Known, { names }: Schema): string[] {
  const ours = new Set(migrations.map(({ name }) => name));
  return names.filter((name) => !ours.has(name));
}

/**
 * Processes that are too old for what is to come must have stopped before anything changes: they are told, and given
 * the time to see it. Resolves at once where all that is to come is compatible.
 */
export async function warnOlder(db: Db, schema: Schema, { migrations, watchMs } = known): Promise<void> {
  const coming = missing(schema, migrations);
  if (schema.version === 0 || coming.every(({ compatible }) => compatible)) return;
  const { version, names } = schema;
  const oldest = oldestFor(migrations);
  // A database without the document gets one, so that there is something to be seen.
  await upward(db, { version, names }, { oldest: { $lt: oldest } }, { $set: { oldest } });
  await sleep(2 * watchMs);
}

/** Does what the database lacks. Call it when collections and indexes are there; gives back what it has had then. */
export async function bringUp(db: Db, schema: Schema, { migrations, steps } = known): Promise<Schema> {
  const lacking = missing(schema, migrations);
  if (lacking.length === 0) return schema;
  for (const { name } of lacking) await steps[name]?.(db);
  const version = migrations.length;
  // Encryption may ask for more.
  const brought = {
    $set: { version, names: migrations.map(({ name }) => name) },
    $max: { oldest: oldestFor(migrations) },
  };
  await upward(db, {}, { version: { $lt: version } }, brought);
  // A newer hub may have been faster.
  return readSchema(db, { migrations, steps, watchMs });
}

/** From now on the database is for those alone that know this migration. */
export async function requireMigration(db: Db, name: MigrationName, { migrations } = known): Promise<void> {
  const oldest = migrations.findIndex((migration) => migration.name === name) + 1;
  await collection(db).updateOne({ _id: 'schema', oldest: { $lt: oldest } }, { $set: { oldest } });
}

/** Why this process must not go on, if a newer hub has said so since it started; throws where nobody answers. */
export async function refusalOf(db: Db, { migrations } = known): Promise<RetryableError | null> {
  const schema = await collection(db).findOne({ _id: 'schema' });
  const problem = schema && tooOld(db, schema, migrations);
  // Others can do what is asked of this one.
  return problem ? new RetryableError('store_unavailable', problem) : null;
}

function tooOld(db: Db, { version, oldest }: Schema, ours: readonly Migration[]): string | null {
  if (oldest <= ours.length) return null;
  return (
    `The database "${db.databaseName}" was written by a newer hub (schema ${version}, for hubs that know at least ` +
    `${oldest}; this one knows ${ours.length}). Start that version here too, or set CARRIER_MONGODB_DATABASE to ` +
    'another database.'
  );
}

function missing({ names }: Schema, ours: readonly Migration[]): Migration[] {
  return ours.filter(({ name }) => !names.includes(name));
}

async function guessed(db: Db, ours: readonly Migration[]): Promise<Schema> {
  const there = await db.listCollections({ name: 'memories' }, { nameOnly: true }).hasNext();
  const names = ours.slice(0, there ? undocumented : 0).map(({ name }) => name);
  return { version: names.length, names, oldest: 0 };
}

/** Only where what is there is less, or nothing is there. */
async function upward(
  db: Db,
  first: Partial<Schema>,
  less: { version: { $lt: number } } | { oldest: { $lt: number } },
  update: { $set: Partial<Schema>; $max?: Partial<Schema> },
): Promise<void> {
  try {
    await collection(db).updateOne(
      { _id: 'schema', ...less },
      { ...update, ...(Object.keys(first).length > 0 && { $setOnInsert: first }) },
      { upsert: true },
    );
  } catch (error) {
    // It is there, and not less.
    if (!isTakenId(error)) throw error;
  }
}

function collection(db: Db) {
  return db.collection<SchemaDocument>('meta');
}
