import type { Caller } from '../../operations/operations.js';
import type { Command } from './command.js';
import { openTasks } from './tasks.js';

export function stop(operations: Caller): Command {
  return {
    name: 'stop',
    about: 'stop answering, and all tasks that go on here',
    async run({ principal, givenAt, agent }) {
      const open = agent.character.type === 'task' ? await openTasks(operations, principal) : [];
      for (const { id } of open) await operations.call('tasks.stop', { id }, principal);
      const wanted = { roomId: principal.roomId, askedAt: givenAt };
      const { turnId, waited } = await operations.call('turns.stop', wanted, principal);
      if (open.length > 0) return { text: `Stopped: ${open.map(({ goal }) => `"${goal}"`).join(', ')}.` };
      if (!turnId) return { text: 'There is nothing to stop.' };
      // A turn that ran says "Stopped." where its answer was being written.
      return waited ? { text: 'Stopped.' } : { text: 'Stopping.', saidAnyway: true };
    },
  };
}
