import { readApprovalId } from '../../approvals/approval.js';
import type { Caller } from '../../operations/operations.js';
import type { Command } from './command.js';
import { decided } from './deny.js';

export function approve(operations: Caller): Command {
  return {
    name: 'approve',
    about: 'let in the person or the place that has this code, or approve a call: /approve CODE, /approve ID',
    least: 'member',
    async run({ args, principal }) {
      if (args === '') return { text: 'Which code, or which call? Write: /approve CODE or /approve ID' };
      const [, typed = '', said = ''] = /^(\S*)\s*([\s\S]*)$/.exec(args) ?? [];
      const id = readApprovalId(typed);
      const note = said.trim().slice(0, 2000);
      if (id !== null)
        return decided(operations, { principal }, { id, approve: true, ...(note && { note }) });
      const { agentId, connector } = principal;
      const input = { code: args.slice(0, 64), within: { agentId, connector } };
      const { name, userId = 'The place' } = await operations.call('pairings.approve', input, principal);
      return { text: `${name ?? userId} is let in.` };
    },
  };
}
