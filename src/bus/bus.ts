/**
 * EventBus: tells watchers what happens in a room, in this process or in all of them.
 *
 * - **Topic**: a room id, `stopTopic`, `secretTopic`, `tokenTopic`, `modelTopic`, `accessTopic`, `switchTopic`, `holdTopic`,
 *   `toolTopic` or `agentTopic`.
 * - **Event**: one `TurnEvent`; on the others, the event of that topic's name.
 *
 * Not promised: that an event arrives. Who must know reads the store; the bus only saves the wait.
 * Promised: events of one publisher on one topic arrive in order, and a failing listener harms nobody else.
 */
import type {
  AccessEvent,
  AgentEvent,
  HoldEvent,
  ModelEvent,
  SecretEvent,
  SwitchEvent,
  TokenEvent,
  ToolEvent,
  TurnEvent,
} from '../core/events.js';

export type BusEvent =
  | TurnEvent
  | SecretEvent
  | TokenEvent
  | ModelEvent
  | AccessEvent
  | SwitchEvent
  | HoldEvent
  | ToolEvent
  | AgentEvent;

export interface EventBus {
  /** Returns at once and never throws. */
  publish(topic: string, event: BusEvent): void;
  /** Resolves when events published from now on will arrive; the result ends the subscription. */
  subscribe<E extends BusEvent = TurnEvent>(topic: string, listener: (event: E) => void): Promise<() => void>;
  close(): Promise<void>;
}
