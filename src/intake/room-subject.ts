/** Which room commands of people who answer are about, and who reads what they give. */
import { isRoomId } from '../core/memory.js';
import type { Call } from './commands/command.js';
import type { Notice } from './gate.js';

/** The room that is named first, or the one it is written in. */
export function subjectOf({ args, principal }: Call): { roomId: string; rest: string } {
  const [word = ''] = args.split(/\s+/, 1);
  return isRoomId(word)
    ? { roomId: word, rest: args.slice(word.length).trim() }
    : { roomId: principal.roomId, rest: args };
}

export function nameOf({ message: { author } }: Call): string | undefined {
  return author.name?.trim().slice(0, 80) || undefined;
}

/** Whether others than operators read what is written here of it. */
export function isSeen({ principal }: Call, roomId: string): boolean {
  return roomId === principal.roomId;
}

/** The person in the room is told nothing of it. */
export function told(call: Call, roomId: string, text: string): Notice {
  return { text, ...(isSeen(call, roomId) && !call.message.direct && { quiet: true }) };
}
