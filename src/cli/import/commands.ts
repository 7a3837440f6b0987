/** `carrier import …`, as it is typed; what it needs is loaded when it is given. */
import type { Command, Option } from 'commander';
import type { Config } from '../../config.js';
import type { ImportOptions } from './command.js';
import type { OpenClawFlags } from './openclaw/command.js';

interface Flags extends ImportOptions {
  characters?: string;
  dataDir?: string;
}

export function addImports(
  program: Command,
  { characters, dataDir }: { characters: Option; dataDir: Option },
  settings: (flags: Flags) => Config,
): void {
  const imports = program
    .command('import')
    .description(
      'bring agents over from another program; what is there already stays, and the source as it is',
    );
  const dryRun = ['--dry-run', 'write nothing, and list all that would be written'] as const;
  const overwrite = ['--overwrite', 'replace files that are there and differ'] as const;
  imports
    .command('elizaos')
    .description('characters of ElizaOS, as JSON: they become characters here, with documents and secrets')
    .argument('<source>', 'a character file, or a folder of them')
    .option(...dryRun)
    .option(...overwrite)
    .addOption(characters)
    .action(async (source: string, flags: Flags) =>
      (await import('./command.js')).importElizaos(source, settings(flags).charactersDir, flags),
    );
  imports
    .command('openclaw')
    .description(
      'agents of OpenClaw (Clawdbot, Moltbot): who they are, skills, platforms, notes, conversations, jobs; ends with 1 where something was left out',
    )
    .argument('<source>', 'its folder, ~/.openclaw, or the one around it')
    .option(
      '--owner <account>',
      'whose notes and conversations these are: CONNECTOR:USER, such as telegram:123456',
    )
    .option('--zone <zone>', 'the time zone of the machine it ran on, such as Europe/Berlin, for its jobs')
    .option(...dryRun)
    .option(...overwrite)
    .addOption(characters)
    .addOption(dataDir)
    .action(async (source: string, flags: Flags & OpenClawFlags) =>
      (await import('./openclaw/command.js')).importOpenclaw(source, settings(flags), flags),
    );
}
