import { spansAt } from './attempts.js';
import type { Evidence, Room } from './evidence.js';
import type { Fault, FaultKind } from './faults.js';

/**
 * For each kind of fault the longest time, in seconds, from it to the next reply that reached a room where someone
 * waited for one: any room for an engine or a gateway, for a worker only those whose turn it was doing.
 */
export function recoveries({ rooms, faults, attempts }: Evidence): Partial<Record<FaultKind, number>> {
  const named = new Map(attempts.map(({ turn, room }) => [turn, room]));
  const idOf = new Map(rooms.map((room) => [room, room.turns.map(({ id }) => named.get(id)).find(Boolean)]));
  const longest: Partial<Record<FaultKind, number>> = {};
  for (const fault of faults) {
    const held = heldBy(fault);
    const concerned = rooms.filter((room) => !held || held.has(idOf.get(room) ?? ''));
    const waits = concerned.filter((room) => waitedAt(room, fault.at)).map((room) => next(room, fault.at));
    longest[fault.kind] = Math.max(longest[fault.kind] ?? 0, ...waits);
  }
  return longest;
}

/** The ids of the rooms whose turn the worker was doing; null where all rooms are concerned. */
function heldBy({ kind, victim, at }: Fault): Set<string> | null {
  if (kind !== 'worker killed' && kind !== 'worker frozen') return null;
  return new Set(spansAt(victim!, at).map(({ room }) => room));
}

function waitedAt({ sent, received }: Room, at: number): boolean {
  const answered = new Set(received.filter((reply) => reply.at <= at).map(({ message }) => message));
  return sent.some(
    ({ name, acknowledgedAt }) => acknowledgedAt && acknowledgedAt <= at && !answered.has(name),
  );
}

/** Seconds until the room's next reply; none at all is counted as unanswered elsewhere. */
function next({ received }: Room, at: number): number {
  const found = received.find((reply) => reply.at > at);
  return found ? (found.at - at) / 1000 : 0;
}
