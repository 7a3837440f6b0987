import { cells, words } from './cells.js';
import { more } from './output.js';
import { type CommandGroup, paged, typed } from './typed.js';

const when: [flags: string, about: string, usual?: string][] = [
  ['--in <seconds>', 'so long from now'],
  ['--at <time>', 'a local time: "2026-12-24 18:30", or 18:30 for the next one'],
  ['--cron <pattern>', 'again and again, in five fields: "0 9 * * 1-5"'],
  ['--zone <zone>', 'whose local time, such as Europe/Berlin', 'UTC'],
];
const missed = '--missed <rule>';
const rules = 'where no hub ran then: run it late, skip it, or tell that it was missed';

export const schedules: CommandGroup = {
  about: 'what agents are to say or do later, once or again and again',
  commands: {
    list: typed('schedules.list', {
      about: 'those that still have something to do',
      isDefault: true,
      options: [
        ['--state <state>', 'open, or all: those that are over, too', 'open'],
        ['--agent-id <id>', 'of this agent'],
        ['--room-id <id>', 'for this room'],
        ...paged,
      ],
      show: ({ schedules, nextCursor }) => [
        ...schedules.map(({ id, state, agentId, connector, channel, author, kind, text, times }) =>
          cells(
            id,
            state,
            agentId,
            `${connector}:${channel}`,
            `of ${author.name ?? author.id}`,
            kind,
            words(text),
            times,
          ),
        ),
        ...more(nextCursor),
      ],
    }),
    show: typed('schedules.show', {
      about: 'one of them, whose rights it has, and what became of its last time',
      fields: ['id'],
      show: (schedule) => JSON.stringify(schedule, null, 2).split('\n'),
    }),
    add: typed('schedules.add', {
      about: 'have the agent of a room say this there at a time, or work on it',
      fields: ['roomId', 'text'],
      options: [
        ...when,
        ['--kind <kind>', 'reminder: the text is said; work: the agent does it', 'reminder'],
        [missed, rules, 'run'],
      ],
      show: ({ id, times }) => [`Scheduled: ${id}. ${times}`],
    }),
    change: typed('schedules.change', {
      about: 'give it another text or time, pause it, or let it go on',
      fields: ['id'],
      options: [
        ['--text <text>', 'what to say or do'],
        ...when,
        ['--paused <true|false>', 'whether it waits until it is told to go on'],
        [missed, rules],
      ],
      show: ({ id, state, times }) => [`Changed: ${id} is ${state}. ${times}`],
    }),
    remove: typed('schedules.remove', {
      about: 'end it',
      fields: ['id'],
      show: ({ id }) => [`Removed: ${id}.`],
    }),
  },
};
