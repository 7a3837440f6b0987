import type { OutboundMessage } from '../core/turn.js';

/** Replies that are committed and not yet with their platform. */
export interface Outbox {
  /** The room's undelivered messages, in the order they were committed. */
  due(roomId: string, limit: number): Promise<OutboundMessage[]>;
  /** `receipt` is what the platform calls the message, if anything. */
  delivered(id: string, receipt: Record<string, unknown>): Promise<void>;
  /** Counts a failed try; `final` gives the message up for good. */
  failed(id: string, error: { code: string; message: string }, final: boolean): Promise<void>;
  /** Rooms with messages undelivered since before `before` (Unix ms), longest first. */
  waiting(before: number, limit: number): Promise<string[]>;
}
