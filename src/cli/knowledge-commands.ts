import { cells, words } from './cells.js';
import { more } from './output.js';
import { type CommandGroup, paged, typed } from './typed.js';

export const knowledge: CommandGroup = {
  about: 'documents that agents answer from',
  commands: {
    list: typed('documents.list', {
      about: 'which there are, and how far they are read',
      isDefault: true,
      options: [['--agent-id <id>', 'of this agent'], ...paged],
      show: ({ documents, nextCursor }) => [
        ...documents.map(({ id, agentId, name, state, version, chunks, own, problems }) =>
          cells(
            id,
            agentId,
            state,
            words(name),
            `version ${version}`,
            `${chunks} pieces`,
            own ? 'kept for one room' : '',
            words(problems.join(' ')),
          ),
        ),
        ...more(nextCursor),
      ],
    }),
    show: typed('documents.get', {
      about: 'one of them, and what of it could not be read',
      fields: ['id'],
      show: (document) => JSON.stringify(document, null, 2).split('\n'),
      fails: ({ state }) => state === 'failed',
    }),
    add: typed('documents.add', {
      about: 'give an agent files, all of a folder, or a page; what has changed is replaced',
      fields: ['path...'],
      options: [
        ['--agent-id <id>', 'which agent', 'assistant'],
        ['--readers <who>', 'a role, or JSON such as {"role":"member"}; without it everybody'],
        ['--prune', 'take away what is gone from the folder'],
        ['--no-wait', 'do not wait until they are read'],
      ],
      show: () => [],
      run: async (said) => (await import('./knowledge-add.js')).addKnowledge(said),
    }),
    remove: typed('documents.remove', {
      about: 'take one away, with its text, vectors and bytes',
      fields: ['id'],
      show: ({ id }) => [`Removed: ${id}.`],
    }),
    reread: typed('documents.reread', {
      about: 'read one again; a page is fetched again',
      fields: ['id'],
      show: ({ id }) => [`Is read again: ${id}.`],
    }),
  },
};
