import type { Evidence, Room } from './evidence.js';
import type { Fault, FaultKind } from './faults.js';
import type { Received } from './receiver.js';

export interface Duplicate {
  what: string;
  /** The fault that came between the delivery and the mark of it; null where there was none. */
  reason: string | null;
}

/** Before a fault: what was sent then may not have been marked by the time it came, on a slow machine. */
const unmarkedMs = 5_000;

/**
 * Replies that were seen a second time. A turn that answers five messages has five callbacks, which are delivered
 * and repeated together: that is one reply.
 */
export function duplicatesIn({ rooms, faults }: Evidence): Duplicate[] {
  return rooms.flatMap((room) => [...againIn(room)].map((again) => explain(room, again, faults)));
}

interface Again {
  turn: string;
  first: number;
  at: number;
}

/** Message by message, what came again; the same reply at the same time counts once. */
function againIn({ received }: Room): Again[] {
  const first = new Map<string, Received>();
  const count = new Map<string, number>();
  const again = new Map<string, Again>();
  for (const reply of received) {
    const { message, turn, at } = reply;
    const before = first.get(message);
    const times = count.get(message) ?? 0;
    count.set(message, times + 1);
    if (!before) first.set(message, reply);
    else if (!again.has(`${turn} ${times}`)) again.set(`${turn} ${times}`, { turn, first: before.at, at });
  }
  return [...again.values()];
}

/** Faults that come between a delivery and its mark: gateways deliver, the database has the mark, Redis says whose it is. */
const causes: FaultKind[] = ['gateway killed', 'database restarted', 'Redis flushed', 'Redis restarted'];

function explain({ name }: Room, { turn, first, at }: Again, faults: Fault[]): Duplicate {
  const reason = faults.find(
    (fault) =>
      causes.includes(fault.kind) &&
      fault.at < at &&
      first > fault.at - unmarkedMs &&
      first < Math.min(fault.until, at),
  );
  const what = `${turn} in ${name} came again after ${((at - first) / 1000).toFixed(1)} s`;
  if (!reason) return { what, reason: null };
  return { what, reason: `${reason.kind} before it was marked as delivered` };
}
