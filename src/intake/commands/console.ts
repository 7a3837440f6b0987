import type { Caller } from '../../operations/operations.js';
import type { Command } from './command.js';
import { accountOf } from './link.js';

/** A link to the console, for whoever writes. */
export function consoleLink(operations: Caller): Command {
  return {
    name: 'console',
    about: 'a link to the console, signed in as you',
    // A link is made anew rather than told twice.
    unrepeatable: true,
    async run({ principal, message }) {
      if (!message.direct)
        return { text: 'Please write to me directly for that: the link is for you alone.' };
      const { name } = message.author;
      const input = { account: accountOf(principal), agentId: principal.agentId, ...(name && { name }) };
      const { url, onlyHere } = await operations.call('console.linkOwn', input, principal);
      return {
        text: [
          `Open this and press the button. It is good once, for ten minutes, and for you alone:\n${url}`,
          ...(onlyHere ? ['It opens on the machine where I run. CARRIER_PUBLIC_URL changes that.'] : []),
        ].join('\n'),
      };
    },
  };
}
