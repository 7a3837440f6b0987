import { readApprovalId } from '../../approvals/approval.js';
import type { Caller, OutputOf } from '../../operations/operations.js';
import type { Call, Command } from './command.js';

/** What is said of a decision about a call. */
export async function decided(
  operations: Caller,
  { principal }: Pick<Call, 'principal'>,
  input: { id: string; approve: boolean; note?: string },
): Promise<{ text: string }> {
  return { text: textOf(await operations.call('approvals.decide', input, principal)) };
}

export function deny(operations: Caller): Command {
  return {
    name: 'deny',
    about: 'deny a call that is asked for: /deny ID, or /deny ID and why not',
    least: 'member',
    async run(call) {
      const [, typed = '', reason = ''] = /^(\S*)\s*([\s\S]*)$/.exec(call.args) ?? [];
      const id = readApprovalId(typed);
      if (id === null) return { text: 'Which call? Write: /deny ID' };
      const note = reason.trim().slice(0, 2000);
      return decided(operations, call, { id, approve: false, ...(note && { note }) });
    },
  };
}

function textOf({ id, tool, state, missing, by, held }: OutputOf<'approvals.decide'>): string {
  const later = held ? ' It goes on once tools are resumed.' : '';
  if (state === 'approved') return `${id} (${tool}) is approved by ${by}.${later}`;
  if (state === 'denied') return `${id} (${tool}) is denied by ${by}.`;
  if (state !== 'open') return `${id} (${tool}) is ${state}.`;
  return `You have approved ${id} (${tool}). ${missing === 1 ? 'One more person' : `${missing} more people`} must.`;
}
