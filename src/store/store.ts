/**
 * Store: what the hub remembers. Small ports, implemented together per engine.
 *
 * - **Ingestion key**: (agent, connector, tenant, platform message id). One key, one memory.
 * - **Pending**: stored, acknowledged, waiting for its turn.
 * - **Commit**: the one atomic write that ends a turn.
 * - **Scope**: who may recall a memory (`core/memory.ts`); every search names exactly the scopes it may see.
 *
 * When a write resolves, it is durable. All methods throw `store_unavailable` (retryable) when the engine
 * cannot be reached. The contract is `test/contract/store.ts`.
 */

import type { AuditLog } from './audit-log.js';
import type { Encryption } from './encryption.js';
import type { FileStore } from './file-store.js';
import type { MemoryStore } from './memory-store.js';
import type { NoteStore } from './note-store.js';
import type { Outbox } from './outbox.js';
import type { RecordStore } from './record-store.js';
import type { TokenStore } from './token-store.js';
import type { TurnStore } from './turn-store.js';

/** Whether a store that is kept elsewhere can be reached. A process takes no work while it cannot. */
export interface Reach {
  /** In a few words why not; null: it can. */
  readonly away: string | null;
  /** Called when it goes and when it is back. */
  onChange(listener: (away: string | null) => void): void;
}

export interface Store {
  /** The engine, how many migrations its data has had, and what it lacks, for the log and `/readyz`. */
  readonly description: { engine: string; schema: number; notes: string[] };
  readonly memories: MemoryStore;
  readonly turns: TurnStore;
  readonly outbox: Outbox;
  readonly tokens: TokenStore;
  readonly files: FileStore;
  readonly notes: NoteStore;
  readonly records: RecordStore;
  readonly audit: AuditLog;
  /** Absent: it cannot encrypt. */
  readonly encryption?: Encryption;
  /** Absent: it is in this process. */
  readonly reach?: Reach;
  /** Resolves when the store can read and write. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
