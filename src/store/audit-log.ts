import type { Page } from './paging.js';

/** Who asked for an operation. What else is known of them is kept as JSON. */
export interface Principal {
  kind: 'token' | 'person' | 'system';
  name: string;
  tenant?: string;
  [more: string]: unknown;
}

export interface AuditRow {
  /** UUIDv7, from `newId`. */
  id: string;
  /** Unix ms. */
  at: number;
  principal: Principal;
  operation: string;
  /** What it was done to; small, and never a secret: rows are not forgotten. */
  target: Record<string, unknown>;
  outcome: 'done' | 'denied' | 'failed';
  /** The error's code. */
  error?: string;
  /** Where the call came from: an address. A chat's is in the principal. */
  from?: string;
}

/**
 * Which operations were asked for, by whom, and how they ended. Rows are only ever added: neither `forget` nor
 * retention touches them. Not promised: that whoever owns the database itself cannot change it.
 */
export interface AuditLog {
  /** A row whose id is there already changes nothing, so a failed call may be repeated. */
  append(row: AuditRow): Promise<void>;
  /** Newest first, by id. `before`: only rows older than the one with this id; the page's `nextCursor` is one. */
  list(request: { limit: number; before?: string; operation?: string }): Promise<Page<AuditRow>>;
}
