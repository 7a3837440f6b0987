import { cells, words } from './cells.js';
import { more } from './output.js';
import { type CommandGroup, paged, type Typed, typed } from './typed.js';

const changed: Pick<Typed<'tasks.stop'>, 'show'> = {
  show: ({ id, state, goal }) => [`${id} is ${state}: ${goal}`],
};

export const tasks: CommandGroup = {
  about: 'goals that agents work on over many turns',
  commands: {
    list: typed('tasks.list', {
      about: 'those that go on, or that are over',
      isDefault: true,
      options: [
        ['--state <state>', 'open, running, paused, blocked, limit, done, failed, stopped or all', 'open'],
        ['--agent-id <id>', 'of this agent'],
        ['--room-id <id>', 'of this room'],
        ...paged,
      ],
      show: ({ tasks, nextCursor }) => [
        ...tasks.map(({ id, state, agentId, steps, requester, turns, tokens, goal }) =>
          cells(
            ...[id, state, agentId, `for ${requester.name ?? requester.userId}`],
            `${steps.filter((step) => step.state !== 'open').length} of ${steps.length} steps`,
            ...[`${turns} turns`, `${tokens} tokens`, words(goal)],
          ),
        ),
        ...more(nextCursor),
      ],
    }),
    show: typed('tasks.show', {
      about: 'goal, plan, cost and limits',
      fields: ['id'],
      show: (task) => JSON.stringify(task, null, 2).split('\n'),
    }),
    pause: typed('tasks.pause', { about: 'let it rest until it is resumed', fields: ['id'], ...changed }),
    resume: typed('tasks.resume', { about: 'let it go on', fields: ['id'], ...changed }),
    stop: typed('tasks.stop', { about: 'end it for good', fields: ['id'], ...changed }),
  },
};
