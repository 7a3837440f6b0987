import type { Outcome } from '../connector/connector.js';
import type { Store } from '../store/store.js';

/** What became of a message: the turn that covers it, or the last that went on from it, with its reply; null while no turn has. */
export async function outcomeOf({ memories, turns }: Store, messageId: string): Promise<Outcome | null> {
  const message = await memories.get(messageId);
  let turn = message?.turnId ? await turns.get(message.turnId) : null;
  for (let next = turn; next; next = next.continuedBy ? await turns.get(next.continuedBy) : null) turn = next;
  if (!turn) return null;
  const memory = turn.replyId ? await memories.get(turn.replyId) : null;
  const actions = turn.steps.flatMap((step) => step.actions);
  return { turnId: turn.turnId, error: turn.error, reply: memory && { memory, actions, usage: turn.usage } };
}
