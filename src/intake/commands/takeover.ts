import { isRoomId } from '../../core/memory.js';
import type { Caller } from '../../operations/operations.js';
import type { Notice } from '../gate.js';
import type { Call, Command } from './command.js';

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

/** The room that is named first, or the one it is written in. */
function subjectOf({ args, principal }: Call): { roomId: string; rest: string } {
  const [word = ''] = args.split(/\s+/, 1);
  return isRoomId(word)
    ? { roomId: word, rest: args.slice(word.length).trim() }
    : { roomId: principal.roomId, rest: args };
}

function nameOf({ message: { author } }: Call): string | undefined {
  return author.name?.trim().slice(0, 80) || undefined;
}

/** Whether others than operators read what is written here of it. */
function isSeen({ principal }: Call, roomId: string): boolean {
  return roomId === principal.roomId;
}

/** The person in the room is told nothing of it. */
function told(call: Call, roomId: string, text: string): Notice {
  return { text, ...(isSeen(call, roomId) && !call.message.direct && { quiet: true }) };
}
