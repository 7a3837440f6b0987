import { cells, words } from './cells.js';
import { more } from './output.js';
import { type CommandGroup, paged, typed } from './typed.js';

export const facts: CommandGroup = {
  about: 'what agents know of people',
  commands: {
    list: typed('facts.list', {
      about: 'of a person (--connector, --user-id), or of those who talk in a room (--room-id), oldest first',
      fields: ['agentId'],
      options: [
        ['--room-id <id>', 'of this room'],
        ['--connector <name>', 'the platform of the person'],
        ['--tenant <id>', 'the server, workspace or tenant of the person', 'default'],
        ['--user-id <id>', 'of this person'],
        ['--state <state>', 'now; past: what held once; or all', 'now'],
        ...paged,
      ],
      show: ({ facts, nextCursor }) => [
        ...facts.map(({ id, state, owner, text, at, said }) =>
          cells(id, state, owner.name ?? owner.id, at, `said ${said}x`, words(text)),
        ),
        ...more(nextCursor),
      ],
    }),
    correct: typed('facts.correct', {
      about: 'say what is right in its place',
      fields: ['id', 'text'],
      show: ({ id, text }) => [`Kept: ${id}. ${text}`],
    }),
    remove: typed('facts.remove', {
      about: 'forget it',
      fields: ['id'],
      show: ({ id }) => [`Removed: ${id}.`],
    }),
  },
};
