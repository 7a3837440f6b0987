/** The flags of `carrier init`: those of its own, and one for each setting that an extension asks for. */
import { Command } from 'commander';
import type { SettingUp } from '../../setting-up.js';
import { plainFlag, secretFlag } from './questions.js';

export interface Flags {
  /** By their names without dashes; those that are questions. */
  answers: Map<string, string>;
  yes: boolean;
  unchecked: boolean;
  test: boolean;
  copy: boolean;
  characters?: string;
}

/** A setting of an extension may be called like one of ours. */
const own = new Set(['model-name', 'template', 'agent-name', 'agent-id', 'platforms', 'who', 'owner']);

/** Without a terminal these are needed, or `--yes`. */
export const needed = ['model', 'template', 'agent-name', 'platforms', 'who'];

export function readFlags(args: readonly string[], settingUp: SettingUp): Flags {
  const asked = [...settingUp.providers, ...settingUp.platforms].flatMap(({ steps }) =>
    steps.flatMap((step) => step.asked),
  );
  const command = new Command('carrier init')
    .description(
      'set up a model, an agent and platforms: asks, or takes flags; run again, it changes what you choose',
    )
    .option(
      '--model <provider[:model]>',
      `${settingUp.providers.map(({ name }) => name).join(', ')}, other, or keep`,
    )
    .option('--model-name <name>', 'one of its models')
    .option('--endpoint-url <address>', 'with --model other: where that server is')
    .option('--endpoint-name <name>', 'with --model other: what your settings call it')
    .option('--endpoint-key-file <file>', 'with --model other: a file with its key; - is standard input')
    .option(
      '--template <name>',
      'team-assistant, helpdesk, knowledge-bot, task-runner, or the id of an agent of yours',
    )
    .option('--agent-name <name>', 'what a new agent is called')
    .option('--agent-id <id>', 'its id; usually made of the name')
    .option(
      '--platforms <names>',
      `none, or of ${settingUp.platforms.map(({ name }) => name).join(', ')} with commas`,
    )
    .option('--who <who>', 'pairing, places or open: who may talk to it there')
    .option('--owner <accounts>', 'your own user id there: PLATFORM:ID, several with commas');
  for (const { setting, secret } of asked)
    if (secret)
      command.option(`--${secretFlag(setting)} <file>`, `a file with ${setting}; - is standard input`);
    else if (!own.has(plainFlag(setting))) command.option(`--${plainFlag(setting)} <value>`, setting);
  command
    .option('-y, --yes', 'ask nothing: what no flag says stays as it is, or is what is usual')
    .option('--unchecked', 'write keys and tokens without asking anybody whether they are good')
    .option('--no-test', 'say nothing to the agent at the end')
    .option('--copy', 'only copy the included characters and a .env to fill in; overwrites nothing')
    .option('-c, --characters <folder>', 'character files (CARRIER_CHARACTERS_DIR, default ./characters)')
    .addHelpText(
      'after',
      `
Secrets come from files, from standard input or from the environment, never from the command line: others can read that.

Examples:
  carrier init
  carrier init --yes
  carrier init --model offline --template helpdesk --agent-name Hugo --platforms none --who pairing`,
    )
    .showHelpAfterError('(carrier init --help shows what there is)')
    .parse([...args], { from: 'user' });
  const options = command.opts<Record<string, string | boolean | undefined>>();
  const answers = command.options.flatMap((option) => {
    const value = options[option.attributeName()];
    return typeof value === 'string' ? [[option.long!.slice(2), value] as const] : [];
  });
  const { yes, unchecked, test, copy, characters } = options;
  return {
    answers: new Map(answers),
    ...{ yes: yes === true, unchecked: unchecked === true, test: test !== false, copy: copy === true },
    ...(typeof characters === 'string' && { characters }),
  };
}
