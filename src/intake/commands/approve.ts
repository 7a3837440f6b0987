import type { Caller } from '../../operations/operations.js';
import type { Command } from './command.js';

export function approve(operations: Caller): Command {
  return {
    name: 'approve',
    about: 'let in the person or the place that has this code: /approve CODE',
    least: 'member',
    async run({ args, principal }) {
      if (args === '') return { text: 'Which code? Write: /approve CODE' };
      const { agentId, connector } = principal;
      const input = { code: args.slice(0, 64), within: { agentId, connector } };
      const { name, userId = 'The place' } = await operations.call('pairings.approve', input, principal);
      return { text: `${name ?? userId} is let in.` };
    },
  };
}
