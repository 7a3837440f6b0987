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
import type { FileStore } from './file-store.js';
import type { MemoryStore } from './memory-store.js';
import type { NoteStore } from './note-store.js';
import type { Outbox } from './outbox.js';
import type { TokenStore } from './token-store.js';
import type { TurnStore } from './turn-store.js';

export interface Store {
  /** The engine, how many migrations its data has had, and what it lacks, for the log and `/readyz`. */
  readonly description: { engine: string; schema: number; notes: string[] };
  readonly memories: MemoryStore;
  readonly turns: TurnStore;
  readonly outbox: Outbox;
  readonly tokens: TokenStore;
  readonly files: FileStore;
  readonly notes: NoteStore;
  readonly audit: AuditLog;
  /** Resolves when the store can read and write. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
