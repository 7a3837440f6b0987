/** Turns of rooms that people have taken over: they say nothing, and what they were about to say is kept for operators. */
import type { Memory } from '../core/memory.js';
import type { RoomState } from '../core/room.js';
import type { OutboundMessage, Turn } from '../core/turn.js';
import type { HeldRooms } from '../takeover/held-rooms.js';
import { laterOf } from '../takeover/hold.js';
import type { Takeovers } from '../takeover/takeovers.js';
import type { Work } from './work.js';

/**
 * Whether people have a turn's room. `handled`: they answer what it covers. `rests`: it is no message's, and waits until
 * the room is handed back. Null: it is the agent's.
 */
export async function ceded(
  { checkpoint, covered }: Work,
  { handled = '' }: RoomState,
  held: Pick<HeldRooms, 'of'>,
): Promise<'handled' | 'rests' | null> {
  const { roomId, turnId, trigger } = checkpoint;
  const hold = await held.of(roomId);
  if (hold && hold.turnId !== turnId) return trigger ? 'rests' : 'handled';
  // Let in by a process that had not heard yet, and found once the room was handed back.
  return !trigger && covered.at(-1)!.id <= handled ? 'handled' : null;
}

interface Ending {
  turn: Turn;
  reply: Memory | null;
  outbound: OutboundMessage | null;
}

/** As it may be committed: without its reply where people have taken the room over meanwhile. */
export async function withoutCeded(
  ending: Ending,
  held: Pick<HeldRooms, 'of' | 'exactly'>,
  takeovers: Pick<Takeovers, 'keepDraft'>,
): Promise<Ending> {
  const { turn, reply, outbound } = ending;
  if (!reply) return ending;
  // What is delivered is looked at again then, exactly.
  const hold = await (outbound ? held.of(turn.roomId) : held.exactly(turn.roomId));
  if (!hold || hold.turnId === turn.turnId) return ending;
  if (turn.status !== 'failed')
    await takeovers.keepDraft(turn, {
      ...{ turnId: turn.turnId, text: reply.content.text },
      ...laterOf(turn, reply),
    });
  const status = turn.status === 'done' ? 'stopped' : turn.status;
  return { turn: { ...turn, status, replyId: null }, reply: null, outbound: null };
}
