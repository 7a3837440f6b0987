/** Makes commands of the table in `commands.ts`: all of them carry what was typed to the hub, and print its answer. */
import { Argument, type Command, Option } from 'commander';
import type { Config } from '../config.js';
import type { OperationName, OutputOf } from '../operations/operations.js';
import { carry, type Input } from './carry.js';
import type { Row } from './cells.js';
import { alone, groups } from './commands.js';
import { harmlessJson, paint, print, printed } from './output.js';
import { readSecret } from './secret-input.js';
import type { Typed } from './typed.js';

interface Flags {
  dataDir?: string;
  url?: string;
  json?: boolean;
  yes?: boolean;
}

/** Adds all of them to the program. */
export function addOperations(program: Command, dataDir: Option, settings: (flags: Flags) => Config): void {
  for (const [name, { about, commands }] of Object.entries(groups)) {
    const group = program.command(name).description(about);
    for (const [verb, command] of Object.entries(commands))
      prepare(group.command(verb, { isDefault: command.isDefault }), command, dataDir, settings);
  }
  for (const [name, command] of Object.entries(alone))
    prepare(program.command(name), command, dataDir, settings);
}

async function show(lines: (string | Row)[]): Promise<void> {
  if (lines.length === 0) print(paint.dim('There is none.'));
  // Loaded here: what a start shows needs no columns.
  const { laidOut } = await import('./table.js');
  for (const line of laidOut(lines)) print(line);
}

async function showWhole(what: Typed, ask: (cursor: string | undefined) => Promise<unknown>): Promise<void> {
  let cursor: string | undefined;
  do {
    const answer = (await ask(cursor)) as OutputOf<OperationName> & { nextCursor?: string | null };
    for (const line of what.show(answer, {})) if (!(await printed(String(line)))) return;
    cursor = answer.nextCursor ?? undefined;
  } while (cursor !== undefined);
}

function prepare(command: Command, what: Typed, dataDir: Option, settings: (flags: Flags) => Config): void {
  command.description(what.about);
  for (const field of what.fields ?? []) command.addArgument(new Argument(`<${field}>`));
  for (const [flags, about, usual] of what.options ?? [])
    command.addOption(new Option(flags, about).default(usual));
  if (what.asks) command.option('-y, --yes', 'do it; without this, only tell what would be done');
  if (!what.whole && !what.run) command.option('--json', 'the answer as the hub gives it');
  command
    .addOption(dataDir)
    .option('--url <address>', 'where the hub listens, for one of several that share a database')
    .action(async () => {
      const { dataDir, url, json, yes, ...options } = command.opts<Flags & Input>();
      const config = settings({ dataDir });
      if (what.run) return what.run({ config, args: command.args, options: { ...options, json }, url });
      const fields = Object.fromEntries((what.fields ?? []).map((field, at) => [field, command.args[at]]));
      const said: Input = { ...options, ...fields };
      const input: Input = { ...(what.input?.(said) ?? said), ...what.fixed };
      if (what.asks && !yes) input.count = true;
      if (what.secret) input.value = await readSecret(`${fields.name}: `);
      if (what.whole)
        return showWhole(what, (cursor) => carry(config, what.operation, { ...input, cursor }, url));
      const answer = (await carry(config, what.operation, input, url)) as OutputOf<OperationName>;
      if (json) print(harmlessJson(answer));
      else await show(what.show(answer, input));
      if (input.count && !json && !what.idle?.(answer))
        print(paint.dim('Nothing was changed. The same command with --yes does it.'));
      if (what.fails?.(answer)) process.exitCode = 1;
    });
}
