/** The commands and their flags. Run by `carrier.ts`. */
import { Command, Option } from 'commander';
import { type Config, readConfig } from '../config.js';
import { CarrierError } from '../errors.js';
import { packageVersion } from '../package-folder.js';
import { redact } from '../redaction.js';
import { standardError } from '../standard-error.js';
import type { TestOptions } from './behaviour.js';
import { endCommand, endProcess } from './end.js';
import { loadEnvironmentFile } from './environment-file.js';
import { addImports } from './import/commands.js';
import { addOperations } from './operations.js';
import { harmlessLines, paint } from './output.js';
import { pageOfError } from './pages.js';
import type { SendOptions } from './send.js';

interface Flags {
  dataDir?: string;
  characters?: string;
  role?: string;
  host?: string;
  port?: string;
  logLevel?: string;
}

// What a command needs is loaded when it is given: the hub should start soon.
const program = new Command('carrier')
  .description('A hub that lets people chat with AI agents where they already are, and loses nothing.')
  .version(packageVersion())
  .showHelpAfterError('(carrier --help shows what there is)')
  .addHelpText(
    'after',
    `
Examples:
  carrier init                      set up a model, an agent and platforms, step by step
  carrier start                     run the hub; prints an address, a token and a curl to try
  carrier start --port 8080         on another port
  carrier start --role worker       take turns for the gateways on the same REDIS_URL and MONGODB_URL
  carrier chat                      talk to the agent "assistant" here in the terminal
  carrier chat captain --room deck  talk to another agent, in a room of its own
  carrier pairing approve K7QX2MVB  let somebody in who has this pairing code
  carrier agents check captain      look at all that an agent names
  carrier agents test ./tests       run behaviour tests
  echo "what is 6*7?" | carrier chat

Settings come from flags, the environment and a .env file in this folder, in this order.
.env.example lists them all: models, bots, shared engines (REDIS_URL, MONGODB_URL), limits, folders.
Without any, the hub runs on its built-in offline model.`,
  );

const dataDir = new Option(
  '-d, --data-dir <folder>',
  'where the hub keeps everything (CARRIER_DATA_DIR, default ./data)',
);
const characters = new Option(
  '-c, --characters <folder>',
  'character files (CARRIER_CHARACTERS_DIR, default ./characters, else the included ones)',
);
const logLevel = new Option(
  '-l, --log-level <level>',
  'trace, debug, info, warn, error, silent (CARRIER_LOG_LEVEL)',
);

program
  .command('start')
  .description('run the hub: connectors, HTTP server and workers, until Ctrl-C')
  .addOption(
    new Option(
      '--role <role>',
      'gateway: platforms and HTTP; worker: turns; all: both (CARRIER_ROLE, default all)',
    ).choices(['all', 'gateway', 'worker']),
  )
  .option('-p, --port <number>', 'port to listen on, 0 for any (CARRIER_PORT, default 3000)')
  .option('-H, --host <address>', 'address to listen on (CARRIER_HOST, default 127.0.0.1)')
  .addOption(dataDir)
  .addOption(characters)
  .addOption(logLevel)
  .action(async (flags: Flags) => {
    const counting = loadEnvironmentFile();
    const config = settings(flags);
    const overruled = Object.keys(saidBy(flags));
    const { markSettings } = await import('./setting-files.js');
    const marks = markSettings(
      counting.filter((name) => !overruled.includes(name)),
      process.env.CARRIER_CONFIG?.trim() || undefined,
    );
    await (await import('./start.js')).start(config, marks);
  });

program
  .command('init')
  .description('set up a model, an agent and platforms, step by step or by flags')
  .argument('[flags...]', 'carrier init --help shows them')
  // Extensions bring flags of their own.
  .allowUnknownOption()
  .helpOption(false)
  .action(async (flags: string[]) => (await import('./init.js')).init(flags));

program
  .command('doctor')
  .description("check settings, engines and every bot's token, scopes and intents, and name the fix")
  .option('--fix', 'mend first what can be mended without loss, and say each thing before and after')
  .option(
    '--json',
    'what was found, for scripts: {ok, subjects: [{subject, findings: [{check, ok, fix, page}]}]}',
  )
  .addOption(dataDir)
  .addOption(characters)
  .action(async (flags: Flags & { json?: boolean; fix?: boolean }) => {
    const { doctor } = await import('./doctor.js');
    if (!(await doctor(() => settings(flags), flags))) process.exitCode = 1;
  });

program
  .command('probe')
  .description('ask the hub of this machine whether it is ready; exit code 1 if not, for health checks')
  .option('--live', 'only whether the process is alive, whatever Redis and MongoDB do')
  .addOption(dataDir)
  .action(async (flags: Flags & { live?: boolean }) => {
    const { probe } = await import('./probe.js');
    if (!(await probe(settings(flags), flags))) process.exitCode = 1;
  });

program
  .command('chat')
  .description(
    'talk to an agent in the terminal; uses the hub that runs on this data folder, or one of its own',
  )
  .argument('[agent]', "the agent's id: its character file's name", 'assistant')
  .option('-a, --agent <id>', 'the same, as a flag')
  .option('-r, --room <id>', 'a room of its own; without it, your direct conversation with the agent')
  .option('-u, --user <id>', 'who you are (default: your login name)')
  .addOption(dataDir)
  .addOption(characters)
  .addOption(logLevel)
  .action(async (agent: string, flags: Flags & { agent?: string; room?: string; user?: string }) =>
    (await import('./chat.js')).chat(settings({ logLevel: 'error', ...flags }), {
      agent: flags.agent ?? agent,
      room: flags.room,
      user: flags.user,
    }),
  );

