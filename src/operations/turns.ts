import { z } from 'zod';
import { stopTopic } from '../core/events.js';
import { newId } from '../core/ids.js';
import { turnIdOf } from '../core/turn.js';
import { FatalError } from '../errors.js';
import { defineOperation, type OperationParts } from './operation.js';
import { placeOfRoom } from './place.js';
import { id } from './shapes.js';

/** Waiting rooms that are looked through for a running turn. */
const mostRooms = 1000;

/**
 * The event ends a turn that runs. It may be lost, or the turn may be waiting for another try: then the room's state
 * says that it was called off, and the next run commits it so.
 */
export const stopTurn = defineOperation({
  name: 'turns.stop',
  about: 'stop the turn that runs or waits, by its id or its room',
  permission: 'turns.stop',
  input: z
    .strictObject({ turnId: id.optional(), roomId: id.optional() })
    .refine(
      ({ turnId, roomId }) => (turnId === undefined) !== (roomId === undefined),
      'takes either turnId or roomId',
    ),
  output: z.object({ turnId: z.string().nullable().describe('null: nothing ran or waited there') }),
  async concerns({ turnId, roomId }, parts) {
    const room = roomId ?? (turnId && (await roomOfTurn(turnId, parts)));
    return room ? { roomId: room, ...(await placeOfRoom(room, parts)) } : {};
  },
  audit: (input) => input,
  async run({ turnId, roomId }, parts) {
    const { store, rooms, bus, turnQueue } = parts;
    const room = roomId ?? (await roomOfTurn(turnId!, parts));
    const [first] = room ? (await store.turns.claim(room, 1)).messages : [];
    const running = first ? turnIdOf(first) : null;
    if (turnId !== undefined && turnId !== running)
      throw new FatalError('not_found', 'No such turn runs or waits.', { field: 'turnId' });
    if (!running || !room) return { turnId: null };
    await rooms.change(room, { stopped: newId() });
    bus.publish(stopTopic, { type: 'turn.stop', turnId: running, roomId: room });
    await turnQueue.schedule(room);
    return { turnId: running };
  },
});

/** Null: no such turn runs or waits. A turn is named after the first message it covers. */
async function roomOfTurn(turnId: string, { store: { turns } }: OperationParts): Promise<string | null> {
  for (const roomId of await turns.waiting(Date.now() + 1, mostRooms)) {
    const [first] = (await turns.claim(roomId, 1)).messages;
    if (first && turnIdOf(first) === turnId) return roomId;
  }
  return null;
}
