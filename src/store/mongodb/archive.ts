/**
 * Old months move to the collection `archive`, which rooms, recall and counts do not read, so that what they do read
 * stays small. Only messages and turns go, and only finished ones; facts, summaries and documents stay, and replies that
 * were given up, so that they can be sent again. A moved
 * message's ingestion key goes with it: a platform that redelivers after months would be answered again.
 */
import type { Collection, Filter } from 'mongodb';
import { Connection, type ConnectionOptions } from './connection.js';
import type { MemoryDocument } from './documents.js';
import { isTakenId } from './faults.js';
import { readSchema } from './schema.js';

const batch = 500;

type Archived = MemoryDocument & {
  /** `2026-01` */
  month: string;
  /** Copied, and not yet known to be wanted still. */
  moving?: true;
};

/** How much `archiveBefore` would move now. */
export async function countBefore(before: number, options: ConnectionOptions): Promise<number> {
  const connection = await Connection.open(options);
  try {
    const memories = connection.collection<MemoryDocument>('memories');
    return await connection.slowly(() => memories.countDocuments(finished(before)));
  } finally {
    await connection.close();
  }
}

/**
 * Moves what is older than `before` (Unix ms); returns how much. May be repeated, also after it was cut off.
 * @param tell is told how much is moved so far, after every batch
 */
export async function archiveBefore(
  before: number,
  options: ConnectionOptions,
  tell: (moved: number) => void = () => {},
): Promise<number> {
  const connection = await Connection.open(options);
  try {
    const memories = connection.collection<MemoryDocument>('memories');
    const archive = connection.collection<Archived>('archive');
    await connection.run((db) => readSchema(db));
    await finishEarlier(connection, memories, archive);
    for (let moved = 0; ; ) {
      const documents = await connection.run(() => oldest(memories, before));
      if (documents.length === 0) return moved;
      await connection.repeatable(() => copy(archive, documents));
      moved += await settle(
        connection,
        memories,
        archive,
        documents.map(({ _id }) => _id),
      );
      tell(moved);
    }
  } finally {
    await connection.close();
  }
}

function finished(before: number): Filter<MemoryDocument> {
  return {
    _id: { $lt: idAt(before) },
    kind: { $in: ['message', 'turn'] },
    status: { $ne: 'pending' },
    open: { $exists: false },
    due: { $exists: false },
    // Given up, and may be sent again.
    outbox: { $exists: false },
    waitsUntil: { $exists: false },
  };
}

function oldest(memories: Collection<MemoryDocument>, before: number): Promise<MemoryDocument[]> {
  return memories
    .find(finished(before))
    .sort({ _id: 1 })
    .limit(batch)
    .project<MemoryDocument>({ terms: 0, embeds: 0, has: 0, vectors: 0 })
    .toArray();
}

async function copy(archive: Collection<Archived>, documents: MemoryDocument[]): Promise<void> {
  const copies = documents.map((document): Archived => {
    return { ...document, month: new Date(document.createdAt).toISOString().slice(0, 7), moving: true };
  });
  try {
    await archive.insertMany(copies, { ordered: false });
  } catch (error) {
    if (!isTakenId(error)) throw error;
  }
}

/**
 * What was forgotten between the look and the copy must not live on in the copy. `forget` removes first the original,
 * then the copy; so a copy whose original is still there now will be found by it, and one without goes.
 */
async function settle(
  connection: Connection,
  memories: Collection<MemoryDocument>,
  archive: Collection<Archived>,
  ids: string[],
): Promise<number> {
  const left = await connection.find(
    memories,
    { _id: { $in: ids } },
    { projection: { kind: 1, content: 1 } },
  );
  const said = left.filter(({ content }) => content).map(({ _id }) => _id);
  const unsaid = left.filter(({ content }) => !content).map(({ _id }) => _id);
  const here = { _id: { $in: left.map(({ _id }) => _id) } };
  await connection.repeatable(async () => {
    // A reply that was forgotten meanwhile is a bare turn by now.
    await archive.updateMany(
      { _id: { $in: unsaid } },
      {
        $set: { kind: 'turn', 'turn.steps': [] },
        $unset: { content: '', author: '', source: '', scope: '', role: '' },
      },
    );
    await archive.updateMany({ _id: { $in: [...said, ...unsaid] } }, { $unset: { moving: '' } });
    await archive.deleteMany({ _id: { $in: ids }, moving: true });
    await memories.deleteMany(here);
  });
  return left.length;
}

/** Copies of a run that was cut off: either their originals are there and go again, or they were forgotten. */
async function finishEarlier(
  connection: Connection,
  memories: Collection<MemoryDocument>,
  archive: Collection<Archived>,
): Promise<void> {
  for (;;) {
    const copies = await connection.find(archive, { moving: true }, { limit: batch, projection: { _id: 1 } });
    if (copies.length === 0) return;
    await settle(
      connection,
      memories,
      archive,
      copies.map(({ _id }) => _id),
    );
  }
}

/** The least id of that time: UUIDv7 begins with 48 bits of Unix ms. */
function idAt(time: number): string {
  const hex = Math.max(0, Math.trunc(time)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}
