/** What the server at hand has. It is asked, never guessed from a version: many servers speak this protocol. */
import { Binary, type Collection, type Db, type Document, MongoServerError } from 'mongodb';
import { redact } from '../../redaction.js';
import { isDuplicateKey, isLacking, isPassing } from './faults.js';

/** What `memories` is spread by over a cluster; `room` in clusters that an older version has sharded. */
export type SpreadBy = 'agent' | 'room';

export interface Abilities {
  /** As the server calls itself, with its version. */
  engine: string;
  /** Whether writes that lost their answer are known again when the driver repeats them. */
  retryableWrites: boolean;
  /** Null: `memories` is not sharded (`shard.ts`). */
  sharded: SpreadBy | null;
  /** A search node: `$vectorSearch` and `$search`. */
  search: boolean;
  /** Why a search node that may be there could not be asked for its indexes; null: it was, or there is none. */
  searchProblem: string | null;
  /** `$unionWith`: several reads in one round trip. */
  unions: boolean;
  /** BSON vectors; otherwise they are arrays, three times as large. */
  binaryVectors: boolean;
  validation: boolean;
  partialIndexes: boolean;
  textIndex: boolean;
  /** TTL indexes: the server removes what has expired. */
  ttl: boolean;
  /** What the server refuses, although it has the kind. */
  refusedIndexes: string[];
}

/** What is known once the indexes are made. */
export type MadeIndexes = Pick<Abilities, 'partialIndexes' | 'textIndex' | 'ttl' | 'refusedIndexes'>;

/** The index that says so; see `shard.ts`. */
export const shardedIngestion = 'ingestion_in_room';

/** Asks what can be asked without changing anything but `meta`. `memories` must exist. */
export async function askServer(
  db: Db,
): Promise<Omit<Abilities, 'sharded' | 'validation' | keyof MadeIndexes>> {
  const memories = db.collection('memories');
  const [build, greeting, node, unions] = await Promise.all([
    db.command({ buildInfo: 1 }),
    hello(db),
    askSearchNode(memories),
    has(() => memories.aggregate([{ $limit: 1 }, { $unionWith: { coll: 'meta', pipeline: [] } }]).toArray()),
  ]);
  // By itself: there are servers that hang up, and what else is asked on the way is lost then.
  const binaryVectors = (await keepsVectors(db)) ?? (await keepsVectors(db)) ?? false;
  return {
    engine: engineOf(build),
    retryableWrites: greeting.setName !== undefined || greeting.msg === 'isdbgrid',
    ...{ ...node, unions, binaryVectors },
  };
}

/** Servers before 4.4.2 know it by its old name alone. */
export async function hello(db: Db): Promise<Document> {
  try {
    return await db.command({ hello: 1 });
  } catch (error) {
    if (isLacking(error)) return db.command({ isMaster: 1 });
    throw error;
  }
}

/** It is a process of its own: whatever the server answers for it, the database can be used. */
async function askSearchNode(memories: Collection): Promise<Pick<Abilities, 'search' | 'searchProblem'>> {
  try {
    await memories.listSearchIndexes().toArray();
    return { search: true, searchProblem: null };
  } catch (error) {
    if (!(error instanceof MongoServerError)) throw error;
    return { search: false, searchProblem: isLacking(error) ? null : redact(error.message) };
  }
}

/** FerretDB 1 gives itself away by the language it is built with; 2 says its name. */
function engineOf({ version, ferretdb, buildEnvironment }: Document): string {
  const isFerretdb = ferretdb !== undefined || buildEnvironment?.['go.version'] !== undefined;
  return isFerretdb ? `FerretDB (as MongoDB ${version})` : `MongoDB ${version}`;
}

/** False when the server says that it does not have it; every other error is thrown. */
export async function has(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (isLacking(error)) return false;
    throw error;
  }
}

/** Null where the line broke and the server answers since: twice, and it hangs up on what it cannot read. */
async function keepsVectors(db: Db): Promise<boolean | null> {
  const meta = db.collection<{ _id: string; vector: Binary }>('meta');
  const vector = Binary.fromFloat32Array(new Float32Array([1, 0.5]));
  try {
    const put = () => meta.updateOne({ _id: 'vector' }, { $set: { vector } }, { upsert: true });
    // Another hub that starts at this moment may have been faster.
    await put().catch((error: unknown) => (isDuplicateKey(error) ? put() : Promise.reject(error)));
    const kept = await meta.findOne({ _id: 'vector' });
    return kept?.vector.sub_type === Binary.SUBTYPE_VECTOR && kept.vector.toFloat32Array()[1] === 0.5;
  } catch (error) {
    if (isLacking(error)) return false;
    if (!isPassing(error)) throw error;
    await db.command({ ping: 1 });
    return null;
  }
}

/** What is missing and what that costs, a sentence each. */
export function notesOf(abilities: Abilities): string[] {
  const { search, searchProblem, textIndex, unions, partialIndexes, validation, ttl } = abilities;
  const { retryableWrites, binaryVectors, refusedIndexes } = abilities;
  const without = searchProblem
    ? `the search node cannot be asked for its indexes (${searchProblem}); until it can`
    : 'no search node';
  const notes: [boolean, string][] = [
    [
      search,
      `${without}: vectors are compared one by one, exactly, which gets slow beyond some 10,000 a scope`,
    ],
    [
      search || textIndex,
      'no text index: of many memories with the words asked for, the newest 500 are ranked',
    ],
    [unions, 'no $unionWith: each small read of a turn is a round trip of its own, side by side'],
    [
      partialIndexes,
      'no partial indexes: those of waiting work grow with the history, and a message that came late, out of order, may be answered twice if a worker lost its room meanwhile',
    ],
    [validation, 'no schema validation: nothing but this program keeps documents well-formed'],
    [ttl, 'no TTL indexes: the hub deletes itself what is older than its retention, which keeps it busy'],
    [
      retryableWrites,
      'a server that stands alone: a write that lost its answer is repeated by the hub itself, and what dies with the server’s disk is gone',
    ],
    [
      refusedIndexes.length === 0,
      `indexes that the server refuses (${refusedIndexes.join(', ')}; the log says why): what they are for is slow`,
    ],
    [binaryVectors, 'no BSON vectors: embeddings are stored as arrays, at three times the size'],
  ];
  return notes.filter(([present]) => !present).map(([, note]) => note);
}
