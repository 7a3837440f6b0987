/** Commands that follow what happens: a turn, the events of the hub. */
import { type Typed, typed } from './typed.js';

export const following: Record<string, Typed> = {
  turn: typed('turns.show', {
    about: 'what happened in a turn and why, on one screen',
    fields: ['turnId'],
    options: [
      ['--prompt', 'also what the model was given: character and what was said before'],
      ['--json', 'as the hub gives it: of turns.show, or of turns.prompt with --prompt'],
    ],
    run: async (said) => (await import('./turn.js')).showTurn(said),
    show: () => [],
  }),
  logs: typed('events.list', {
    about: 'what happens in the hub: its events, oldest first',
    options: [
      ['--follow', 'go on with what happens from now on'],
      ['--room <id>', 'of this room'],
      ['--agent <id>', 'of this agent'],
      ['--turn <id>', 'of this turn'],
      ['--json', 'a line of JSON for each, as the hub gives it'],
    ],
    run: async (said) => (await import('./logs.js')).showLogs(said),
    show: () => [],
  }),
};
