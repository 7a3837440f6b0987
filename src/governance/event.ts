/** What happens in a hub, for programs that follow it: ids and states, and no word of anybody. */
import { z } from 'zod';
import type { Resource } from '../access/role.js';
import { awaitedIn } from '../approvals/approval.js';
import type { Memory } from '../core/memory.js';
import type { OutboundMessage, Turn, TurnCheckpoint } from '../core/turn.js';

export const eventTypes = [
  ...['message.stored', 'turn.started', 'turn.ended', 'approval.asked'],
  ...['delivery.done', 'delivery.dead', 'operation.done'],
] as const;

const text = z.string().optional();

/** Newer hubs may tell of more: types are any text, and what else an event has is kept. */
export const HubEvent = z.looseObject({
  type: z.string(),
  /** Unix ms. */
  at: z.number(),
  ...{ agentId: text, roomId: text, connector: text, tenant: text },
  ...{ messageId: text, turnId: text, deliveryId: text, approvalId: text },
  /** Of a turn. */
  status: text,
  operation: text,
});
export type HubEvent = z.infer<typeof HubEvent>;
type Told = Omit<HubEvent, 'at'>;

type Where = Pick<Memory['source'], 'connector' | 'tenant'>;
const placeOf = ({ connector, tenant }: Where) => ({ connector, tenant });

export function storedEvent({ id: messageId, agentId, roomId, source }: Memory): Told {
  return { type: 'message.stored', agentId, roomId, ...placeOf(source), messageId };
}

export function startedEvent({ turnId, agentId, roomId }: TurnCheckpoint, source: Where): Told {
  return { type: 'turn.started', agentId, roomId, ...placeOf(source), turnId };
}

/** And what it waits for, if it does. */
export function endedEvents({ turnId, agentId, roomId, status, steps }: Turn, source?: Where): Told[] {
  const about = { agentId, roomId, ...(source && placeOf(source)), turnId };
  const asked = status === 'waiting' ? awaitedIn(steps) : [];
  return [
    { type: 'turn.ended', ...about, status },
    ...asked.map((approvalId) => ({ type: 'approval.asked', ...about, approvalId })),
  ];
}

export function deliveryEvent(type: 'delivery.done' | 'delivery.dead', message: OutboundMessage): Told {
  const { id: deliveryId, agentId, turnId, to, memory } = message;
  return { type, agentId, roomId: memory.roomId, ...placeOf(to), turnId, deliveryId };
}

/** Nobody is named in it: the audit log says who did what to whom. */
export function doneEvent(operation: string, { agentId, roomId, connector, tenant }: Resource): Told {
  return { type: 'operation.done', agentId, roomId, connector, tenant, operation };
}

/** Whose an event is. */
export function concerned({ agentId, roomId, connector, tenant }: HubEvent): Resource {
  return { agentId, roomId, connector, tenant };
}
