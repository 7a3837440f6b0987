import { cells, words } from './cells.js';
import { type CommandGroup, type Typed, typed } from './typed.js';

const named: Typed['options'] & {} = [['--name <name>', 'yours, as others are to read it']];

/** Of rooms: people answer in the place of the agent. */
export const takeoverCommands: CommandGroup['commands'] = {
  'take-over': typed('rooms.takeOver', {
    about: 'take one over from its agent, which says nothing there until it is handed back',
    fields: ['roomId'],
    options: [
      ['--for <length>', 'such as 30m, 2h; without it, until it is handed back'],
      ['--reason <text>', 'for other operators'],
      ...named,
    ],
    show: ({ roomId, until }) => [`Taken over: ${roomId}${until ? ` until ${until}` : ''}.`],
  }),
  'hand-back': typed('rooms.handBack', {
    about: 'hand one back to its agent',
    fields: ['roomId'],
    options: [
      ['--answer', 'have it answer now what is unanswered'],
      ['--drop', 'leave out what it was to say meanwhile, such as a reminder'],
    ],
    show: ({ handedBack, answers }, { roomId }) => [
      handedBack ? `Handed back: ${roomId}.` : `Nobody had taken it over: ${roomId}.`,
      ...(answers === undefined ? [] : [`Messages that it answers now: ${answers}.`]),
    ],
  }),
  answer: typed('rooms.answer', {
    about: 'answer in one that was taken over, in the name of the agent',
    fields: ['roomId', 'text'],
    options: [['--message-id <id>', 'yours: with the same one it is said once'], ...named],
    show: ({ messageId, duplicate }) => [`${duplicate ? 'Said already' : 'Said'}: ${messageId ?? ''}.`],
  }),
  hold: typed('rooms.hold', {
    about: 'who has taken one over, and what the agent was about to say',
    fields: ['roomId'],
    show: ({ hold, drafts, unanswered }) => [
      hold
        ? cells(
            hold.name ?? hold.by,
            `since ${hold.since}`,
            hold.until ? `until ${hold.until}` : '',
            hold.reason ?? '',
          )
        : 'Nobody has taken it over.',
      ...drafts.map(({ at, text, later }) =>
        cells(at, later ? 'said when it is handed back:' : 'not said:', words(text)),
      ),
      ...(unanswered > 0 ? [`Messages without an answer: ${unanswered}.`] : []),
    ],
  }),
  note: typed('rooms.note', {
    about: 'note something of one, for operators and the agent alone',
    fields: ['roomId', 'text'],
    options: named,
    show: () => ['Noted.'],
  }),
  notes: typed('rooms.notes', {
    about: 'what operators have noted of one',
    fields: ['roomId'],
    show: ({ notes }) =>
      notes.length === 0
        ? ['There are none.']
        : notes.map(({ at, by, name = by, text }) => cells(at, `${name}:`, words(text))),
  }),
};
