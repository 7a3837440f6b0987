import { cells, words } from './cells.js';
import { more } from './output.js';
import { type CommandGroup, paged, type Typed, typed } from './typed.js';

const decided: Pick<Typed<'approvals.decide'>, 'show'> = {
  show: ({ id, tool, state, missing, by, held }) => [
    state === 'open'
      ? `Counted: ${id} (${tool}). ${missing} more must approve it.`
      : `${id} (${tool}) is ${state}${by ? ` by ${by}` : ''}${held ? '; it goes on once tools are resumed' : ''}.`,
  ],
};

export const approvals: CommandGroup = {
  about: 'calls of tools that wait for a decision',
  commands: {
    list: typed('approvals.list', {
      about: 'those that wait, or that were decided',
      isDefault: true,
      options: [
        ['--state <state>', 'open, approved, denied, expired, stopped or all', 'open'],
        ['--agent-id <id>', 'of this agent'],
        ...paged,
      ],
      show: ({ approvals, nextCursor }) => [
        ...approvals.map(({ id, state, agentId, tool, requester, decides, expiresAt, arguments: args }) =>
          cells(
            ...[id, state, agentId, tool, `for ${requester.name ?? requester.userId}`],
            ...[`${decides.people} × ${decides.role}`, `until ${expiresAt}`, words(args ?? '(forgotten)')],
          ),
        ),
        ...more(nextCursor),
      ],
    }),
    show: typed('approvals.show', {
      about: 'the whole call, who asked, which rule, who decides and who has',
      fields: ['id'],
      show: (approval) => JSON.stringify(approval, null, 2).split('\n'),
    }),
    approve: typed('approvals.decide', {
      about: 'approve it, as one of those who must',
      fields: ['id'],
      fixed: { approve: true },
      ...decided,
    }),
    deny: typed('approvals.decide', {
      about: 'deny it: it is not done',
      fields: ['id'],
      fixed: { approve: false },
      options: [['--note <text>', 'why not: the model reads it']],
      ...decided,
    }),
  },
};
