import type { Caller } from '../../operations/operations.js';
import { nameOf } from '../linking.js';
import type { Command } from './command.js';
import { accountOf } from './link.js';

/** `/unlink` takes one's own account out, `/unlink 2` another one, by its number in /whoami. */
export function unlink(operations: Caller): Command {
  return {
    name: 'unlink',
    about: 'take this account, or another one of yours, out again: /unlink NUMBER',
    // It must not part what was linked after it was given.
    unrepeatable: true,
    async run({ args, principal }) {
      const account = accountOf(principal);
      const { agentId } = principal;
      if (args === '') {
        const { unlinked } = await operations.call('people.unlink', { account }, principal);
        return {
          text: unlinked ? 'This account is by itself again.' : 'This account is linked with no other.',
        };
      }
      const { accounts } = await operations.call('people.show', { account, agentId }, principal);
      const found = /^\d{1,3}$/.test(args) ? accounts[Number(args) - 1] : undefined;
      if (!found) return { text: 'Which account? /whoami shows their numbers.' };
      const { linkedAt: _, ...other } = found;
      const { unlinked } = await operations.call('people.unlink', { account, other }, principal);
      const name = nameOf({ account: other });
      return { text: unlinked ? `${name} is by itself again.` : `${name} is linked with no other.` };
    },
  };
}
