import { newId } from '../../core/ids.js';
import type { Rooms } from '../../core/room.js';
import type { Command } from './command.js';

/** Earlier messages leave the prompt. They stay in memory, and recall may find them, until /forget. */
export function beginAnew(rooms: Rooms): Command {
  return {
    name: 'new',
    about: 'begin a new conversation here',
    async run({ roomId }) {
      await rooms.change(roomId, { since: newId() });
      return {
        text: 'A new conversation. I may still remember what we spoke about before; /forget makes me forget it.',
      };
    },
  };
}
