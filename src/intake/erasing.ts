/** `/forget everything`, where somebody is alone with the agent: on all their accounts, and with all agents. */
import { writtenAccount } from '../access/account.js';
import type { Caller, OutputOf } from '../operations/operations.js';
import type { Buttons } from './buttons.js';
import type { Call } from './commands/command.js';
import { accountOf } from './commands/link.js';
import { countsText } from './counts-text.js';
import type { Notice } from './gate.js';

type Preview = OutputOf<'people.previewErasure'>;

/** Whether a code is of a preview of everything: those of other previews have eight letters. */
export function isErasure(code: string): boolean {
  return /^all\w{8}$/.test(code);
}

/** @param code of what was shown; absent: it is shown */
export async function erase(
  operations: Caller,
  buttons: Buttons,
  call: Call,
  code: string | undefined,
): Promise<Notice> {
  const { principal } = call;
  if (!code) {
    const asked = { account: accountOf(principal) };
    return shown(call, await operations.call('people.previewErasure', asked, principal), buttons);
  }
  const { erased, preview } = await operations.call('people.erase', { code }, principal);
  if (preview)
    return shown(call, preview, buttons, 'Your accounts are others by now, so nothing is forgotten yet. ');
  return { text: `Forgotten: ${countsText(erased ?? {})}.` };
}

async function shown(
  { message, principal, settings }: Call,
  { code, counts, accounts }: Preview,
  buttons: Buttons,
  before = '',
): Promise<Notice> {
  const { agentId, roomId } = principal;
  const yes = `/forget yes ${code}`;
  const button = await buttons.mint({
    ...{ agentId, roomId, user: message.author.id, direct: true },
    ...{ label: 'Forget it', text: yes, style: 'danger', command: true },
  });
  const where =
    accounts.length > 1 ? ` of all your accounts (${accounts.map(writtenAccount).join(', ')})` : '';
  return {
    text: [
      `${before}This makes me forget for good, here and everywhere else${where}: ${countsText(counts)}.`,
      `To go on, ${settings.commands ? `write: ${yes}` : 'press the button.'}`,
    ].join('\n'),
    buttons: [button],
  };
}
