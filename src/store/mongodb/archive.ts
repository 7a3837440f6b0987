/**
 * Old months move to the collection `archive`, which rooms, recall and counts do not read, so that what they do read
 * stays small. Only messages and turns go, and only finished ones; facts, summaries and documents stay, and replies that
 * were given up, so that they can be sent again. A moved
 * message's ingestion key goes with it: a platform that redelivers after months would be answered again.
 *
 * What lies there is partitioned by agent and month. It is moved from the oldest on, in batches: each is copied, looked at
 * again and removed, so that a run may be killed at any point, and two may be at work at once. A copy is `moving` until
 * it is known to be as its original is, and only then may that go, if it is still so.
 */
import type { Collection, Filter } from 'mongodb';
import { has } from './abilities.js';
import { Connection, type ConnectionOptions } from './connection.js';
import type { MemoryDocument } from './documents.js';
import { isTakenId } from './faults.js';
import { indexNames, makeIndex } from './index-maker.js';
import { readSchema } from './schema.js';
import { idAt, monthAt, type Share, tally } from './tally.js';

const batch = 500;

/** Finds the copies of a run that was cut off. */
export const movingIndex = 'moving';

/** Large, and of no use to anybody there. */
const notCopied = { terms: 0, embeds: 0, has: 0, vectors: 0 } as const;

type Archived = MemoryDocument & {
  /** `2026-01` */
  month: string;
  /** Copied, and not yet known to be wanted still. */
  moving?: true;
};

export interface ArchiveRequest {
  /** What was stored earlier goes (Unix ms). */
  before: number;
  /** Of this agent alone. */
  agentId?: string;
}

/** How much `archive` would move now, by agent and month. */
export async function archivable(request: ArchiveRequest, options: ConnectionOptions): Promise<Share[]> {
  const connection = await Connection.open(options);
  try {
    const memories = connection.retrieval<MemoryDocument>('memories');
    return await tally(connection, memories, movable(request), request.before);
  } finally {
    await connection.close();
  }
}

/**
 * Moves it; returns how much. May be repeated, also after it was cut off, and by two at once.
 * @param tell is told after every batch how much is moved so far, and up to which month
 */
export async function archive(
  request: ArchiveRequest,
  options: ConnectionOptions,
  tell: (moved: number, month: string) => void = () => {},
): Promise<number> {
  const connection = await Connection.open(options);
  try {
    await connection.run((db) => readSchema(db));
    return await new Archiving(connection).move(request, tell);
  } finally {
    await connection.close();
  }
}

function movable({ agentId }: Pick<ArchiveRequest, 'agentId'>): Filter<MemoryDocument> {
  return {
    ...(agentId !== undefined && { agentId }),
    kind: { $in: ['message', 'turn'] },
    status: { $ne: 'pending' },
    open: { $exists: false },
    due: { $exists: false },
    // Given up, and may be sent again.
    outbox: { $exists: false },
    waitsUntil: { $exists: false },
  };
}

class Archiving {
  readonly #connection: Connection;
  readonly #memories: Collection<MemoryDocument>;
  readonly #archive: Collection<Archived>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#memories = connection.collection('memories');
    this.#archive = connection.collection('archive');
  }

  async move(request: ArchiveRequest, tell: (moved: number, month: string) => void): Promise<number> {
    await this.#makeIndex();
    let moved = await this.#finishEarlier();
    // What stays is passed over once, and not again for every batch.
    for (let after = ''; ; ) {
      const documents = await this.#connection.find(
        this.#memories,
        { ...movable(request), _id: { $gt: after, $lt: idAt(request.before) } },
        { sort: { _id: 1 }, limit: batch, projection: notCopied },
      );
      const last = documents.at(-1);
      if (!last) return moved;
      after = last._id;
      await this.#connection.repeatable(() => this.#copy(documents));
      moved += await this.#settle(documents.map(({ _id }) => _id));
      tell(moved, monthAt(last.createdAt));
    }
  }

  async #makeIndex(): Promise<void> {
    const index = { name: movingIndex, key: { moving: 1 } } as const;
    const some = { ...index, partialFilterExpression: { moving: { $exists: true } } };
    await this.#connection.slowly(async (db) => {
      const there = await db.listCollections({ name: 'archive' }, { nameOnly: true }).hasNext();
      if (!there || (await indexNames(db, 'archive')).has(movingIndex)) return;
      if (!(await has(() => makeIndex(db, 'archive', some)))) await makeIndex(db, 'archive', index);
    });
  }

  /** Only what is not there: the copy of another run may already be all there is. */
  async #copy(documents: MemoryDocument[]): Promise<void> {
    const copies = documents.map((document): Archived => ({ ...archived(document), moving: true }));
    try {
      await this.#archive.insertMany(copies, { ordered: false });
    } catch (error) {
      if (!isTakenId(error)) throw error;
    }
  }

  /**
   * What was forgotten, edited or taken up again since the look before the copy must not live on in the copy as it was.
   * `forget` removes first the original, then the copy: so a copy whose original is still there now will be found by it.
   */
  async #settle(ids: string[]): Promise<number> {
    const now = await this.#connection.find(
      this.#memories,
      { ...movable({}), _id: { $in: ids } },
      { projection: notCopied },
    );
    if (now.length > 0) await this.#connection.repeatable(() => this.#refresh(now));
    const settled = await this.#connection.find(
      this.#archive,
      { _id: { $in: now.map(({ _id }) => _id) }, moving: { $exists: false } },
      { projection: { _id: 1 } },
    );
    const safe = new Set(settled.map(({ _id }) => _id));
    const moved = await this.#remove(now.filter(({ _id }) => safe.has(_id)));
    await this.#connection.repeatable(() => this.#archive.deleteMany({ _id: { $in: ids }, moving: true }));
    return moved;
  }

  /** The copies become as the originals are, and are wanted; not where what was said was forgotten since. */
  async #refresh(documents: MemoryDocument[]): Promise<void> {
    const replacements = documents.map((document) => {
      const { _id, kind, ...replacement } = archived(document);
      const { agentId, roomId, month } = replacement;
      const there = { _id, agentId, roomId, month, ...(kind !== 'turn' && { kind }) };
      return { replaceOne: { filter: there, replacement: { kind, ...replacement } } };
    });
    await this.#archive.bulkWrite(replacements, { ordered: false });
  }

  /** Only as it was copied: what is edited or answered once more at this moment stays, for the next run. */
  async #remove(documents: MemoryDocument[]): Promise<number> {
    if (documents.length === 0) return 0;
    const removals = documents.map(({ _id, agentId, roomId, kind, content }) => ({
      deleteOne: {
        filter: {
          ...movable({ agentId }),
          ...{ _id, roomId, kind, 'content.text': content?.text ?? null },
        } as Filter<MemoryDocument>,
      },
    }));
    const { deletedCount } = await this.#connection.repeatable(() =>
      this.#memories.bulkWrite(removals, { ordered: false }),
    );
    return deletedCount;
  }

  /** Copies of a run that was cut off: either their originals are there and go again, or they were forgotten. */
  async #finishEarlier(): Promise<number> {
    for (let moved = 0; ; ) {
      const copies = await this.#connection.find(
        this.#archive,
        { moving: true },
        { limit: batch, projection: { _id: 1 } },
      );
      if (copies.length === 0) return moved;
      moved += await this.#settle(copies.map(({ _id }) => _id));
    }
  }
}

function archived(document: MemoryDocument): Archived {
  return { ...document, month: monthAt(document.createdAt) };
}
