import type { Collection } from '../collection.js';
import type { Cursors } from '../cursors.js';
import { fail, notImplemented } from '../errors.js';
import type { Faults } from '../faults.js';
import { type Doc, isNumber, isPlain, toNumber } from '../query/values.js';
import type { Store } from '../store.js';
import type { Topology } from '../topology.js';

export interface Settings {
  host: string;
  port: number;
  replicaSet?: string;
  search: boolean;
  /** Answers as a mongos; see `shards.ts`. */
  cluster: boolean;
  /** How long a new search index stays PENDING. */
  searchDelayMs: number;
  /** How long a change takes to be seen by searches, which on Atlas is never at once; `Infinity`: never. */
  searchLagMs: number;
  /** Search indexes at most; Atlas M0 allows three. 0: any number. */
  searchIndexes: number;
  /** What every command on search indexes fails with, as while their management is away (125); 0: nothing. */
  searchManagementCode: number;
  /** Kinds of indexes that are taken and left without effect, as some engines do: `unique`, `partial`, `text`, `ttl`. */
  ignoredIndexes: string[];
  /** Locks the catalogue for so long to make an index; whoever makes another meanwhile is in a deadlock. 0: it does not. */
  indexLockMs: number;
  /** Seconds between two passes of the TTL monitor. */
  ttlSeconds: number;
}

export interface Request {
  command: Doc;
  database: string;
  store: Store;
  cursors: Cursors;
  faults: Faults;
  settings: Settings;
  topology: Topology;
  connection: { id: number; appName?: string };
}

export interface Command {
  /** Fields beyond those every command may have. */
  fields: string[];
  /** Fields a real server has and this one refuses. */
  refused?: string[];
  /** The reply waits for the disk, and a write concern may be given. */
  writes?: boolean;
  run(request: Request): Doc | Promise<Doc>;
}

const generic = new Set([
  ...['$db', 'lsid', 'txnNumber', '$clusterTime', '$readPreference', 'comment', 'maxTimeMS', 'apiVersion'],
  ...[
    'apiStrict',
    'apiDeprecationErrors',
    'readConcern',
    'writeConcern',
    'startTransaction',
    'autocommit',
    '$audit',
  ],
]);

const readLevels = ['local', 'available', 'majority', 'linearizable', 'snapshot'];

/** Unknown fields and impossible concerns are refused before anything runs. */
export function checkFields(name: string, { fields, refused = [], writes }: Command, command: Doc): void {
  for (const field of Object.keys(command)) {
    if (field === name || generic.has(field) || fields.includes(field)) continue;
    if (refused.includes(field)) notImplemented(`the field '${name}.${field}'`);
    if (field === 'collation') {
      if (isPlain(command.collation) && command.collation.locale !== 'simple') notImplemented('a collation');
      continue;
    }
    if (field === 'let') {
      if (isPlain(command.let) && Object.keys(command.let).length) notImplemented(`the field '${name}.let'`);
      continue;
    }
    fail('IDLUnknownField', `BSON field '${name}.${field}' is an unknown field.`);
  }
  if (command.startTransaction !== undefined || command.autocommit !== undefined)
    notImplemented('a multi-document transaction');
  const { readConcern, writeConcern } = command;
  if (isPlain(readConcern) && readConcern.level !== undefined) {
    if (!readLevels.includes(String(readConcern.level)))
      fail(
        'BadValue',
        `Enumeration value '${String(readConcern.level)}' for field 'readConcern.level' is not a valid value.`,
      );
    if (readConcern.level === 'snapshot') notImplemented('readConcern snapshot');
  }
  if (writeConcern !== undefined && !writes) fail('InvalidOptions', 'Command does not support writeConcern');
}

/** The write concern error of a reply, where the one server there is cannot satisfy it. */
export function writeConcernProblem({ command, settings }: Request): Doc | undefined {
  if (!isPlain(command.writeConcern)) return;
  const { w } = command.writeConcern;
  if (w === undefined || w === 'majority' || (isNumber(w) && toNumber(w) <= 1)) return;
  if (!settings.replicaSet)
    fail('BadValue', "cannot use non-majority 'w' mode when a host is not a member of a replica set");
  return { code: 100, codeName: 'UnsatisfiableWriteConcern', errmsg: 'Not enough data-bearing nodes' };
}

export function collectionName(request: Request, name: string): string {
  const value = request.command[name];
  if (typeof value !== 'string') fail('InvalidNamespace', `collection name has invalid type ${typeof value}`);
  if (!value) fail('InvalidNamespace', `Invalid namespace specified '${request.database}.'`);
  return value;
}

export function findCollection(request: Request, name: string): Collection | undefined {
  return request.store.find(request.database, collectionName(request, name));
}

/** The names of fields of a part of a command, checked. */
export function checkPart(where: string, part: Doc, known: string[]): void {
  for (const field of Object.keys(part)) {
    if (known.includes(field)) continue;
    if (field === 'collation') {
      if (isPlain(part.collation) && part.collation.locale !== 'simple') notImplemented('a collation');
      continue;
    }
    fail('IDLUnknownField', `BSON field '${where}.${field}' is an unknown field.`);
  }
}

export function documentList(request: Request, field: string, name: string): Doc[] {
  const value = request.command[field];
  if (!Array.isArray(value)) fail(40414, `BSON field '${name}.${field}' is missing but a required field`);
  if (!value.length) fail(16, `Write batch sizes must be between 1 and 100000. Got 0 operations.`);
  if (value.length > 100_000)
    fail(16, `Write batch sizes must be between 1 and 100000. Got ${value.length} operations.`);
  return value as Doc[];
}
