import type { Memory } from '../core/memory.js';
import type { Rooms } from '../core/room.js';
import type { ShareOf } from '../core/share.js';
import type { Logger } from '../logger.js';
import type { RoomQueue } from '../queue/queue.js';
import type { TurnStore } from '../store/turn-store.js';
import type { Admits } from './afterwards.js';
import type { Threads } from './threads.js';

export interface WakingParts {
  turns: TurnStore;
  queue: RoomQueue;
  shareOf: ShareOf;
  rooms: Rooms;
  threads: Pick<Threads, 'join'>;
  /** By all rules, rates too: a turn is made of it. */
  admits: Admits;
  /** Who wants it answered is told so where nothing is answered now. */
  refused(memory: Memory): Promise<boolean>;
  log: Logger;
}

/** Talk that was only kept gets its turn after all, since it names the agent now. */
export class Waking {
  readonly #parts: WakingParts;

  constructor(parts: WakingParts) {
    this.#parts = parts;
  }

  /** Once: without effect on a message that had its turn, or waits for it. */
  async wake(memory: Memory, doer: Parameters<Admits>[1]): Promise<void> {
    const { turns, queue, rooms, threads, admits, refused, log } = this.#parts;
    const { id, roomId, source } = memory;
    if (memory.status !== 'kept' || !(await admits(memory, doer)) || (await refused(memory))) return;
    if (source.thread !== undefined) await threads.join(memory);
    const { stopped = '', handled = '' } = await rooms.get(roomId);
    // Somebody may have called the room's turn off since, or had the room, and this message is older than that.
    if (id < stopped || id <= handled) await rooms.change(roomId, { stopped: undefined, handled: undefined });
    if (!(await turns.wake(id))) return;
    await queue
      .schedule(roomId, { share: this.#parts.shareOf(memory) })
      .catch((err) => log.warn({ err, roomId }, 'woken, but not scheduled yet'));
  }
}
