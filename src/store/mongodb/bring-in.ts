/**
 * What another store holds is written here: as documents, since the ports would give it other times and states. Each has an
 * id that follows from what it is, so it may be written again after a crash.
 */
import { createHash } from 'node:crypto';
import { Binary, type Collection, type Document, MongoBulkWriteError } from 'mongodb';
import { derivedId, idAfter } from '../../core/ids.js';
import { FatalError } from '../../errors.js';
import type { Batch, Part, Position, WholeEntry, WholeFile, WholeOutbound, WholeStore } from '../whole.js';
import type { Connection } from './connection.js';
import { documentOf, type MemoryDocument, Open, storedOutbound, turnDocumentOf } from './documents.js';
import { hasTakenId } from './faults.js';
import { chunkBytes, chunkId } from './file-documents.js';
import { usedCollections } from './indexes.js';
import type { CopyMark } from './unfinished.js';

type Tell = (part: Part, done: number) => void;

/** A slow server must have written them before an operation counts as hanging. */
const mostAtOnce = 100;

/** Where each part goes. */
const places = {
  ...{ entries: 'memories', files: 'files', notes: 'notes', records: 'records', tokens: 'tokens' },
  ...{ olderAudit: 'audit', audit: 'audit_chain' },
} as const satisfies Record<Part, string>;

/** @throws FatalError `config_invalid` where somebody has used the database, unless this copy began there. */
export async function assertRoom(connection: Connection, copy: string | null): Promise<void> {
  const mark = await markOf(connection);
  if (mark && mark.copy === copy) return;
  for (const name of usedCollections)
    if (mark || (await connection.run((db) => db.collection(name).findOne({}))) !== null)
      throw new FatalError(
        'config_invalid',
        `The database "${connection.db.databaseName}" ${mark ? "holds another folder's copy" : 'is not empty'}. Name another one with ` +
          'CARRIER_MONGODB_DATABASE, or drop it.',
        { field: 'CARRIER_MONGODB_DATABASE' },
      );
}

/** Hubs stay out until it is whole. A copy that is whole already is left alone. */
export async function bringIn(
  connection: Connection,
  {
    copy,
    store,
    counts,
    tell,
  }: { copy: string; store: WholeStore; counts: Record<Part, number>; tell: Tell },
): Promise<void> {
  const meta = connection.collection<CopyMark>('meta');
  const mark = await markOf(connection);
  if (mark?.doneAt) return;
  await connection.repeatable(() => meta.updateOne({ _id: 'copying' }, { $set: { copy } }, { upsert: true }));
  /** Batch by batch from where it was cut off; `next` is noted when all before it is there. */
  const bring = async <T>(
    part: Part,
    batches: (from?: Position) => Iterable<Batch<T>>,
    take: (items: T[]) => Promise<void>,
  ) => {
    const begun = mark?.parts?.[part];
    let done = begun?.done ?? 0;
    for (const { items, next } of batches(begun?.next)) {
      await take(items);
      done += items.length;
      const reached = { [`parts.${part}`]: { next, done } };
      await connection.repeatable(() => meta.updateOne({ _id: 'copying' }, { $set: reached }));
      tell(part, done);
    }
  };
  const write = <T>(
    part: Part,
    batches: (from?: Position) => Iterable<Batch<T>>,
    documentFor: (one: T) => Document,
  ) => bring(part, batches, (items) => putAll(connection, places[part], items.map(documentFor)));
  await bring(
    'files',
    (from) => store.files(from),
    async (files) => {
      for (const file of files) await bringFile(connection, file);
    },
  );
  await write('entries', (from) => store.entries(from), entryDocument);
  await write(
    'notes',
    (from) => store.notes(from),
    ({ key, value, expires }) => ({
      ...{ _id: key, value, version: copy },
      ...(expires !== null && { expiresAt: new Date(expires) }),
    }),
  );
  await write(
    'records',
    (from) => store.records(from),
    ({ kind, id, version, value, group, due }) => ({
      ...{ _id: `${kind}/${id}`, kind, version, mark: copy, value },
      ...(group !== null && { group: `${kind}/${group}` }),
      ...(due !== null && { due }),
    }),
  );
  await write(
    'tokens',
    (from) => store.tokens(from),
    ({ name, ...token }) => ({ _id: name, ...token }),
  );
  await write(
    'olderAudit',
    (from) => store.olderAudit(from),
    ({ id, ...row }) => ({ _id: id, ...row }),
  );
  await write(
    'audit',
    (from) => store.audit(from),
    ({ seq, ...link }) => ({ _id: seq, ...link }),
  );
  await keepHead(connection);
  await assertWhole(connection, counts);
  const doneAt = new Date();
  await connection.repeatable(() => meta.updateOne({ _id: 'copying' }, { $set: { doneAt } }));
}

function markOf(connection: Connection): Promise<CopyMark | null> {
  return connection.run(() => connection.collection<CopyMark>('meta').findOne({ _id: 'copying' }));
}

