import type { Caller } from '../../operations/operations.js';
import { isSeen, nameOf, subjectOf, told } from '../room-subject.js';
import type { Command } from './command.js';

export function note(operations: Caller): Command {
  return {
    name: 'note',
    about: 'note something for operators and me, which nobody else is told: /note [ROOM] TEXT',
    least: 'operator',
    unrepeatable: true,
    async run(call) {
      const { roomId, rest } = subjectOf(call);
      if (rest === '') {
        const { notes } = await operations.call('rooms.notes', { roomId }, call.principal);
        // Where the person reads along, too, they are not shown.
        const lines = isSeen(call, roomId)
          ? []
          : notes.map(({ at, by, name = by, text }) => `${at} ${name}: ${text}`);
        return told(call, roomId, lines.join('\n') || 'Write what is to be noted: /note [ROOM] TEXT');
      }
      await operations.call('rooms.note', { roomId, text: rest, name: nameOf(call) }, call.principal);
      return told(call, roomId, 'Noted.');
    },
  };
}
