import type { Agent } from '../../core/character.js';
import type { Rooms } from '../../core/room.js';
import type { Command } from './command.js';

/** `models`: those of the agent's chain, in order; no others can be chosen. */
export function model(rooms: Rooms, models: (agent: Agent) => string[]): Command {
  return {
    name: 'model',
    about: 'which model answers here; operators may choose another',
    async run({ agent, roomId, args, operator }) {
      const chain = models(agent);
      if (args === '') {
        const { model: chosen } = await rooms.get(roomId);
        const lines = chain.map((ref) => (ref === chosen ? `- ${ref} (chosen for this room)` : `- ${ref}`));
        const how = operator ? '\nChoose one: /model NAME. Back to the usual order: /model default' : '';
        return { text: `Models, asked in this order:\n${lines.join('\n')}${how}` };
      }
      if (!operator) return { text: 'Choosing a model is for the operators of this agent.' };
      if (args.toLowerCase() === 'default') {
        await rooms.change(roomId, { model: undefined });
        return { text: 'This room is back to the usual models.' };
      }
      const ref = chain.find((known) => known.toLowerCase() === args.toLowerCase());
      if (!ref) return { text: `There is no such model here. There are: ${chain.join(', ')}` };
      await rooms.change(roomId, { model: ref });
      return { text: `In this room ${ref} is asked first from now on.` };
    },
  };
}
