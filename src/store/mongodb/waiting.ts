import type { Collection, Document } from 'mongodb';
import type { MemoryDocument } from './documents.js';

/** While a platform is away, all that waits for it is passed over, at each call: so much, and no more. */
const mostPassed = 50_000;

/**
 * Rooms of the documents that match, by their oldest time. Read in order of time from an index, until there are
 * enough rooms: grouping on the server would read all of a backlog, and is not what every server can do.
 * @param dueBy without rooms whose oldest reply is to be tried later than this (Unix ms)
 */
export async function waitingRooms(
  memories: Collection<MemoryDocument>,
  filter: Document,
  time: 'createdAt' | 'outbox.createdAt',
  limit: number,
  dueBy = Number.POSITIVE_INFINITY,
): Promise<string[]> {
  const rooms = new Set<string>();
  const later = new Set<string>();
  let passed = 0;
  if (limit === 0) return [];
  const cursor = memories
    .find(filter)
    .sort({ [time]: 1 })
    .project<Pick<MemoryDocument, 'roomId' | 'outbox'>>({ _id: 0, roomId: 1, 'outbox.failing.nextAt': 1 })
    .batchSize(1_000);
  try {
    for await (const { roomId, outbox } of cursor) {
      if (!rooms.has(roomId) && (outbox?.failing?.nextAt ?? 0) > dueBy) later.add(roomId);
      if (later.has(roomId)) passed += 1;
      else rooms.add(roomId);
      if (rooms.size === limit || passed === mostPassed) break;
    }
  } finally {
    await cursor.close();
  }
  return [...rooms];
}
