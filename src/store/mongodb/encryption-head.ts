/**
 * Which keys a database's data is under, as its document `encryption` in `meta` says. Every process looks at it at its
 * start and again and again: one that lacks a key stops before data is written under that, and all write under the same.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Db } from 'mongodb';
import { assertKeys, type KeyMark, type KeyRing } from '../../encryption/key-ring.js';
import { type CarrierError, FatalError, RetryableError } from '../../errors.js';
import type { Logger } from '../../logger.js';
import type { Connection } from './connection.js';
import { isTakenId } from './faults.js';
import { indexNames, makeIndex } from './index-maker.js';
import { type Known, requireMigration } from './schema.js';
import { sealedNames } from './sealed-fields.js';
import { type KeysInUse, Sealing } from './sealing.js';

export interface EncryptionHead {
  _id: 'encryption';
  /** All that data may be under. */
  keys: KeyMark[];
  /** The one that what is written goes under, from `since` on (Unix ms), and the one before it until then. */
  current: string;
  since: number;
  before?: string;
  /** Encryption was turned on in a database with data, and some of it may be in the clear. */
  clear?: boolean;
}

/**
 * Null: nothing is encrypted.
 * @throws FatalError `config_invalid` when a key is missing, or is another one, or encryption is to be turned off.
 */
export async function readEncryption(db: Db, ring: KeyRing | null): Promise<EncryptionHead | null> {
  const head = await heads(db).findOne({ _id: 'encryption' });
  const where = `The database "${db.databaseName}"`;
  assertKeys(ring, head?.keys ?? [], where);
  if (head && ring?.off)
    throw new FatalError(
      'config_invalid',
      `${where} stays encrypted: MongoDB's data is not brought back into the clear. Take "off" out of CARRIER_ENCRYPTION_KEYS.`,
      { field: 'CARRIER_ENCRYPTION_KEYS' },
    );
  return head;
}

/** Why this process must not go on, if another one has turned encryption on, or begun with a key that is not here. */
export async function encryptionRefusal(
  db: Db,
  ring: KeyRing | null,
  sealing: Sealing | null,
): Promise<RetryableError | null> {
  try {
    const head = await readEncryption(db, ring);
    if (head) sealing?.adopt(inUseOf(head));
    return null;
  } catch (error) {
    const { code, message } = error as CarrierError;
    // Others can do what is asked of this one.
    return code === 'config_invalid' ? new RetryableError('store_unavailable', message) : null;
  }
}

/**
 * How documents are sealed from now on. The first process with a new key says so in the database, and waits until all
 * others have seen it: those that lack the key have stopped then, and older hubs, which know of no encryption, too.
 * @param fresh nobody has used the database yet
 */
export async function beginSealing(
  connection: Connection,
  ring: KeyRing,
  { known, fresh, log }: { known: Known; fresh: boolean; log: Logger },
): Promise<Sealing> {
  const waitMs = fresh ? 0 : 2 * known.watchMs;
  const found = await connection.run((db) => readEncryption(db, ring));
  await connection.run((db) => requireMigration(db, 'encryption', known));
  if (!found) await turnOn(connection, ring, { since: Date.now() + waitMs, clear: !fresh });
  else if (!found.keys.some(({ id }) => id === ring.current.id))
    await makeCurrent(connection, ring, found, Date.now() + waitMs);
  await connection.slowly(makeKeyIndexes);
  const head = (await connection.run((db) => readEncryption(db, ring)))!;
  const { databaseName: database } = connection.db;
  if (head.current !== ring.current.id)
    log.warn(
      { database, key: head.current },
      'the database goes on under the key that another hub began with; CARRIER_ENCRYPTION_KEYS names another one first',
    );
  const left = Math.min(head.since - Date.now(), waitMs);
  if (left > 0) {
    log.info({ database, key: head.current, ms: left }, 'waiting until every hub has seen the new key');
    await sleep(left);
  }
  return new Sealing(ring, inUseOf({ ...head, since: 0 }));
}

/** What is written goes under the ring's first key from `since` on. Of several that say so at once, one does. */
export async function makeCurrent(
  connection: Connection,
  { current }: KeyRing,
  { current: before, keys }: EncryptionHead,
  since: number,
): Promise<void> {
  const { id, check } = current;
  const known = keys.some((key) => key.id === id);
  await connection.run((db) =>
    heads(db).updateOne(
      { _id: 'encryption', current: before },
      { $set: { current: id, since, before, ...(!known && { keys: [...keys, { id, check }] }) } },
    ),
  );
}

/** Nothing is left in the clear or under another key than the current one. */
export async function keepCurrentAlone(connection: Connection, { current, since, keys }: EncryptionHead) {
  await connection.run((db) =>
    heads(db).updateOne(
      { _id: 'encryption', current, since },
      { $set: { keys: keys.filter(({ id }) => id === current) }, $unset: { clear: '', before: '' } },
    ),
  );
}

export function inUseOf({ keys, current, since, before, clear = false }: EncryptionHead): KeysInUse {
  const now = since > Date.now() && before !== undefined ? before : current;
  return { current: now, ids: keys.map(({ id }) => id), clear };
}

export function heads(db: Db) {
  return db.collection<EncryptionHead>('meta');
}

async function turnOn(
  connection: Connection,
  { current: { id, check } }: KeyRing,
  { since, clear }: { since: number; clear: boolean },
): Promise<void> {
  try {
    await connection.run((db) =>
      heads(db).insertOne({
        _id: 'encryption',
        ...{ keys: [{ id, check }], current: id, since, ...(clear && { clear }) },
      }),
    );
  } catch (error) {
    // Another process was faster.
    if (!isTakenId((error as CarrierError).cause ?? error)) throw error;
  }
}

/** What is in the clear or under an earlier key is found by them; only where there is encryption, since writes pay for it. */
async function makeKeyIndexes(db: Db): Promise<void> {
  for (const name of sealedNames) {
    const there = await indexNames(db, name);
    for (const field of ['key', 'keys'] as const) {
      const index = { name: `sealed_${field}`, key: { [field]: 1, _id: 1 } };
      if (!there.has(index.name)) await makeIndex(db, name, index);
    }
  }
}
