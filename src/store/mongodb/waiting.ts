import type { Collection, Document } from 'mongodb';
import type { MemoryDocument } from './documents.js';

/** Of one call, at most: while a platform is away, all that waits for it is passed over. */
const mostRead = 20_000;
/** Read at once. */
const batch = 250;
/** Rows of rooms that are known, one after the other, before the rooms with most of them are left out. */
const mostInVain = 200;
/** A room with so many rows in these has many more. */
const many = 10;

type Row = Pick<MemoryDocument, 'roomId' | 'createdAt' | 'outbox'>;

/**
 * Rooms of the documents that match, by their oldest time. Read in order of time from an index, until there are
 * enough rooms: grouping on the server would read all of a backlog, and is not what every server can do. Where one room
 * has most of the backlog, the server passes it over, in the index.
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
  /** Rooms that are left out from here on, and the time up to which all was read. */
  const left = new Set<string>();
  let from = 0;
  if (limit === 0) return [];
  // The index alone answers, unless times of tries are asked for.
  const fields = {
    _id: 0,
    roomId: 1,
    [time]: 1,
    ...(dueBy < Number.POSITIVE_INFINITY && { 'outbox.failing': 1 }),
  };
  const goingOn = () => ({ [time]: { ...filter[time], $gte: from }, roomId: { $nin: [...left] } });
  const open = () =>
    memories
      .find({ ...filter, ...(left.size > 0 && goingOn()) })
      .sort({ [time]: 1 })
      .project<Row>(fields)
      .batchSize(batch);
  let cursor = open();
  let inVain = new Map<string, number>();
  let vain = 0;
  try {
    for (let read = 0; read < mostRead; read++) {
      const row = await cursor.next();
      if (!row) break;
      const { roomId, createdAt, outbox } = row;
      from = outbox?.createdAt ?? createdAt;
      if (rooms.has(roomId) || later.has(roomId)) {
        vain += 1;
        inVain.set(roomId, (inVain.get(roomId) ?? 0) + 1);
      } else {
        vain = 0;
        inVain = new Map();
        (outbox?.failing && outbox.failing.nextAt > dueBy ? later : rooms).add(roomId);
        if (rooms.size === limit) break;
      }
      if (vain < mostInVain) continue;
      const greedy = [...inVain].filter(([, times]) => times >= many);
      vain = 0;
      inVain = new Map();
      if (greedy.length === 0) continue;
      for (const [room] of greedy) left.add(room);
      await cursor.close();
      cursor = open();
    }
  } finally {
    await cursor.close();
  }
  return [...rooms];
}
