import type { Caller } from '../../operations/operations.js';
import type { Command } from './command.js';

export function status(operations: Caller): Command {
  return {
    name: 'status',
    about: 'how I am and what I am working on',
    async run({ agent, principal }) {
      const { agentId, roomId, scope } = principal;
      const room = await operations.call('rooms.status', { agentId, roomId, scope }, principal);
      const { models, model, queue } = room;
      const chain = [...models.filter((ref) => ref === model), ...models.filter((ref) => ref !== model)];
      const lines = [
        `Agent: ${agent.character.name} (${agent.id})`,
        `Model: ${chain.join(', then ')}`,
        `Messages of this room that wait for an answer: ${room.waiting}`,
        queue
          ? `All rooms: ${queue.running} being answered, ${queue.waiting} waiting`
          : 'All rooms: the queue cannot be asked just now',
        `Memories of this conversation: ${room.memories}`,
      ];
      return { text: lines.join('\n') };
    },
  };
}
