import type { Pairings } from '../pairings.js';
import type { Command } from './command.js';

export function approve(pairings: Pairings): Command {
  return {
    name: 'approve',
    about: 'let in who has this pairing code: /approve CODE',
    operatorsOnly: true,
    async run({ args, agent, message }) {
      if (args === '') return { text: 'Which code? Write: /approve CODE' };
      const { connector } = message.source;
      const { id, name } = await pairings.approve(args, { agentId: agent.id, connector });
      return { text: `${name ?? id} is let in.` };
    },
  };
}
