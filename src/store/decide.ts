/** The decision of a waiting turn takes its place in the room's line. Somebody makes it, or the time does. */
import { type Memory, triggerMemory } from '../core/memory.js';
import type { Decision } from '../core/trigger.js';
import type { Turn } from '../core/turn.js';
import { FatalError } from '../errors.js';
import type { History } from './history.js';
import type { TurnStore } from './turn-store.js';

interface Stores {
  turns: TurnStore;
  memories: History;
}

/**
 * Gives back the room, for the caller to schedule. The same decision again changes nothing.
 * @throws FatalError `not_found`; `turn_settled`: it does not wait, or was decided otherwise.
 */
export async function decide(stores: Stores, turnId: string, decision: Decision): Promise<string> {
  const turn = await stores.turns.get(turnId);
  if (!turn) throw new FatalError('not_found', 'There is no such turn.', { field: 'turnId' });
  if (turn.status !== 'waiting') return sameOrThrow(turn, await decisionOf(stores, turn), decision);
  const asked = await askedBy(stores, turn);
  const newest = asked.at(-1);
  if (!newest) {
    await stores.turns.stopWaiting(turnId);
    throw settled('Nothing is left of what this turn answers: it was forgotten.');
  }
  const trigger = triggerMemory(
    { ...newest, author: asked[0]!.author },
    { trigger: { kind: 'decision', turnId, decision }, key: `decision:${turnId}` },
  );
  const { memory, duplicate } = await stores.turns.decide(turnId, trigger);
  if (!duplicate) return turn.roomId;
  const earlier = memory.trigger?.kind === 'decision' ? memory.trigger.decision : null;
  return sameOrThrow(turn, earlier, decision);
}

/** The messages that a turn answers, or the trigger's; what was forgotten of them is not there. */
export async function askedBy({ turns, memories }: Stores, turn: Turn): Promise<Memory[]> {
  let first: Turn | null = turn;
  while (first?.trigger?.kind === 'decision') first = await turns.get(first.trigger.turnId);
  const asked = await Promise.all((first?.covers ?? []).map((id) => memories.get(id)));
  return asked.filter((memory) => memory !== null);
}

async function decisionOf({ turns }: Stores, { continuedBy }: Turn): Promise<Decision | null> {
  const trigger = continuedBy === undefined ? undefined : (await turns.get(continuedBy))?.trigger;
  return trigger?.kind === 'decision' ? trigger.decision : null;
}

function sameOrThrow({ status, roomId }: Turn, earlier: Decision | null, { approve }: Decision): string {
  if (earlier?.approve === approve) return roomId;
  if (earlier?.expired) throw settled('It was too late: nobody had decided in time.');
  if (earlier) throw settled(`It was ${earlier.approve ? 'approved' : 'denied'} already.`);
  throw settled(`This turn does not wait for a decision: it is ${status}.`);
}

function settled(message: string): FatalError {
  return new FatalError('turn_settled', message, { field: 'turnId' });
}
