import type { Collection, Document } from 'mongodb';
import type { MemoryDocument } from './documents.js';

/**
 * Rooms of the documents that match, by their oldest time. Read in order of time from an index, until there are
 * enough rooms: grouping on the server would read all of a backlog, and is not what every server can do.
 */
export async function waitingRooms(
  memories: Collection<MemoryDocument>,
  filter: Document,
  time: 'createdAt' | 'outbox.createdAt',
  limit: number,
): Promise<string[]> {
  const rooms = new Set<string>();
  if (limit === 0) return [];
  const cursor = memories
    .find(filter)
    .sort({ [time]: 1 })
    .project<{ roomId: string }>({ _id: 0, roomId: 1 })
    .batchSize(1_000);
  try {
    for await (const { roomId } of cursor) {
      rooms.add(roomId);
      if (rooms.size === limit) break;
    }
  } finally {
    await cursor.close();
  }
  return [...rooms];
}
