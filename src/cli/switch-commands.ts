import { cells, words } from './cells.js';
import { row } from './output.js';
import { type CommandGroup, type Typed, typed } from './typed.js';

const switched: Typed['options'] & {} = [
  ['--agent-id <id>', 'the agent; without it, for all agents'],
  ['--connector <name>', 'the platform of a place or a person'],
  ['--tenant <id>', 'the workspace or server there; without it, all'],
  ['--channel <id>', 'one channel of it'],
  ['--user-id <id>', 'the person'],
];

export const switches: CommandGroup = {
  about: 'what is paused: an agent, a place, a person, tools',
  commands: {
    list: typed('switches.list', {
      about: 'what is paused, by whom and until when',
      isDefault: true,
      show: ({ pauses }) =>
        pauses.length === 0
          ? ['Nothing is paused.']
          : pauses.map(({ what, reason = '', by, at, until, ...where }) =>
              cells(
                what,
                ...Object.values(where),
                `since ${at}`,
                until ? `until ${until}` : '',
                `by ${by}`,
                words(reason),
              ),
            ),
    }),
    pause: typed('switches.pause', {
      about: 'stop an agent, a place, a person or tools at once, in every process',
      fields: ['what'],
      options: [
        ...switched,
        ['--for <length>', 'such as 10m, 2h, 1d; without it, until it is resumed'],
        ['--reason <text>', 'people read it'],
      ],
      show: ({ what, until, at: _at, by: _by, reason: _reason, ...where }) => [
        `Paused${until ? ` until ${until}` : ''}: ${row(what, ...Object.values(where))}.`,
      ],
    }),
    resume: typed('switches.resume', {
      about: 'let it go on; say what as it was paused',
      fields: ['what'],
      options: switched,
      show: ({ resumed }, { what }) => [
        resumed ? `Resumed: ${what}.` : `Not paused so: ${what}. See the list.`,
      ],
    }),
  },
};
