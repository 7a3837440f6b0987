import { newId } from '../../core/ids.js';
import type { Rooms } from '../../core/room.js';
import { turnIdOf } from '../../core/turn.js';
import type { RoomQueue } from '../../queue/queue.js';
import type { TurnStore } from '../../store/turn-store.js';
import type { Command } from './command.js';

export interface StopParts {
  rooms: Rooms;
  turns: TurnStore;
  queue: Pick<RoomQueue, 'schedule'>;
  /** Tells the worker that has the room's turn, wherever it runs. */
  publish(roomId: string, turnId: string): void;
}

/**
 * The event ends a turn that runs. It may be lost, or the turn may be waiting for another try: then the room's state
 * says that it was called off, and the next run commits it so.
 */
export function stop({ rooms, turns, queue, publish }: StopParts): Command {
  return {
    name: 'stop',
    about: 'stop answering',
    async run({ roomId }) {
      const [first] = (await turns.claim(roomId, 1)).messages;
      if (!first) return { text: 'There is nothing to stop.' };
      await rooms.change(roomId, { stopped: newId() });
      publish(roomId, turnIdOf(first));
      await queue.schedule(roomId);
      return { text: 'Stopping.' };
    },
  };
}
