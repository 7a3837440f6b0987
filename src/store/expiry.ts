import type { MemoryKind } from '../core/memory.js';

export interface ExpiryRequest {
  agentId: string;
  /** What was stored for a time before this (Unix ms) has expired. */
  before: number;
  /** Kinds that expire; with `message` also the turns and what was given up in the outbox. */
  kinds: MemoryKind[];
  /** Most memories removed at once. */
  limit: number;
  /** Where the last call stopped. */
  cursor?: string;
}

export interface Expired {
  /** How many memories and lone turns this call removed. */
  count: number;
  /** Give it back to go on; null when nothing is left. */
  nextCursor: string | null;
}

/** The end of what is kept for a time. */
export interface Expiry {
  /** Every agent that has memories, also one whose character is gone. */
  agents(): Promise<string[]>;
  /**
   * Removes an agent's old memories with their words, vectors and turns. What is pending stays, and so does a reply
   * until it is delivered or given up. A store may leave the removal to its server, which does it within minutes.
   */
  expire(request: ExpiryRequest): Promise<Expired>;
}
