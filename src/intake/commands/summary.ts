import type { Caller } from '../../operations/operations.js';
import type { Command } from './command.js';

export function summary(operations: Caller): Command {
  return {
    name: 'summary',
    about: 'what I keep of what was said here before',
    async run({ principal }) {
      const { roomId } = principal;
      const { summary, failing } = await operations.call('rooms.summary', { roomId }, principal);
      const lines = [
        summary?.text ?? 'There is no summary yet: what was said here still stands before me.',
        ...(failing ? ['A newer one could not be made just now; I try again.'] : []),
      ];
      return { text: lines.join('\n\n') };
    },
  };
}
