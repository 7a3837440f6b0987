import type { Command } from './command.js';

/** `commands` is asked when somebody wants to know: `help` is one of them. */
export function help(commands: (operator: boolean) => Command[]): Command {
  return {
    name: 'help',
    about: 'what I understand besides talk',
    async run({ agent, principal }) {
      const lines = commands(principal.operator).map(({ name, about }) => `/${name}: ${about}`);
      return { text: [`I am ${agent.character.name}. Just write to me, or:`, ...lines].join('\n') };
    },
  };
}