addImports(program, { characters, dataDir }, settings);

program
  .command('send')
  .description('ask an agent one question, and print its answer as it is written')
  .argument('<agent>', "the agent's id")
  .argument('<text...>', 'the question; - reads it from a pipe')
  .option('--user <id>', 'who asks (default: your login name)')
  .option('--room <id>', 'in a room of its own; without it, your direct conversation with the agent')
  .option('--json', 'a line of JSON for each event of the answer')
  .option('--url <address>', 'where the hub listens, for one of several that share a database')
  .addOption(dataDir)
  .action(async (agent: string, text: string[], flags: Flags & SendOptions) =>
    (await import('./send.js')).send(settings(flags), agent, text.join(' '), flags),
  );

addOperations(program, dataDir, settings);

program.commands
  .find((command) => command.name() === 'agents')
  ?.command('test')
  // A misspelt option tests nothing, and 1 says that tests failed.
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .description(
    'run behaviour tests; exit code 1 if some fail, 2 if something cannot be tested or there is nothing',
  )
  .argument('[paths...]', "files and folders of tests; without any, the agent's own (evaluation.tests)")
  .option('--agent <id>', 'of tests that name none (default: assistant)')
  .option('--model <ref>', "ask this model in the place of the agent's own")
  .option('--recorded <file>', 'ask no model: give these answers')
  .option('--json', 'the results as JSON')
  .option('--url <address>', 'the hub whose approved lessons count')
  .addOption(dataDir)
  .addOption(characters)
  .action(async (paths: string[], flags: Flags & TestOptions) => {
    // Until there are results, nothing could be tested, whatever it fails by.
    process.exitCode = 2;
    await (await import('./behaviour.js')).testAgents(
      settings({ logLevel: 'silent', ...flags }),
      paths,
      flags,
    );
  });

program
  .command('backup')
  .description('copy all that the hub stores to a new folder, also while hubs run')
  .argument('<folder>', 'must not exist, or be empty')
  .addOption(dataDir)
  .action(async (folder: string, flags: Flags) =>
    (await import('./backup.js')).backup(settings(flags), folder),
  );

program
  .command('restore')
  .description('bring a backup back, into an empty data folder or an empty database')
  .argument('<folder>', 'what "carrier backup" has made')
  .addOption(dataDir)
  .action(async (folder: string, flags: Flags) =>
    (await import('./backup.js')).restored(settings(flags), folder),
  );

const yes = new Option('-y, --yes', 'do it; without this, only tell what would be done');

program
  .command('copy')
  .description(
    'copy all of a data folder to a database that hubs share (REDIS_URL, MONGODB_URL), and go on there',
  )
  .addOption(yes)
  .addOption(dataDir)
  .addOption(logLevel)
  .action(async (flags: Flags & { yes?: boolean }) =>
    (await import('./copy.js')).copy(settings(flags), flags),
  );

const database = program
  .command('db')
  .description('look after a database that hubs share (REDIS_URL, MONGODB_URL)');

database
  .command('show', { isDefault: true })
  .description('what lies there, by agent and month, what is archived, and what is sharded')
  .addOption(logLevel)
  .action(async (flags: Flags) => (await import('./database.js')).show(settings(flags)));

database
  .command('archive')
  .description('move finished messages and turns of old months out of the way')
  .requiredOption('--before <month>', 'what is older than this month goes, e.g. 2026-01')
  .option('--agent <id>', 'of this agent alone')
  .addOption(yes)
  .addOption(logLevel)
  .action(async (flags: Flags & { before: string; agent?: string; yes?: boolean }) =>
    (await import('./database.js')).archive(settings(flags), flags),
  );

database
  .command('shard')
  .description('spread the collections over a sharded cluster, by agent')
  .addOption(yes)
  .addOption(logLevel)
  .action(async (flags: Flags & { yes?: boolean }) =>
    (await import('./database.js')).shard(settings(flags), flags),
  );

// Whoever read the output may be gone: what was begun is finished all the same, and the exit code says how it went.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
process.on('uncaughtException', fail);
program.parseAsync().then(endCommand, fail);

function fail(error: unknown): void {
  // What was logged before comes first.
  standardError.flushSync();
  const page = pageOfError(error);
  process.stderr.write(
    `${paint.red('carrier:')} ${harmlessLines(redact(told(error)))}${page ? ` (see ${page})` : ''}\n`,
  );
  void endProcess(Number(process.exitCode ?? 0) || 1);
}

function settings(flags: Flags): Config {
  loadEnvironmentFile();
  return readConfig({ ...process.env, ...saidBy(flags) });
}

function saidBy(flags: Flags): Record<string, string> {
  return {
    ...(flags.dataDir && { CARRIER_DATA_DIR: flags.dataDir }),
    ...(flags.characters && { CARRIER_CHARACTERS_DIR: flags.characters }),
    ...(flags.role && { CARRIER_ROLE: flags.role }),
    ...(flags.host && { CARRIER_HOST: flags.host }),
    ...(flags.port && { CARRIER_PORT: flags.port }),
    ...(flags.logLevel && { CARRIER_LOG_LEVEL: flags.logLevel }),
  };
}

/** What the system refuses says enough by itself; a fault of ours is told with its place. */
function told(error: unknown): string {
  const { message, stack, syscall } = error as NodeJS.ErrnoException;
  return error instanceof CarrierError || syscall ? message : (stack ?? String(error));
}
