import type { Caller } from '../../operations/operations.js';
import type { Command } from './command.js';

export function stop(operations: Caller): Command {
  return {
    name: 'stop',
    about: 'stop answering',
    async run({ principal, givenAt }) {
      const wanted = { roomId: principal.roomId, askedAt: givenAt };
      const { turnId, waited } = await operations.call('turns.stop', wanted, principal);
      if (!turnId) return { text: 'There is nothing to stop.' };
      // A turn that ran says "Stopped." where its answer was being written.
      return waited ? { text: 'Stopped.' } : { text: 'Stopping.', saidAnyway: true };
    },
  };
}
