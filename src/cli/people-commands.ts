/** Commands about people and their roles. */
import { type Account, type Group, levelText, writtenAccount } from '../access/account.js';
import type { OutputOf } from '../operations/operations.js';
import type { Input } from './carry.js';
import { cells } from './cells.js';
import { countsText } from './memory-commands.js';
import { more } from './output.js';
import { type CommandGroup, paged, type Typed, typed } from './typed.js';

const toWhom: Typed['options'] & {} = [
  ['--account <id>', 'of whom: CONNECTOR:USER, or CONNECTOR/TENANT:USER'],
  ['--group <id>', 'or of which group of a platform: CONNECTOR/TENANT:GROUP'],
];
const forWhat: Typed['options'] & {} = [
  ['--agent-id <id>', 'for this agent'],
  ['--place <id>', 'for this place: CONNECTOR, CONNECTOR/TENANT or CONNECTOR/TENANT:CHANNEL'],
];

export const ofPeople: Record<string, CommandGroup> = {
  people: {
    about: 'the people who talk to agents',
    commands: {
      list: typed('roles.list', {
        about: 'who was let in, and who has a role; carrier rooms lists who has talked',
        isDefault: true,
        options: [['--json', 'as one object: {people: [{connector, tenant, userId, name, roles, paired}]}']],
        run: async (said) => (await import('./people-list.js')).listPeople(said),
        show: () => [],
      }),
      forget: typed('people.forget', {
        about: 'forget what somebody said in every room, the replies to it, and the facts kept from it',
        fields: ['userId'],
        options: [
          ['--connector <name>', 'where this id is theirs', 'http'],
          ['--tenant <id>', 'the workspace or server there, if it has such'],
          ['--agent-id <id>', 'only what this agent remembers'],
        ],
        asks: true,
        show: forgotten,
      }),
      export: typed('people.export', {
        about: 'all that is held of somebody, on all their accounts, as lines of JSON',
        fields: ['account'],
        options: [
          ['--agent-id <id>', 'only what this agent remembers'],
          ['--no-files', 'without the bytes of files'],
          ['--to <file>', 'into this file, which only you can read; else it is printed'],
        ],
        run: async (said) => (await import('./people-export.js')).exportPerson(said),
        show: () => [],
      }),
      'erase-preview': typed('people.previewErasure', {
        about: 'how much of somebody would be erased, on all their accounts, and the code that confirms it',
        fields: ['account'],
        options: [['--agent-id <id>', 'only what this agent remembers']],
        show: toErase,
      }),
      erase: typed('people.erase', {
        about: 'erase somebody for good as a preview showed it, by its code',
        fields: ['code'],
        show: ({ erased, preview }) =>
          erased
            ? [`Erased: ${countsText(erased)}.`]
            : [
                'Their accounts are others by now: nothing is erased yet.',
                ...(preview ? toErase(preview) : []),
              ],
      }),
      show: typed('people.show', {
        about: 'whose an account is (CONNECTOR:USER, or CONNECTOR/TENANT:USER), and what they may do',
        fields: ['account'],
        options: [['--agent-id <id>', 'of this agent']],
        show: ({ accounts, roles, groupsUnknown }) => [
          ...accounts.map((account) => cells(writtenAccount(account), account.linkedAt ?? '')),
          ...roles.map(({ role, level, by, account }) =>
            cells(`  ${role}`, levelText(level), by, account ? writtenAccount(account) : ''),
          ),
          ...(groupsUnknown ? ['Not all groups could be looked up: roles may be missing.'] : []),
        ],
      }),
      link: typed('people.link', {
        about: 'make two accounts one person: they share their roles',
        fields: ['account', 'other'],
        show: ({ account, other }) => [`Linked: ${writtenAccount(account)} and ${writtenAccount(other)}.`],
      }),
      unlink: typed('people.unlink', {
        about: 'make an account a person by itself again',
        fields: ['account'],
        show: ({ account, unlinked }) => [
          unlinked ? `Unlinked: ${writtenAccount(account)}.` : 'It is linked with no other.',
        ],
      }),
    },
  },
  roles: {
    about: 'who may do what',
    commands: {
      list: typed('roles.list', {
        about: 'who was given which role',
        isDefault: true,
        options: forWhat,
        show: ({ roles }) =>
          roles.map(({ role, level, by, ...whose }) => cells(role, subjectText(whose), levelText(level), by)),
      }),
      give: typed('roles.give', {
        about: 'give a role: member, operator, admin or owner; nobody gives more than they have',
        fields: ['role'],
        options: [...toWhom, ...forWhat],
        show: ({ role, level, ...whose }) => [
          `${subjectText(whose)} is ${role} for ${levelText(level)} now.`,
        ],
      }),
      take: typed('roles.take', {
        about: 'take a role that was given, for exactly this',
        options: [...toWhom, ...forWhat],
        show: ({ role, level, ...whose }) => [
          `${subjectText(whose)} is no longer ${role} for ${levelText(level)}.`,
        ],
      }),
    },
  },
};

export function forgotten({ memories }: { memories: number }, { count }: Input): string[] {
  return [count ? `${amount(memories)} would be forgotten for good.` : `Forgotten: ${amount(memories)}.`];
}

function toErase({ code, accounts, counts }: OutputOf<'people.previewErasure'>): string[] {
  return [
    `Would be erased for good, of ${accounts.map(writtenAccount).join(', ')}: ${countsText(counts)}.`,
    `To go on: carrier people erase ${code}`,
  ];
}

function subjectText({
  account,
  group,
}: {
  account?: Account | undefined;
  group?: Group | undefined;
}): string {
  if (account) return writtenAccount(account);
  return group ? `group ${writtenAccount({ ...group, userId: group.group })}` : '';
}

function amount(count: number): string {
  return count === 1 ? 'one memory' : `${count} memories`;
}

export const retention = typed('retention.report', {
  about: 'what went because it was kept long enough, by agent, day and rule',
  options: [['--agent-id <id>', 'of this agent'], ...paged],
  show: ({ days, nextCursor }) => [
    ...days.map(({ day, agentId, went }) =>
      cells(day, agentId, ...Object.entries(went).map(([rule, count]) => `${rule}: ${count}`)),
    ),
    ...more(nextCursor),
  ],
});
