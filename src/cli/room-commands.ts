/** `carrier rooms`. */

import { cells, words } from './cells.js';
import { more } from './output.js';
import { forgotten } from './people-commands.js';
import { takeoverCommands } from './takeover-commands.js';
import { type CommandGroup, paged, typed } from './typed.js';

export const rooms: CommandGroup = {
  about: 'conversations',
  commands: {
    list: typed('rooms.list', {
      about: 'the most recently active first',
      isDefault: true,
      options: [['--agent-id <id>', 'of this agent'], ...paged],
      show: ({ rooms, nextCursor }) => [
        ...rooms.map(({ roomId, agentId, connector, tenant, channel, thread = '', messages, lastAt }) =>
          cells(roomId, agentId, connector, tenant, channel, thread, `${messages} messages`, lastAt),
        ),
        ...more(nextCursor),
      ],
    }),
    show: typed('rooms.messages', {
      about: 'what was said last in one, and the turns of its agent',
      fields: ['roomId'],
      options: [
        ['--limit <number>', 'most messages and turns, up to 200', '20'],
        ['--json', 'as one object: {messages, turns}, as the hub gives them'],
      ],
      run: async (said) => (await import('./room.js')).showRoom(said),
      show: () => [],
    }),
    messages: typed('rooms.messages', {
      about: 'what was said in one',
      fields: ['roomId'],
      options: [['--order <order>', 'oldest or newest first', 'oldest'], ...paged],
      show: ({ messages, nextCursor }) => [
        ...messages.map(({ createdAt, author, text, status }) =>
          cells(
            createdAt,
            `${author.name ?? author.id}:`,
            words(text),
            status === 'failed' ? '(failed)' : '',
          ),
        ),
        ...more(nextCursor),
      ],
    }),
    stop: typed('turns.stop', {
      about: 'stop the turn that runs or waits in one',
      fields: ['roomId'],
      show: stopping,
    }),
    forget: typed('rooms.forget', {
      about: 'forget all that was said in one, and the facts and summaries made there',
      fields: ['roomId'],
      asks: true,
      show: forgotten,
    }),
    summary: typed('rooms.summary', {
      about: 'what is kept of what was said in a room and has left the prompt',
      fields: ['roomId'],
      show: ({ summary, failing }) => [
        ...(summary
          ? [cells(`${summary.messages} messages`, summary.by, summary.madeAt), ...summary.text.split('\n')]
          : ['There is none.']),
        ...(failing
          ? [
              `Not made anew since ${failing.since}: ${failing.error?.message ?? ''} Tried ${failing.tries} times.`,
            ]
          : []),
      ],
    }),
    ...takeoverCommands,
    say: typed('messages.post', {
      about: 'have an agent say this in a room that it was in before; in one that was taken over, answer',
      fields: ['agentId', 'roomId', 'text'],
      fixed: { orAnswer: true },
      options: [['--message-id <id>', 'yours: with the same one it is said once, however often you ask']],
      show: ({ messageId, duplicate }) => [`${duplicate ? 'Said already' : 'Said'}: ${messageId ?? ''}.`],
    }),
  },
};

export function stopping({ turnId }: { turnId: string | null }): string[] {
  return [turnId ? `Stopping ${turnId}.` : 'There is nothing to stop.'];
}
