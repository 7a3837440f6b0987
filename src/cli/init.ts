import * as clack from '@clack/prompts';
import { FatalError } from '../errors.js';
import { SettingUp } from '../setting-up.js';
import { chooseAgent } from './init/agent-step.js';
import { copyIncluded } from './init/copy-included.js';
import { examine, greetAgent } from './init/finish-step.js';
import { type Flags, needed, readFlags } from './init/flags.js';
import { chooseModel, type Step } from './init/model-step.js';
import { choosePlatforms } from './init/platform-step.js';
import { Proposal } from './init/proposal.js';
import { Cancelled, Questions } from './init/questions.js';
import { command } from './output.js';

/** As shells have it for a program that Ctrl-C ended. */
const brokenOff = 130;

/**
 * Sets up a model, an agent and its platforms, with a person at the terminal or by flags. Nothing is written before all is
 * answered. @throws FatalError `invalid_field` for a flag, `config_invalid` for what cannot be used or written.
 */
export async function init(args: readonly string[]): Promise<void> {
  const usual = new Proposal(process.env);
  const settingUp = await SettingUp.open(usual.config());
  const flags = readFlags(args, settingUp);
  const { characters } = flags;
  const env = { ...process.env, ...(characters && { CARRIER_CHARACTERS_DIR: characters }) };
  const proposal = new Proposal(env);
  if (flags.copy) return copyIncluded(proposal.config().charactersDir);
  const terminal = Boolean(process.stdin.isTTY && process.stdout.isTTY);
  if (!terminal && !flags.yes) refuseWithoutTerminal(flags);
  const questions = new Questions(flags.answers, flags.yes || !terminal);
  const step: Step = { questions, proposal, settingUp, unchecked: flags.unchecked };
  let written = false;
  try {
    await run(step, flags, () => (written = true));
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    clack.cancel(written ? 'All is written; the rest was not looked at.' : 'Nothing was written.');
    process.exitCode = brokenOff;
  }
}

async function run(step: Step, flags: Flags, onWritten: () => void): Promise<void> {
  const { questions, proposal } = step;
  if (!questions.scripted) clack.intro('Carrier: a model, an agent, and where people meet it');
  await chooseModel(step);
  await chooseAgent(step);
  const platforms = await choosePlatforms(step);
  const written = withoutInterruption(() => proposal.write());
  onWritten();
  questions.note('Written', written.map(told).join('\n') || 'Nothing: all is as it was.');
  const well = flags.unchecked || (await examine(step));
  const answered = !flags.test || (await greetAgent(step));
  const { id, character } = proposal.agent();
  questions.note(
    'Next',
    [
      `${command('start')} starts the hub`,
      `${command('chat')} ${id} talks to ${character.name} here`,
      ...(platforms.length > 0
        ? [`write to it on ${platforms.join(', ')}; "carrier pairing approve CODE" lets people in`]
        : []),
      `${command('doctor')} looks at all of it again`,
    ].join('\n'),
  );
  if (!well || !answered) process.exitCode = 1;
  if (!questions.scripted)
    clack.outro(well && answered ? 'All is well.' : 'Written, and not all is well yet: see above.');
}

function told({ path, made, settings }: ReturnType<Proposal['write']>[number]): string {
  return `${made ? 'made   ' : 'changed'} ${path}${settings ? `: ${settings.join(', ')}` : ''}`;
}

/** Ctrl-C between two files would leave one without the other. */
function withoutInterruption<T>(work: () => T): T {
  const later = () => {};
  process.on('SIGINT', later);
  try {
    return work();
  } finally {
    process.off('SIGINT', later);
  }
}

function refuseWithoutTerminal({ answers }: Flags): void {
  const missing = needed.filter((flag) => !answers.has(flag));
  // An agent that is there has a name; without platforms there is nobody to let in.
  const spare = (flag: string) => flag === 'who' && answers.get('platforms') === 'none';
  const lacking = missing.filter((flag) => !spare(flag));
  if (lacking.length === 0) return;
  throw new FatalError(
    'invalid_field',
    `init asks questions, and needs a terminal for them. Without one, give ${lacking.map((flag) => `--${flag}`).join(', ')}, or --yes for what is usual; carrier init --help has all flags. Nothing was written.`,
    { field: lacking[0]! },
  );
}
