import type { Rooms } from '../core/room.js';
import type { TurnStore } from './turn-store.js';

/**
 * The messages of a failed turn wait for their turn again, in their place in the room's line. Gives back the room, for
 * the caller to schedule; null: no such turn has failed, or none of its messages is left.
 */
export async function runAgain(
  { turns, rooms }: { turns: TurnStore; rooms: Rooms },
  turnId: string,
): Promise<string | null> {
  const turn = await turns.get(turnId);
  if (turn?.status !== 'failed') return null;
  // Somebody may have called the room's turn off since, or answered themselves, and these messages are older than that.
  await rooms.change(turn.roomId, { stopped: undefined, handled: undefined });
  return (await turns.reopen(turnId)) ? turn.roomId : null;
}
