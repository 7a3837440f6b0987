import type { RoomSource } from '../core/memory.js';
import type { OutboundMessage } from '../core/turn.js';
import type { Page, PageRequest } from './paging.js';

/** A reply that is not with its platform, without its text. */
export interface Undelivered extends Omit<OutboundMessage, 'memory' | 'to' | 'answers'> {
  /** Of the reply; what is sent without standing in a history is not found under it. */
  memoryId: string;
  to: RoomSource;
  /** Of the last failed try. */
  error: { code: string; message: string } | null;
}

/** What is still to be delivered (`waiting`), or was given up (`dead`). */
export type UndeliveredRequest = PageRequest & { state: 'waiting' | 'dead'; agentId?: string };

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
  /** Oldest first. Costs what there is of it. */
  list(page: UndeliveredRequest): Promise<Page<Undelivered>>;
  /**
   * A given-up message is due again, before those committed after it; its count of failed tries goes on. The caller
   * schedules the room's delivery. False: no given-up message has this id. Not promised: that no part of it was sent.
   */
  retry(id: string): Promise<boolean>;
  /** A due or given-up message is never sent; the reply stays in history. A try that is under way may succeed yet. */
  drop(id: string): Promise<boolean>;
}

/** As JSON, to stay with the reply; null: the platform calls it nothing. */
export function storedReceipt(receipt: Record<string, unknown>): string | null {
  return Object.keys(receipt).length > 0 ? JSON.stringify(receipt) : null;
}
