import type { RoomSource } from '../core/memory.js';
import type { OutboundMessage } from '../core/turn.js';
import type { Page, PageRequest } from './paging.js';

/** What is known of an undelivered reply that has failed; times are Unix ms. */
export interface Failing {
  /** The first failed try. */
  since: number;
  /** The newest one. */
  lastAt: number;
  /** When it is tried again. */
  nextAt: number;
  /** The platform itself named that time: nothing shortens the wait. */
  asked?: true;
  /** Since when every try has ended with the platform's own last word. */
  refusedSince?: number;
  /** When its bot had delivered something else between two failed tries, for the first time. */
  overtakenAt?: number;
  /** Since when the reply before it had been failing when this one, behind it, failed first: its time runs from there. */
  heldUpSince?: number;
}

/** A reply that is to be delivered. `failing` is absent where no try has failed, or an older hub made the tries. */
export interface Due extends OutboundMessage {
  failing?: Failing;
}

/** A reply that is not with its platform, without its text. */
export interface Undelivered extends Omit<OutboundMessage, 'memory' | 'to' | 'answers'> {
  /** Of the reply; what is sent without standing in a history is not found under it. */
  memoryId: string;
  to: RoomSource;
  /** Of the last failed try. */
  error: { code: string; message: string } | null;
  failing: Failing | null;
}

/** What is still to be delivered (`waiting`), or was given up (`dead`). */
export type UndeliveredRequest = PageRequest & { state: 'waiting' | 'dead'; agentId?: string };

/** Replies that are committed and not yet with their platform. */
export interface Outbox {
  /** The room's undelivered messages, in the order they were committed. */
  due(roomId: string, limit: number): Promise<Due[]>;
  /** `receipt` is what the platform calls the message, if anything. */
  delivered(id: string, receipt: Record<string, unknown>): Promise<void>;
  /** Counts a failed try, and says when the next one is; null gives the message up. */
  failed(id: string, error: { code: string; message: string }, failing: Failing | null): Promise<void>;
  /**
   * Rooms whose oldest undelivered message is from before `before`, longest first.
   * @param dueBy without those whose oldest message is not to be tried until later than this. Both are Unix ms.
   */
  waiting(before: number, limit: number, dueBy?: number): Promise<string[]>;
  /** How many wait and how many were given up, and since when (Unix ms) the oldest waits. Costs what there is. */
  count(): Promise<{ waiting: number; dead: number; oldest: number | null }>;
  /** Oldest first. Costs what there is of it. */
  list(page: UndeliveredRequest): Promise<Page<Undelivered>>;
  /**
   * A given-up message is due again, before those committed after it; its count of failed tries goes on, and its time
   * begins anew. The caller schedules the room's delivery. False: no given-up message has this id. Not promised: that
   * no part of it was sent.
   */
  retry(id: string): Promise<boolean>;
  /** The same for what a turn has to deliver, given up or waiting: it is due at once. False: it has nothing to deliver. */
  retryTurn(turn: { turnId: string; roomId: string }): Promise<boolean>;
  /** A due or given-up message is never sent; the reply stays in history. A try that is under way may succeed yet. */
  drop(id: string): Promise<boolean>;
}

/** As JSON, to stay with the reply; null: the platform calls it nothing. */
export function storedReceipt(receipt: Record<string, unknown>): string | null {
  return Object.keys(receipt).length > 0 ? JSON.stringify(receipt) : null;
}
