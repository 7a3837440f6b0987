/** What the server at hand has. It is asked, never guessed from a version: many servers speak this protocol. */
import { Binary, type Db, type Document } from 'mongodb';
import { isLacking } from './faults.js';

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
  /** `$unionWith`: several reads in one round trip. */
  unions: boolean;
  /** BSON vectors; otherwise they are arrays, three times as large. */
  binaryVectors: boolean;
  partialIndexes: boolean;
  textIndex: boolean;
  validation: boolean;
  /** TTL indexes: the server removes what has expired. */
  ttl: boolean;
}

/** The index that says so; see `shard.ts`. */
export const shardedIngestion = 'ingestion_in_room';

/** Asks what can be asked without changing anything but `meta`. `memories` must exist. */
export async function askServer(
  db: Db,
): Promise<Omit<Abilities, 'sharded' | 'partialIndexes' | 'textIndex' | 'validation' | 'ttl'>> {
  const memories = db.collection('memories');
  const [build, hello, search, unions, binaryVectors] = await Promise.all([
    db.command({ buildInfo: 1 }),
    db.command({ hello: 1 }),
    has(() => memories.listSearchIndexes().toArray()),
    has(() => memories.aggregate([{ $limit: 1 }, { $unionWith: { coll: 'meta', pipeline: [] } }]).toArray()),
    keepsVectors(db),
  ]);
  return {
    engine: engineOf(build),
    retryableWrites: hello.setName !== undefined || hello.msg === 'isdbgrid',
    ...{ search, unions, binaryVectors },
  };
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

async function keepsVectors(db: Db): Promise<boolean> {
  const meta = db.collection<{ _id: string; vector: Binary }>('meta');
  const vector = Binary.fromFloat32Array(new Float32Array([1, 0.5]));
  try {
    await meta.updateOne({ _id: 'vector' }, { $set: { vector } }, { upsert: true });
    const kept = await meta.findOne({ _id: 'vector' });
    return kept?.vector.sub_type === Binary.SUBTYPE_VECTOR && kept.vector.toFloat32Array()[1] === 0.5;
  } catch (error) {
    if (isLacking(error)) return false;
    throw error;
  }
}

/** What is missing and what that costs, a sentence each. */
export function notesOf(abilities: Abilities): string[] {
  const { search, textIndex, unions, partialIndexes, validation, ttl, retryableWrites, binaryVectors } =
    abilities;
  const notes: [boolean, string][] = [
    [
      search,
      'no search node: vectors are compared one by one, exactly, which gets slow beyond some 10,000 a scope',
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
    [binaryVectors, 'no BSON vectors: embeddings are stored as arrays, at three times the size'],
  ];
  return notes.filter(([present]) => !present).map(([, note]) => note);
}
