import type { Caller } from '../../operations/operations.js';
import { nameOf } from '../linking.js';
import type { Call, Command } from './command.js';

/** Two accounts become one person: a code from one, typed by the other, and a yes where it was given. */
export function link(operations: Caller): Command {
  return {
    name: 'link',
    about: 'link your account on another platform with this one',
    // A code that was taken is not taken again.
    unrepeatable: true,
    async run(call) {
      const { args, principal, message } = call;
      if (!message.direct) return { text: 'Please write to me directly for that.' };
      const answer = /^(yes|no)\b\s*(\S*)$/i.exec(args);
      if (answer) return confirm(call, answer[1]!.toLowerCase() === 'yes', answer[2]);
      const party = partyOf(call);
      if (args !== '') {
        const giver = await operations.call(
          'people.enterLink',
          { ...party, code: args.slice(0, 64) },
          principal,
        );
        return {
          text: `The code is right. Now say yes where it was given: ${nameOf(giver)}, within ten minutes.`,
        };
      }
      const { code, asks } = await operations.call('people.startLink', party, principal);
      if (asks)
        return {
          text: `${nameOf(asks)} has typed your code. Is this account yours, too? Write /link yes or /link no.`,
        };
      return {
        text: [
          `Your code is ${code}, valid for ten minutes and once. Write this to me from your other account, on another platform:`,
          `/link ${code}`,
          'Then I ask you here whether that account is yours. Give the code to nobody: whoever is linked with you may do what you may.',
        ].join('\n'),
      };
    },
  };

  async function confirm({ principal }: Call, yes: boolean, number?: string) {
    const input = {
      account: accountOf(principal),
      agentId: principal.agentId,
      yes,
      ...(number && { number }),
    };
    const { linked, ...other } = await operations.call('people.confirmLink', input, principal);
    return {
      text: linked
        ? `This account and ${nameOf(other)} are linked now: one person. /unlink takes this account out again.`
        : 'Nothing is linked.',
    };
  }
}

export function accountOf({ connector, tenant, userId }: Call['principal']) {
  return { connector, tenant, userId };
}

function partyOf({ principal, message }: Call) {
  const { source, author } = message;
  return {
    account: accountOf(principal),
    agentId: principal.agentId,
    source,
    ...(author.name && { name: author.name }),
  };
}
