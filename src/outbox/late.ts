import type { Connector } from '../connector/connector.js';
import type { OutboundMessage } from '../core/turn.js';

/** From this age on a reply says how old it is, in ms. */
const lateMs = 3_600_000;
const dayMs = 24 * lateMs;

/**
 * As it is sent now: a reply that people read a long time after it was written says so before anything else. Machines
 * behind the hub's tokens have its time in a field.
 */
export function saidLate(message: OutboundMessage, { routes }: Connector, now: number): OutboundMessage {
  const { memory, createdAt } = message;
  const age = now - createdAt;
  if (age <= lateMs || routes?.access === 'token') return message;
  const [day, time] = new Date(createdAt).toISOString().split('T') as [string, string];
  const at = `${age < dayMs ? '' : `${day}, `}${time.slice(0, 5)} UTC`;
  const text = `(Delayed: this answer is from ${at}.)\n\n${memory.content.text}`.trimEnd();
  return { ...message, memory: { ...memory, content: { ...memory.content, text } } };
}
