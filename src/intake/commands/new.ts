import type { Caller } from '../../operations/operations.js';
import type { Command } from './command.js';

/** Earlier messages leave the prompt. They stay in memory, and recall may find them, until /forget. */
export function beginAnew(operations: Caller): Command {
  return {
    name: 'new',
    about: 'begin a new conversation here',
    async run({ principal, givenAt }) {
      await operations.call('rooms.renew', { roomId: principal.roomId, askedAt: givenAt }, principal);
      return {
        text: 'A new conversation. I may still remember what we spoke about before; /forget makes me forget it.',
      };
    },
  };
}
