/** How far an unfinished turn has come, as the first of its messages that is still there keeps it. */
import type { TurnCheckpoint } from '../../core/turn.js';
import type { Connection } from './connection.js';
import { Open } from './documents.js';
import type { RoomLog } from './room-log.js';

/** Without effect on a finished turn: the checkpoint stands in a message that waits, and none of its does. */
export async function noteCheckpoint(
  connection: Connection,
  { memories, agents }: RoomLog,
  { turnId, roomId, agentId, covers, steps, tries = 0, trigger }: TurnCheckpoint,
): Promise<void> {
  const counted = tries > 0 ? { tries } : {};
  const open = trigger ? Open.trigger : Open.checkpoint;
  for (const _id of covers) {
    const holder = { _id, ...agents.of(roomId), status: 'pending' as const };
    const held = { ...holder, 'checkpoint.turnId': turnId };
    const matched = await connection.repeatable(async () => {
      const set = () =>
        memories.updateOne(
          { ...holder, checkpoint: { $exists: false } },
          { $set: { open, checkpoint: { turnId, agentId, covers, steps, ...counted } } },
        );
      // The covers of the first checkpoint stay: messages that came later wait for the next turn. What comes late,
      // past its deadline, must not undo a step that was noted since.
      const renew = () =>
        memories.updateOne(
          { ...held, [`checkpoint.steps.${steps.length}`]: { $exists: false } },
          { $set: { 'checkpoint.steps': steps, 'checkpoint.tries': tries } },
        );
      // One of the two does it; what is likelier is tried first.
      const [first, second] = steps.length > 1 ? [renew, set] : [set, renew];
      if ((await first()).matchedCount > 0 || (await second()).matchedCount > 0) return true;
      return (await memories.findOne(held, { projection: { _id: 1 } })) !== null;
    });
    // Another one of the covers holds it where the first is gone.
    if (matched) return;
  }
}
