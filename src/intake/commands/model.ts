import { roleHere } from '../../access/principal.js';
import { isAtLeast } from '../../access/role.js';
import type { Caller } from '../../operations/operations.js';
import type { Command } from './command.js';

export function model(operations: Caller): Command {
  return {
    name: 'model',
    about: 'which model answers here; operators may choose another',
    async run({ args, principal }) {
      const { agentId, roomId, scope } = principal;
      if (args === '') {
        const room = await operations.call('rooms.status', { agentId, roomId, scope }, principal);
        const lines = room.models.map((ref) =>
          ref === room.model ? `- ${ref} (chosen for this room)` : `- ${ref}`,
        );
        const how = isAtLeast(roleHere(principal), 'operator')
          ? '\nChoose one: /model NAME. Back to the usual order: /model default'
          : '';
        return { text: `Models, asked in this order:\n${lines.join('\n')}${how}` };
      }
      const wanted = args.toLowerCase() === 'default' ? null : args;
      const input = { agentId, roomId, model: wanted };
      const { model } = await operations.call('rooms.model', input, principal);
      return {
        text: model
          ? `In this room ${model} is asked first from now on.`
          : 'This room is back to the usual models.',
      };
    },
  };
}
