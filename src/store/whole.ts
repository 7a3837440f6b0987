/** All that a store holds, as another one can take it over: what was decided, delivered or given up stays so. */
import type { Memory } from '../core/memory.js';
import type { OutboundMessage, Turn, TurnCheckpoint } from '../core/turn.js';
import type { Link } from './audit-log.js';
import type { Failing } from './outbox.js';
import type { TokenRecord } from './token-store.js';

/** A reply that is not delivered. `memory` is there only where it is stored nowhere else. */
export interface WholeOutbound extends Omit<OutboundMessage, 'memory'> {
  memory?: Memory;
  error: { code: string; message: string } | null;
  failing: Failing | null;
  /** It is not tried again until somebody asks for it. */
  givenUp: boolean;
}

export interface WholeTurn {
  turn: Turn;
  /** It waits for a decision and has none. */
  undecided: boolean;
}

/** One memory, or a turn without one, and what hangs on it. */
export interface WholeEntry {
  memory: Memory | null;
  /** The turn that ended with this memory. */
  ended: WholeTurn | null;
  /** JSON: what the platform calls the delivered reply. */
  receipt: string | null;
  outbound: WholeOutbound | null;
  /** Of a turn that is not finished, and whose first waiting message this one is. */
  checkpoint: TurnCheckpoint | null;
}

export interface WholeFile {
  id: string;
  bytes: Uint8Array;
  person: string | null;
  place: string | null;
  counted: number;
  /** When to look whether a memory names it (Unix ms). */
  look: number | null;
  /** Size, name, media type and owner. */
  about: Record<string, unknown>;
}

/** Key and value are JSON text. `expires`: Unix ms. */
interface WholeNote {
  key: string;
  value: string;
  expires: number | null;
}

/** `value` is JSON text, `id` and `group` are as `storedName` writes them. */
interface WholeRecord {
  kind: string;
  id: string;
  version: number;
  value: string;
  group: string | null;
  due: number | null;
}

interface OlderAuditRow {
  id: string;
  operation: string;
  /** JSON. */
  row: string;
}

/** Where the batch after one begins; JSON, so that it can be kept. */
export type Position = readonly (string | number)[];

export interface Batch<T> {
  items: T[];
  next: Position;
}

/**
 * What of each there is, in bounded batches, from where a batch ended before, or from the beginning. Words and vectors are made
 * anew.
 */
export interface WholeStore {
  entries(from?: Position): Iterable<Batch<WholeEntry>>;
  files(from?: Position): Iterable<Batch<WholeFile>>;
  notes(from?: Position): Iterable<Batch<WholeNote>>;
  records(from?: Position): Iterable<Batch<WholeRecord>>;
  tokens(from?: Position): Iterable<Batch<TokenRecord>>;
  olderAudit(from?: Position): Iterable<Batch<OlderAuditRow>>;
  audit(from?: Position): Iterable<Batch<Link>>;
}

export type Part = keyof WholeStore;
