/**
 * How much lies in a collection, by agent and month: in UTC, and of when it was stored, as the ids say. Asked for day by
 * day: all at once would be read for longer than any answer is waited for.
 */
import { type Collection, type Document, type Filter, MongoServerError } from 'mongodb';
import type { Connection } from './connection.js';
import type { MemoryDocument } from './documents.js';
import { isPassing } from './faults.js';

export interface Share {
  agentId: string;
  /** `2026-01` */
  month: string;
  documents: number;
  /** Without indexes, and before they are compressed; null where the server cannot tell. */
  bytes: number | null;
}

const dayMs = 24 * 3600 * 1000;

/** The least id of that time: UUIDv7 begins with 48 bits of Unix ms. */
export function idAt(time: number): string {
  const hex = Math.max(0, Math.trunc(time)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}

export function monthAt(time: number): string {
  return new Date(time).toISOString().slice(0, 7);
}

/** Of what was stored before `before` (Unix ms), in the order of the months; within one, of the agents. */
export async function tally<T extends Pick<MemoryDocument, '_id' | 'agentId'>>(
  connection: Connection,
  collection: Collection<T>,
  filter: Filter<T>,
  before = Date.now() + dayMs,
): Promise<Share[]> {
  const shares = new Map<string, Share>();
  let sized = true;
  for (let from = 0; ; ) {
    const there = { ...filter, _id: { $gte: idAt(from), $lt: idAt(before) } } as Filter<T>;
    const [first] = await connection.find(collection, there, {
      ...{ sort: { _id: 1 }, limit: 1, projection: { _id: 1 } },
    });
    if (!first) break;
    const begin = Math.max(from, Math.floor(timeOf(first._id) / dayMs) * dayMs);
    from = begin + dayMs;
    const day = { ...filter, _id: { $gte: idAt(begin), $lt: idAt(Math.min(from, before)) } };
    const rows = await connection.slowly(async () => {
      if (!sized) return perAgent(collection, day, false);
      try {
        return await perAgent(collection, day, true);
      } catch (error) {
        if (!(error instanceof MongoServerError) || isPassing(error)) throw error;
        sized = false;
        return perAgent(collection, day, false);
      }
    });
    for (const { _id: agentId, documents, bytes = null } of rows)
      add(shares, { agentId, month: monthAt(begin), documents, bytes });
  }
  return [...shares.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

interface Row {
  _id: string;
  documents: number;
  bytes?: number;
}

function perAgent<T extends Document>(
  collection: Collection<T>,
  match: Document,
  sized: boolean,
): Promise<Row[]> {
  const bytes = sized ? { bytes: { $sum: { $bsonSize: '$$ROOT' } } } : {};
  const group = { _id: '$agentId', documents: { $sum: 1 }, ...bytes };
  return collection.aggregate<Row>([{ $match: match }, { $group: group }]).toArray();
}

function add(shares: Map<string, Share>, share: Share): void {
  const there = shares.get(keyOf(share));
  if (!there) shares.set(keyOf(share), share);
  else {
    there.documents += share.documents;
    there.bytes = there.bytes === null || share.bytes === null ? null : there.bytes + share.bytes;
  }
}

function keyOf({ month, agentId }: Share): string {
  return `${month} ${agentId}`;
}

function timeOf(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
