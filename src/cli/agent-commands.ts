import { basename, extname } from 'node:path';
import type { Input } from './carry.js';
import { cells, words } from './cells.js';
import { differenceLines } from './difference-lines.js';
import { definedIn } from './input-file.js';
import { type CommandGroup, type Typed, typed } from './typed.js';

const comment: [string, string] = ['--comment <text>', 'why, for whoever reads the versions'];
/** `--version` is the program's own. */
const ifStill: [string, string] = ['--if-version <number>', 'only where this version counts still'];
const overrides: [string, string] = [
  '--overrides-file <true|false>',
  'whether it takes the place of a character file of the same id',
];

/** The file is the definition, with what was typed besides. */
function withFile({ file, overridesFile, ...typed }: Input): Input {
  const definition = file === undefined ? undefined : definedIn({ file });
  const said = overridesFile === undefined ? {} : { overridesFile: overridesFile === 'true' };
  return { ...typed, ...said, definition } as unknown as Input;
}

function changed({ id, version, inForce }: { id: string; version: number; inForce: boolean }): string[] {
  const hidden = inForce ? '' : ' A character file of this id counts in its place.';
  return [`${id} has version ${version} now.${hidden}`];
}

export const agents: CommandGroup = {
  about: 'the running agents, and definitions of them in the store',
  commands: {
    list: typed('agents.list', {
      about: 'which agents run, and what is wrong with definitions',
      isDefault: true,
      show: ({ agents, problems }) => [
        ...(agents.length === 0 ? ['No agent runs.'] : []),
        ...agents.map(({ id, name, models, connectors }) =>
          cells(id, words(name), models.join(', '), connectors.join(', ')),
        ),
        ...problems.map(({ agentId, field, message }) =>
          cells('!', agentId ?? '', words(field ? `${field}: ${message}` : message)),
        ),
      ],
      fails: ({ problems }) => problems.length > 0,
    }),
    show: typed('agents.show', {
      about: 'the definition that is in force',
      fields: ['agentId'],
      show: ({ character, definition }) => JSON.stringify(character ?? definition, null, 2).split('\n'),
    }),
    check: typed('agents.check', {
      about:
        'look at all that an agent names with the eyes of its platforms; exit code 1 if something is wrong',
      fields: ['agentId'],
      show: ({ findings }) =>
        findings.map(({ check, ok, fix }) => cells(ok ? 'ok' : 'no', words(check), words(fix ?? ''))),
      fails: ({ ok }) => !ok,
    }),
    models: typed('models.list', {
      about: 'its models, in the order in which they are asked, and how each is',
      fields: ['agentId'],
      show: ({ models }) =>
        models.flatMap(({ model, provider, state, until, lastFailure, price }) => [
          cells(
            model,
            provider ?? '',
            state,
            until ? `until ${until}` : '',
            price ? `$${price.input} in, $${price.output} out, for a million tokens` : '',
          ),
          ...(lastFailure ? [cells('  failed', lastFailure.at ?? '', words(lastFailure.message))] : []),
        ]),
    }),
    create: typed('agents.create', {
      about: 'define one in the store, by a character file; the name of the file is its id',
      fields: ['file'],
      options: [['--id <id>', 'another id'], overrides, comment],
      input: ({ id, ...said }) =>
        withFile({ ...said, id: id ?? basename(String(said.file), extname(String(said.file))) }),
      show: changed,
    }),
    change: typed('agents.change', {
      about: 'change fields of a definition in the store',
      fields: ['agentId'],
      options: [
        ['--file <path>', 'the fields that change, as JSON or YAML; null takes one away'],
        ...[overrides, comment, ifStill],
      ] as Typed['options'] & {},
      input: withFile,
      show: changed,
    }),
    replace: typed('agents.replace', {
      about: 'replace a definition in the store by a character file',
      fields: ['agentId', 'file'],
      options: [ifStill, overrides, comment],
      input: withFile,
      show: changed,
    }),
    edit: typed('agents.replace', {
      about: 'change a definition in the store in your editor ($VISUAL or $EDITOR), as YAML',
      fields: ['agentId'],
      options: [comment],
      run: async (said) => (await import('./edit-agent.js')).editAgent(said),
      show: () => [],
    }),
    versions: typed('agents.versions', {
      about: 'the versions of a definition that are kept',
      fields: ['agentId'],
      show: ({ versions }) =>
        versions.map(({ number, at, by, comment = '', active }) =>
          cells(`${number}${active ? ' (counts)' : ''}`, at, by, words(comment)),
        ),
    }),
    diff: typed('agents.diff', {
      about: 'what differs between two versions; usually the one that counts and the one before',
      fields: ['agentId'],
      options: [
        ['--from <number>', 'the earlier version'],
        ['--to <number>', 'the later one'],
      ],
      show: ({ differences }) => differenceLines(differences),
    }),
    rollback: typed('agents.rollBack', {
      about: 'make an earlier version count again; also of one that was removed',
      fields: ['agentId', 'to'],
      options: [comment, ifStill],
      show: changed,
    }),
    export: typed('agents.export', {
      about: 'print a definition as a character file has it',
      fields: ['agentId'],
      show: ({ file }) => JSON.stringify(file, null, 2).split('\n'),
    }),
    remove: typed('agents.remove', {
      about: 'take one out of the store; what was said to it stays',
      fields: ['agentId'],
      options: [ifStill],
      show: ({ id }) => [`Removed: ${id}.`],
    }),
  },
};
