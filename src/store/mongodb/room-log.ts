/** The writes on `memories`: insertions under unique keys, and updates that follow them. Both in batches. */
import { type AnyBulkWriteOperation, type Collection, MongoBulkWriteError } from 'mongodb';
import { FatalError } from '../../errors.js';
import { shardedIngestion } from './abilities.js';
import { apart, Batch } from './batch.js';
import type { Connection } from './connection.js';
import type { MemoryDocument } from './documents.js';
import { duplicateKey, isDuplicateKey, metKey } from './faults.js';
import type { RoomAgents } from './room-agents.js';

/** Of one command; a document is 1 to 4 KB. */
const most = 100;

/** `again`: an earlier try of the same insertion may be what has taken the key. */
export type Inserted = { stored: true } | { stored: false; again: boolean };

/** The unique keys of `memories`, by their indexes' names: who meets one of them finds out whose it is. */
const known = new Set(['_id_', 'ingestion', shardedIngestion, 'covered', 'covered_meanwhile']);

/** Updates that belong together, carried out in this order. */
export type Updates = AnyBulkWriteOperation<MemoryDocument>[];

export class RoomLog {
  readonly memories: Collection<MemoryDocument>;
  readonly agents: RoomAgents;
  readonly #inserts: Batch<MemoryDocument, Inserted>;
  readonly #updates: Batch<Updates, void>;

  constructor(connection: Connection, agents: RoomAgents) {
    this.agents = agents;
    const memories = connection.collection<MemoryDocument>('memories');
    this.memories = memories;
    const insert = (documents: MemoryDocument[], repeated = false) =>
      connection.repeatable((_, again) => insertAll(memories, documents, again || repeated));
    // In order: where one fails, nothing after it is done, and nobody sees a turn's marks out of their order.
    const update = (units: Updates[]) =>
      connection.repeatable(() => memories.bulkWrite(units.flat(), { ordered: true }));
    const limits = { lanes: 4, most, waitMs: connection.deadlineMs };
    this.#inserts = new Batch(
      (documents) => apart(documents, insert, async (document) => (await insert([document], true))[0]!),
      limits,
    );
    this.#updates = new Batch(
      (units) =>
        apart(
          units,
          async () => {
            await update(units);
            return units.map(() => undefined);
          },
          async (unit) => void (await update([unit])),
        ),
      limits,
    );
  }

  /** Resolves when a majority has it, or when its key was taken. */
  insert(document: MemoryDocument): Promise<Inserted> {
    this.agents.saw([document]);
    return this.#inserts.add(document);
  }

  /** For updates that may be repeated: they are, where a try may have failed. */
  update(updates: Updates): Promise<void> {
    return this.#updates.add(updates);
  }
}

async function insertAll(
  memories: Collection<MemoryDocument>,
  documents: MemoryDocument[],
  again: boolean,
): Promise<Inserted[]> {
  try {
    await memories.insertMany(documents, { ordered: false });
    return documents.map(() => ({ stored: true }));
  } catch (error) {
    const taken = takenKeys(error);
    if (!taken) throw error;
    return documents.map((_, i) => (taken.has(i) ? { stored: false, again } : { stored: true }));
  }
}

/**
 * Which of the documents met a taken key; undefined where anything else went wrong too. Throws for a key that is none
 * of ours, an operator's own index for one: the document is not there under another id, it is refused.
 */
function takenKeys(error: unknown): Set<number> | undefined {
  if (!(error instanceof MongoBulkWriteError) || !isDuplicateKey(error)) return;
  if (error.result.getWriteConcernError()) return;
  const errors = [error.writeErrors].flat();
  if (errors.some(({ code }) => code !== duplicateKey)) return;
  const others = errors.map(metKey).find((key) => key !== undefined && !known.has(key));
  if (others !== undefined)
    throw new FatalError(
      'internal',
      `The unique index "${others}" of "memories" is none of the hub's: drop it.`,
    );
  return new Set(errors.map(({ index }) => index));
}