/** The turn is finished and marked, the outbox as it stands. */
function entryDocument({ memory, ended, receipt, outbound, checkpoint }: WholeEntry): MemoryDocument {
  let document: MemoryDocument;
  if (ended) {
    const { open: _, waitsUntil, ...turn } = turnDocumentOf(ended.turn, memory, null);
    document = { ...turn, ...(ended.undecided && { waitsUntil: waitsUntil ?? 0 }) };
    if (!memory) document._id = idAt(ended.turn.finishedAt, ended.turn.turnId);
  } else {
    document = memory ? documentOf(memory) : undone(outbound!);
  }
  if (receipt !== null) document.receipt = receipt;
  if (outbound) putOutbound(document, outbound);
  if (checkpoint) {
    const { turnId, agentId, covers, steps, tries } = checkpoint;
    document.open = document.trigger ? Open.trigger : Open.checkpoint;
    document.checkpoint = { turnId, agentId, covers, steps, ...(tries && { tries }) };
  }
  return document;
}

/** What a turn was to send that runs again: as `reopening.ts` leaves it. */
function undone({ id, agentId, roomId, turnId, createdAt }: WholeOutbound): MemoryDocument {
  const _id = idAt(createdAt, id);
  const ingest = derivedId('reopened', _id);
  return { ...{ _id, ingest, agentId, roomId, kind: 'turn', status: 'kept', turnId, createdAt } };
}

function putOutbound(document: MemoryDocument, outbound: WholeOutbound): void {
  const { memory, error, failing, givenUp } = outbound;
  document.outbox = {
    ...storedOutbound(outbound),
    ...(memory && memory.id !== document._id && { memory: JSON.stringify(memory) }),
    ...(error && { error }),
    ...(failing && { failing }),
  };
  if (!givenUp) document.due = true;
}

/** An id among those of its time, the same whenever it is made. */
function idAt(ms: number, of: string): string {
  const hash = createHash('sha256').update(of).digest('hex');
  const end = `8${hash.slice(3, 6)}-${hash.slice(6, 18)}`;
  return `${idAfter(ms - 1)}-7${hash.slice(0, 3)}-${end}`;
}

/** The document first, as with every file. */
async function bringFile(connection: Connection, file: WholeFile): Promise<void> {
  const { id, bytes, person, place, counted, look, about } = file;
  const known = Object.fromEntries(Object.entries(about).filter(([, value]) => value !== null));
  const document = {
    ...{ _id: id, ...known, counted },
    ...(person !== null && { person }),
    ...(place !== null && { place }),
    ...(look !== null && { lookAt: look }),
  };
  await putAll(connection, 'files', [document]);
  for (let i = 0; i * chunkBytes < bytes.length; i++)
    await putAll(connection, 'chunks', [
      { _id: chunkId(id, i), bytes: new Binary(bytes.subarray(i * chunkBytes, (i + 1) * chunkBytes)) },
    ]);
}

/** Inserted, since a server may look through all it has for each document that is to be replaced: FerretDB does. */
async function putAll(connection: Connection, name: string, documents: Document[]): Promise<void> {
  const collection = connection.collection<Document>(name);
  for (let at = 0; at < documents.length; at += mostAtOnce) {
    const some = documents.slice(at, at + mostAtOnce);
    await connection.repeatable(async () => {
      const taken = await insertNew(collection, some);
      if (taken.length === 0) return;
      // Left by a run that was cut off: as that had them, perhaps with another version of the hub.
      await collection.deleteMany({ _id: { $in: taken.map(({ _id }) => _id) } });
      await collection.insertMany(taken, { ordered: false });
    });
  }
}

/** Gives those whose ids are there already. */
async function insertNew(collection: Collection<Document>, documents: Document[]): Promise<Document[]> {
  try {
    await collection.insertMany(documents, { ordered: false });
    return [];
  } catch (error) {
    if (!(error instanceof MongoBulkWriteError)) throw error;
    const errors = [error.writeErrors].flat();
    const known = errors.length > 0 && !error.result.getWriteConcernError() && errors.every(hasTakenId);
    if (!known) throw error;
    return errors.map(({ index }) => documents[index]!);
  }
}

async function keepHead(connection: Connection): Promise<void> {
  const chain = connection.collection<{ _id: number; hash: string }>('audit_chain');
  const [last] = await connection.find(chain, {}, { sort: { _id: -1 }, limit: 1 });
  if (!last) return;
  const { _id: seq, hash } = last;
  const meta = connection.collection<{ _id: string }>('meta');
  await connection.repeatable(() =>
    meta.updateOne({ _id: 'audit-head' }, { $set: { seq, hash } }, { upsert: true }),
  );
}

/** Two that should be one document, or one that was lost, would be seen here. Notes may have expired meanwhile. */
async function assertWhole(connection: Connection, counts: Record<Part, number>): Promise<void> {
  for (const [part, name] of Object.entries(places) as [Part, string][]) {
    if (part === 'notes') continue;
    const there = await connection.slowly((db) => db.collection(name).countDocuments({}));
    if (there < counts[part])
      throw new FatalError(
        'internal',
        `The copy lacks something: "${name}" has ${there} documents, and ${counts[part]} were to be there.`,
      );
  }
}
