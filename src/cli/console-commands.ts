import { cells, words } from './cells.js';
import { typed } from './typed.js';

export const consoleCommand = typed('console.link', {
  about: 'print a link that signs a browser in to the console, good once, for ten minutes',
  show: ({ url }) => [url],
});

export const sessions = {
  about: 'the browsers that are signed in to the console',
  commands: {
    list: typed('console.sessions', {
      about: 'who is signed in, from when, and by which browser',
      isDefault: true,
      show: ({ sessions }) =>
        sessions.map(({ id, account, since, usedAt, userAgent }) =>
          cells(id, account ?? 'owner', `since ${since}`, `used ${usedAt}`, words(userAgent)),
        ),
    }),
    end: typed('console.endSession', {
      about: 'sign one out, at once',
      fields: ['session'],
      show: ({ id }) => [`Signed out: ${id}.`],
    }),
  },
};
