import type { Caller } from '../../operations/operations.js';
import { subjectOf, told } from '../room-subject.js';
import type { Command } from './command.js';

export function handback(operations: Caller): Command {
  return {
    name: 'handback',
    about: 'let me answer again where somebody has taken over, or: /handback ROOM',
    least: 'operator',
    async run(call) {
      const { roomId } = subjectOf(call);
      const { handedBack } = await operations.call('rooms.handBack', { roomId }, call.principal);
      return told(call, roomId, handedBack ? 'I answer there again.' : 'Nobody had taken it over.');
    },
  };
}
