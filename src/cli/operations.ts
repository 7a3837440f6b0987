/** `carrier agents`, `carrier rooms` and their like: a table of what is typed, what it is carried to, and how it reads. */
import { Argument, type Command, Option } from 'commander';
import type { Config } from '../config.js';
import type { OperationName, OutputOf } from '../operations/operations.js';
import { carry, type Input } from './carry.js';
import { harmless, harmlessJson, paint, print } from './output.js';
import { readSecret } from './secret-input.js';

interface Flags {
  dataDir?: string;
  url?: string;
  json?: boolean;
  yes?: boolean;
}

interface Typed<Name extends OperationName = OperationName> {
  operation: Name;
  about: string;
  /** Fields that follow the command, in order. */
  fields?: string[];
  /** Fields as options, by their flags. */
  options?: [flags: string, about: string, usual?: string][];
  /** A value is read from standard input, or typed unseen. */
  secret?: boolean;
  /** Without --yes only what would be done is told. */
  asks?: boolean;
  /** It is what the group's name alone means. */
  isDefault?: boolean;
  /** A line each; strangers' words in them are made harmless afterwards. */
  show(answer: OutputOf<Name>, input: Input): string[];
  /** Whether the answer says that something is wrong. */
  fails?(answer: OutputOf<Name>): boolean;
}

const typed = <Name extends OperationName>(command: Typed<Name>) => command as unknown as Typed;

const groups: Record<string, { about: string; commands: Record<string, Typed> }> = {
  agents: {
    about: 'the running agents',
    commands: {
      list: typed<'agents.list'>({
        operation: 'agents.list',
        about: 'which agents run, and what is wrong with definitions',
        isDefault: true,
        show: ({ agents, problems }) => [
          ...(agents.length === 0 ? ['No agent runs.'] : []),
          ...agents.map(({ id, name, models, connectors }) =>
            row(id, name, models.join(', '), connectors.join(', ')),
          ),
          ...problems.map(({ agentId, field, message }) =>
            row('!', agentId ?? '', field ? `${field}: ${message}` : message),
          ),
        ],
        fails: ({ problems }) => problems.length > 0,
      }),
      show: typed<'agents.show'>({
        operation: 'agents.show',
        about: 'the definition that is in force',
        fields: ['agentId'],
        show: ({ character }) => JSON.stringify(character, null, 2).split('\n'),
      }),
      check: typed<'agents.check'>({
        operation: 'agents.check',
        about:
          'look at all that an agent names with the eyes of its platforms; exit code 1 if something is wrong',
        fields: ['agentId'],
        show: ({ findings }) => findings.map(({ check, ok, fix }) => row(ok ? 'ok' : 'no', check, fix ?? '')),
        fails: ({ ok }) => !ok,
      }),
    },
  },
  pairing: {
    about: 'let in, or out again, who writes to an agent directly',
    commands: {
      list: typed<'pairings.list'>({
        operation: 'pairings.list',
        about: 'who waits with a code, and who is let in',
        isDefault: true,
        show: ({ requests, pairings }) => [
          ...(requests.length + pairings.length === 0 ? ['Nobody has asked yet, and nobody is paired.'] : []),
          ...(requests.length > 0 ? ['Waiting (carrier pairing approve CODE)'] : []),
          ...requests.map(({ code, askedAt, ...who }) => `  ${code}  ${person(who)}, since ${askedAt}`),
          ...(pairings.length > 0 ? ['Paired (carrier pairing revoke ID)'] : []),
          ...pairings.map(
            ({ pairing, pairedAt, ...who }) => `  ${pairing}  ${person(who)}, since ${pairedAt}`,
          ),
        ],
      }),
      approve: typed<'pairings.approve'>({
        operation: 'pairings.approve',
        about: 'let in who was told this code',
        fields: ['code'],
        show: (who) => [`Let in: ${person(who)}. They are being told.`],
      }),
      revoke: typed<'pairings.revoke'>({
        operation: 'pairings.revoke',
        about: 'let out again; the id is in the list',
        fields: ['pairing'],
        show: (who) => [`No longer let in: ${person(who)}.`],
      }),
    },
  },
  tokens: {
    about: 'who may call the hub',
    commands: {
      list: typed<'tokens.list'>({
        operation: 'tokens.list',
        about: 'the tokens by name, never the secrets themselves',
        isDefault: true,
        show: ({ tokens }) =>
          tokens.map(({ name, role, tenant, createdAt }) => row(name, role, tenant, createdAt)),
      }),
      revoke: typed<'tokens.revoke'>({
        operation: 'tokens.revoke',
        about: 'withdraw a token in all processes; a hub whose own it is makes a new one at its next start',
        fields: ['name'],
        show: ({ name }) => [`Revoked: ${name}.`],
      }),
    },
  },
  secrets: {
    about: 'secrets that the hub keeps, for `secret:NAME` in settings and characters',
    commands: {
      list: typed<'secrets.list'>({
        operation: 'secrets.list',
        about: 'their names, never their values',
        isDefault: true,
        show: ({ secrets }) =>
          secrets.length === 0 ? ['None is kept.'] : secrets.map(({ name, setAt }) => row(name, setAt)),
      }),
      set: typed<'secrets.set'>({
        operation: 'secrets.set',
        about: 'keep one; its value is read from standard input, or asked for and not shown',
        fields: ['name'],
        secret: true,
        show: ({ name }) => [`Kept: ${name}.`],
      }),
      rotate: typed<'secrets.rotate'>({
        operation: 'secrets.rotate',
        about: 'replace one; only what uses it starts anew',
        fields: ['name'],
        secret: true,
        show: ({ name }) => [`Replaced: ${name}.`],
      }),
      remove: typed<'secrets.remove'>({
        operation: 'secrets.remove',
        about: 'forget one',
        fields: ['name'],
        show: ({ name }) => [`Removed: ${name}.`],
      }),
    },
  },
  turns: {
    about: 'what agents are answering, and have answered',
    commands: {
      stop: typed<'turns.stop'>({
        operation: 'turns.stop',
        about: 'stop the turn that runs or waits',
        fields: ['turnId'],
        show: ({ turnId }) => [turnId ? `Stopping ${turnId}.` : 'There is nothing to stop.'],
      }),
    },
  },
  people: {
    about: 'the people who talk to agents',
    commands: {
      forget: typed<'people.forget'>({
        operation: 'people.forget',
        about: 'forget what somebody said in every room, the replies to it, and the facts kept from it',
        fields: ['userId'],
        options: [
          ['--connector <name>', 'where this id is theirs', 'http'],
          ['--tenant <id>', 'the workspace or server there, if it has such'],
          ['--agent-id <id>', 'only what this agent remembers'],
        ],
        asks: true,
        show: ({ memories }, { count }) => [
          count ? `${amount(memories)} would be forgotten for good.` : `Forgotten: ${amount(memories)}.`,
        ],
      }),
    },
  },
};

