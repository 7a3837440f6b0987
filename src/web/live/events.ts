/** What the live stream tells. Hub events have a cursor as `id`; those of turns are best effort and have none. */
export interface HubEvent {
  id: string;
  type: string;
  at: string;
  agentId?: string;
  roomId?: string;
  turnId?: string;
  messageId?: string;
  approvalId?: string;
  deliveryId?: string;
  operation?: string;
  status?: string;
}

/** See the hub's `TurnEvent`. */
export type TurnEvent = { roomId: string; turnId: string } & (
  | { type: 'turn.started'; covers: string[]; attempt: number }
  | { type: 'text.delta'; text: string; at?: number }
  | { type: 'text.so-far'; covers: string[]; attempt: number; text: string }
  | { type: 'action.started'; callId: string; name: string; arguments: unknown }
  | { type: 'action.finished'; callId: string; name: string; ok: boolean; result?: unknown }
  | { type: 'turn.waiting'; until: string | number; error?: unknown }
  | { type: 'turn.finished' | 'turn.failed' }
);

/** `down` since when there is no stream; it is tried again all the time. */
export type LinkState = 'connecting' | 'up' | 'down';

export type LiveMessage =
  | { kind: 'hub'; event: HubEvent }
  | { kind: 'turn'; event: TurnEvent }
  | { kind: 'state'; state: LinkState }
  /** What happened in between is not known: whoever shows something reads it again. */
  | { kind: 'reset' }
  /** Nobody is signed in any more. */
  | { kind: 'signed-out' };
