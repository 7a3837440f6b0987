import type { PersonPrincipal } from '../../access/principal.js';
import type { Agent } from '../../core/character.js';
import type { Command } from './command.js';

/** `commands` is asked when somebody wants to know: `help` is one of them. */
export function help(commands: (principal: PersonPrincipal, agent: Agent) => Promise<Command[]>): Command {
  return {
    name: 'help',
    about: 'what I understand besides talk',
    async run({ agent, principal }) {
      const lines = (await commands(principal, agent)).map(({ name, about }) => `/${name}: ${about}`);
      return { text: [`I am ${agent.character.name}. Just write to me, or:`, ...lines].join('\n') };
    },
  };
}
