import { levelText, writtenAccount } from '../../access/account.js';
import { roleHere } from '../../access/principal.js';
import type { Level } from '../../access/role.js';
import type { Caller } from '../../operations/operations.js';
import type { Command } from './command.js';
import { accountOf } from './link.js';

export function whoami(operations: Caller): Command {
  return {
    name: 'whoami',
    about: 'who you are to me, and what you may do here',
    async run({ principal, message }) {
      const account = accountOf(principal);
      const { agentId } = principal;
      const { accounts, roles } = await operations.call('people.show', { account, agentId }, principal);
      const lines = [`You are ${writtenAccount(account)}.`];
      // Where groups talk, everybody reads along.
      if (!message.direct && accounts.length > 1) lines.push('Your other accounts: write to me directly.');
      else if (accounts.length > 1)
        lines.push('Your accounts:', ...accounts.map((one, at) => `${at + 1}. ${writtenAccount(one)}`));
      const shown = roles.filter((role) => message.direct || role.account === undefined);
      lines.push(`Your role here: ${roleHere(principal)}`, ...shown.map((role) => `- ${whyOf(role)}`));
      return { text: lines.join('\n') };
    },
  };
}

const reasons = {
  settings: 'by my settings',
  pairing: 'let in by a code',
  given: 'given to you',
  group: 'given to a group that you are in',
  token: 'by your token',
};

function whyOf({
  role,
  level,
  by,
  account,
  group,
}: {
  role: string;
  level: Level;
  by: keyof typeof reasons;
  account?: Parameters<typeof writtenAccount>[0] | undefined;
  group?: string | undefined;
}): string {
  const why = `${reasons[by]}${group ? ` (${group})` : ''}`;
  return `${role} for ${levelText(level)}: ${why}${account ? `, as ${writtenAccount(account)}` : ''}`;
}
