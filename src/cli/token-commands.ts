import type { OutputOf } from '../operations/operations.js';
import { cells, type Row, words } from './cells.js';
import { typed } from './typed.js';

export const tokenCommands = {
  about: 'who may call the hub',
  commands: {
    list: typed('tokens.list', {
      about: 'the tokens by name, never the secrets themselves',
      isDefault: true,
      show: ({ tokens }) => tokens.map(describedToken),
    }),
    issue: typed('tokens.issue', {
      about: 'make one that may do what yours may, or less; it is printed this once',
      options: [
        ['--name <name>', 'what it is called; no other token of the tenant may be called so'],
        ['--role <role>', 'owner, admin, operator, member or guest', 'member'],
        ['--scopes <permissions...>', 'all that it is for, such as messages.send or rooms.*'],
        ['--agents <ids...>', 'the agents it is for'],
        ['--tenant <id>', 'whose rooms and people it reaches'],
        ['--user <id>', 'it speaks as this user alone'],
        ['--origins <origins...>', 'pages that may send it, such as https://app.example.com'],
        ['--rate-per-minute <number>', 'requests a minute'],
        ['--expires-in <time>', 'such as 90d, 12h or 30m'],
        ['--expires-at <time>', 'such as 2027-01-31T12:00:00Z'],
      ],
      show: ({ token, callbackSecret, ...issued }) => [
        describedToken(issued),
        `Shown this once, the token:                  ${token}`,
        callbackSecret
          ? `And the secret that signs callbacks to it:   ${callbackSecret}`
          : 'Callbacks cannot be asked for with it: this hub has no CARRIER_SECRET_KEY.',
      ],
    }),
    revoke: typed('tokens.revoke', {
      about: 'withdraw one in all processes; a hub whose own it is makes a new one at its next start',
      fields: ['token'],
      options: [['--made', 'also those that were issued with it']],
      show: ({ id = '', name = '', made }) => [
        `Revoked: ${name} ${id}${made > 0 ? `, and ${made} that were issued with it` : ''}.`,
      ],
    }),
  },
};

type IssuedToken = Omit<OutputOf<'tokens.issue'>, 'token' | 'callbackSecret'>;

function describedToken({ id, name, role, tenant, createdAt, expiresAt, ...limits }: IssuedToken): Row {
  const { scopes, agents, user, origins, bootstrap } = limits;
  const list = (word: string, names?: readonly string[]) => (names ? `${word} ${names.join(' ')}` : '');
  return cells(
    ...[
      id,
      name,
      role,
      tenant,
      user ? `as ${user}` : '',
      words(list('may', scopes)),
      words(list('with', agents)),
    ],
    ...[
      list('from', origins),
      createdAt,
      expiresAt ? `until ${expiresAt}` : '',
      bootstrap ? "a hub's own" : '',
    ],
  );
}