/** One word alone. */
const health = typed<'health.show'>({
  operation: 'health.show',
  about: 'whether the hub can do its part, and how much waits; exit code 1 if it cannot',
  show: ({ ready, checks, connections, queues, notes }) => [
    ready ? 'ready' : 'not ready',
    ...Object.entries({ ...checks, ...connections }).map(([name, state]) => row(name, state)),
    ...Object.entries(queues).map(([name, counts]) =>
      row(name, counts ? `${counts.waiting} waiting, ${counts.running} running` : 'cannot be asked'),
    ),
    ...notes,
  ],
  fails: ({ ready }) => !ready,
});

/** Adds all of them to the program. */
export function addOperations(program: Command, dataDir: Option, settings: (flags: Flags) => Config): void {
  for (const [name, { about, commands }] of Object.entries(groups)) {
    const group = program.command(name).description(about);
    for (const [verb, command] of Object.entries(commands))
      prepare(group.command(verb, { isDefault: command.isDefault }), command, dataDir, settings);
  }
  prepare(program.command('health'), health, dataDir, settings);
}

function prepare(command: Command, what: Typed, dataDir: Option, settings: (flags: Flags) => Config): void {
  command.description(what.about);
  for (const field of what.fields ?? []) command.addArgument(new Argument(`<${field}>`));
  for (const [flags, about, usual] of what.options ?? [])
    command.addOption(new Option(flags, about).default(usual));
  if (what.asks) command.option('-y, --yes', 'do it; without this, only tell what would be done');
  command
    .option('--json', 'the answer as the hub gives it')
    .addOption(dataDir)
    .option('--url <address>', 'where the hub listens, for one of several that share a database')
    .action(async () => {
      const { dataDir, url, json, yes, ...options } = command.opts<Flags & Input>();
      const config = settings({ dataDir });
      const fields = Object.fromEntries((what.fields ?? []).map((field, at) => [field, command.args[at]]));
      const input: Input = { ...options, ...fields };
      if (what.asks && !yes) input.count = true;
      if (what.secret) input.value = await readSecret(`${fields.name}: `);
      const answer = (await carry(config, what.operation, input, url)) as OutputOf<OperationName>;
      if (json) print(harmlessJson(answer));
      else for (const line of what.show(answer, input)) print(harmless(line));
      if (input.count && !json) print(paint.dim('Nothing was changed. The same command with --yes does it.'));
      if (what.fails?.(answer)) process.exitCode = 1;
    });
}

function row(...cells: string[]): string {
  return cells.filter(Boolean).join('  ');
}

function amount(count: number): string {
  return count === 1 ? 'one memory' : `${count} memories`;
}

interface Person {
  agentId: string;
  connector: string;
  tenant: string;
  userId: string;
  name?: string;
}

function person({ agentId, connector, tenant, userId, name }: Person): string {
  const who = name === undefined ? userId : `${name} (${userId})`;
  const where = tenant === 'default' ? connector : `${connector}/${tenant}`;
  return `${who} with ${agentId} on ${where}`;
}
