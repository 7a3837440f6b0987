import type { Caller } from '../../operations/operations.js';
import { nameOf, subjectOf, told } from '../room-subject.js';
import type { Command } from './command.js';

export function answer(operations: Caller): Command {
  return {
    name: 'answer',
    about: 'answer in my name where somebody has taken over: /answer ROOM TEXT',
    least: 'operator',
    unrepeatable: true,
    async run(call) {
      const { roomId, rest } = subjectOf(call);
      if (rest === '') return told(call, roomId, 'Write what is to be said: /answer ROOM TEXT');
      const input = { roomId, text: rest, name: nameOf(call) };
      await operations.call('rooms.answer', input, call.principal);
      return told(call, roomId, 'Said.');
    },
  };
}
