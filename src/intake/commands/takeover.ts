import type { Caller } from '../../operations/operations.js';
import { nameOf, subjectOf, told } from '../room-subject.js';
import type { Command } from './command.js';

const lasting = /^for\s+(\d+)\s*(s|m|h|d)[a-z]*\b\s*/i;

export function takeover(operations: Caller): Command {
  return {
    name: 'takeover',
    about: 'answer here yourself, I say nothing then, or: /takeover [ROOM] [for 2h] [reason]',
    least: 'operator',
    async run(call) {
      const { roomId, rest } = subjectOf(call);
      const [length = '', count, unit = ''] = lasting.exec(rest) ?? [];
      const reason = rest.slice(length.length).trim();
      const input = {
        ...{ roomId, name: nameOf(call) },
        ...(length !== '' && { for: `${count}${unit.toLowerCase()}` }),
        ...(reason !== '' && { reason }),
      };
      const { until } = await operations.call('rooms.takeOver', input, call.principal);
      const end = until === null ? 'until somebody writes /handback' : `until ${until}, or /handback`;
      return told(call, roomId, `It is yours: I say nothing there ${end}.`);
    },
  };
}
