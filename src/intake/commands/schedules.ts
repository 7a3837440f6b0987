import type { Caller } from '../../operations/operations.js';
import type { Command } from './command.js';

const shown = 50;

export function schedules(operations: Caller): Command {
  return {
    name: 'schedules',
    about: 'your reminders and scheduled work here: /schedules, /schedules remove ID',
    async run({ args, principal }) {
      const [, id] = /^remove\s+(\S{1,64})$/.exec(args) ?? [];
      if (id !== undefined) {
        await operations.call('schedules.remove', { id }, principal);
        return { text: 'It is off.' };
      }
      if (args !== '') return { text: 'Write: /schedules, or /schedules remove ID' };
      const { agentId, roomId, userId } = principal;
      const input = { agentId, roomId, limit: 200 };
      const { schedules } = await operations.call('schedules.list', input, principal);
      const own = schedules.filter(({ author }) => author.id === userId).slice(0, shown);
      if (own.length === 0) return { text: 'Nothing is scheduled.' };
      const lines = own.map(
        ({ id, text, times, state }) => `- \`${id}\` ${text}\n  ${state === 'paused' ? 'paused' : times}`,
      );
      return { text: [...lines, 'To end one: /schedules remove ID'].join('\n') };
    },
  };
}
