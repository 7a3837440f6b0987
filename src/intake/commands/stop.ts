import type { Caller } from '../../operations/operations.js';
import type { Command } from './command.js';

export function stop(operations: Caller): Command {
  return {
    name: 'stop',
    about: 'stop answering',
    async run({ principal, givenAt }) {
      const { roomId } = principal;
      const { turnId } = await operations.call('turns.stop', { roomId, askedAt: givenAt }, principal);
      return { text: turnId ? 'Stopping.' : 'There is nothing to stop.' };
    },
  };
}
