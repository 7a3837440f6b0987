/**
 * Audit log: which operations were asked for, by whom, and how they ended.
 *
 * - **Chain**: all rows in one line, whichever process wrote them; each has a number, and the hash of the one before it
 *   (`audit-chain.ts`). Rows of hubs that knew none lie outside of it, and are listed for ever.
 * - **Head**: number and hash of the chain's last row, kept in other places than the chain, too (`audit-head.ts`).
 * - **Verification** (`audit-verification.ts`): a walk through the chain that names the rows with which something is wrong.
 */
import type { Page } from './paging.js';

/** Who asked for an operation. What else is known of them is kept as JSON. */
export interface AuditedPrincipal {
  kind: 'token' | 'person' | 'system';
  name: string;
  tenant?: string;
  [more: string]: unknown;
}

/** Where a call came from: the address of a request, or the connector and the room of a chat. */
interface Origin {
  address?: string;
  connector?: string;
  roomId?: string;
  [more: string]: unknown;
}

export const auditOutcomes = ['done', 'denied', 'failed'] as const;

/** Ids alone: a row outlives what it is about. */
export interface AuditRow {
  /** UUIDv7, from `newId`. */
  id: string;
  /** Unix ms. */
  at: number;
  principal: AuditedPrincipal;
  operation: string;
  /** What it was done to; small, and never a secret: rows are not forgotten. */
  target: Record<string, unknown>;
  from?: Origin;
  outcome: (typeof auditOutcomes)[number];
  /** The error's code. */
  error?: string;
}

export interface Head {
  /** 1, 2, 3, … */
  seq: number;
  /** SHA-256, in hex. */
  hash: string;
}

/** Where else than in the chain it was found. */
export interface KeptHead extends Head {
  place: 'the database' | 'the data folder' | 'the running hub';
}

export interface LinkedRow extends AuditRow {
  seq: number;
  /** Hash of the row before. */
  previous: string;
  hash: string;
}

/** A row of the chain as it is stored: `body` is its canonical text, the rest is there to be found by. */
export interface Link extends Head {
  id: string;
  operation: string;
  body: string;
}

/** What a list is asked for; an absent field means any. */
export interface AuditFilter {
  operation?: string;
  /** The principal's name, or `kind:name`. */
  principal?: string;
  outcome?: AuditRow['outcome'];
  /** Unix ms. */
  since?: number;
  /** Unix ms; a row of this very millisecond is in it. */
  until?: number;
}

/** What shows whether the chain is whole; see `audit-verification.ts`. */
export interface AuditChain {
  /** Rows of the chain with a greater number than this, in their order, as they lie in the store. */
  links(after: number, limit: number): Promise<Link[]>;
  /** What is known of the chain's end in other places than the chain. */
  heads(): Promise<KeptHead[]>;
  /** How many rows of hubs lie outside of the chain that knew none. */
  countOlder(): Promise<number>;
}

/**
 * Rows are only ever added: neither `forget` nor retention touches them. Not promised: that whoever owns the database and
 * all data folders cannot write another chain.
 */
export interface AuditLog extends AuditChain {
  /** A row whose id is there already changes nothing, so a failed call may be repeated. */
  append(row: AuditRow): Promise<void>;
  /**
   * Newest first, by id. `before`: only rows older than the one with this id; the page's `nextCursor` is one. A page
   * may be short although there is more.
   */
  list(request: AuditFilter & { limit: number; before?: string }): Promise<Page<AuditRow | LinkedRow>>;
  /** The last row of the chain that is there; null: none is. */
  last(): Promise<Head | null>;
  /** Rows outside of the chain, oldest first, with an id greater than this one. */
  older(after: string, limit: number): Promise<AuditRow[]>;
}
