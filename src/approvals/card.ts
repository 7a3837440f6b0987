/** What a card says. */
import type { Approval } from './approval.js';

/** `decidable`: it has buttons. */
export function cardOf(approval: Approval, _now: number): { text: string; decidable: boolean } {
  const { id, tool, state, by, note, votes, terms, requester } = approval;
  const args = approval.arguments ?? '(forgotten)';
  const missing = terms.people - votes.length;
  const lines = [
    `Approval ${id}: ${state}`,
    `\`${tool}\` \`${args.replaceAll('`', "'")}\``,
    `Asked for by ${requester.name ?? requester.id}. Decides: ${terms.role}.`,
    ...(state === 'open' ? [`Missing: ${missing}. ${votes.map(({ name }) => name).join(', ')}`] : []),
    ...(by ? [`${state} by ${by}`] : []),
    ...(note ? [note] : []),
  ];
  return { text: lines.join('\n'), decidable: state === 'open' };
}
