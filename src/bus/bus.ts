/**
 * EventBus: tells watchers what happens in a room, in this process or in all of them.
 *
 * - **Topic**: a room id, or `stopTopic`.
 * - **Event**: one `TurnEvent`.
 *
 * Not promised: that an event arrives. Who must know reads the store; the bus only saves the wait.
 * Promised: events of one publisher on one topic arrive in order, and a failing listener harms nobody else.
 */
import type { TurnEvent } from '../core/events.js';

export type TurnListener = (event: TurnEvent) => void;

export interface EventBus {
  /** Returns at once and never throws. */
  publish(topic: string, event: TurnEvent): void;
  /** Resolves when events published from now on will arrive; the result ends the subscription. */
  subscribe(topic: string, listener: TurnListener): Promise<() => void>;
  close(): Promise<void>;
}
