import type { PersonPrincipal } from '../../access/principal.js';
import type { Caller, OutputOf } from '../../operations/operations.js';
import { readTaskId } from '../../tasks/task.js';
import { standing } from '../../tasks/words.js';
import type { Command } from './command.js';

type Shown = OutputOf<'tasks.list'>['tasks'][number];

const most = 50;
const verbs = { pause: 'tasks.pause', resume: 'tasks.resume', stop: 'tasks.stop' } as const;

/** Those that are not over and that no other has begun. */
export async function openTasks(operations: Caller, principal: PersonPrincipal): Promise<Shown[]> {
  const wanted = { agentId: principal.agentId, roomId: principal.roomId, limit: most };
  const { tasks } = await operations.call('tasks.list', wanted, principal);
  return tasks.filter(({ parent }) => parent === undefined);
}

export function tasks(operations: Caller): Command {
  return {
    name: 'tasks',
    about: 'the tasks that go on here',
    async run({ principal }) {
      const open = await openTasks(operations, principal);
      return { text: open.length === 0 ? 'There are no tasks here.' : open.map(lineOf).join('\n') };
    },
  };
}

export function task(operations: Caller): Command {
  return {
    name: 'task',
    about: 'how far a task is: /task, /task ID, /task ID pause, resume or stop',
    async run({ args, principal }) {
      const words = args.split(/\s+/).filter(Boolean);
      const named = words.map(readTaskId).find((id) => id !== null);
      const id = named ?? (await openTasks(operations, principal)).at(-1)?.id;
      if (!id) return { text: 'There are no tasks here.' };
      const verb = words.find((word): word is keyof typeof verbs => Object.hasOwn(verbs, word));
      if (verb) {
        const { goal, state } = await operations.call(verbs[verb], { id }, principal);
        return { text: `"${goal}" (${id}) is ${state}.` };
      }
      const shown = await operations.call('tasks.show', { id }, principal);
      const steps = shown.steps.map(({ text, state }, at) => `${at + 1}. ${text}: ${state}`);
      return { text: [lineOf(shown), ...steps].join('\n') };
    },
  };
}

function lineOf(shown: Shown): string {
  return `"${shown.goal}" (${shown.id}): ${standing(shown)}`;
}
