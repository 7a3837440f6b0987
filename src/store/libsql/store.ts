/**
 * The embedded store: one SQLite file, `carrier.db`, in the data folder.
 *
 * - **Engine** (`engine.ts`): the thread that owns the database; `operations.ts` is all it can do, and the
 *   tables, `lexicon.ts` (words), `vectors.ts` (meaning) and `upkeep.ts` live there.
 * - **Link** (`link.ts`): carries calls there, in batches.
 * - **Group** (`group.ts`): the operations that share one transaction.
 * - **Replica** (`replica.ts`): what this thread knows without asking, so that a turn of a busy room reads nothing.
 *
 * The other files are the ports, each on top of link and replica.
 */
import { join } from 'node:path';
import type { Logger } from '../../logger.js';
import { migrations } from '../migrations.js';
import type { Store } from '../store.js';
import { LibsqlAudit } from './audit.js';
import { LibsqlFiles } from './files.js';
import { Link } from './link.js';
import { createOnce, HubLock } from './lock.js';
import { LibsqlMemories } from './memories.js';
import { LibsqlNotes } from './notes.js';
import { LibsqlOutbox } from './outbox.js';
import { Replica } from './replica.js';
import { LibsqlTokens } from './tokens.js';
import { LibsqlTurns } from './turns.js';

export interface LibsqlOptions {
  /** Made when missing, for its owner alone. */
  dataDir: string;
  log: Logger;
}

/** Throws `store_locked` when another hub has the folder, `config_invalid` when a newer one wrote it. */
export async function openLibsqlStore({ dataDir, log }: LibsqlOptions): Promise<Store> {
  const lock = new HubLock(dataDir);
  try {
    const file = join(dataDir, 'carrier.db');
    createOnce(file);
    const link = await Link.open(file, (err) => log.error({ err }, 'the store is gone; restart the hub'));
    return storeOn(link, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

function storeOn(link: Link, lock: HubLock): Store {
  const replica = new Replica(link);
  let closed: Promise<void> | undefined;
  return {
    description: { engine: 'libSQL', schema: migrations.length, notes: [] },
    memories: new LibsqlMemories(link, replica),
    turns: new LibsqlTurns(link, replica),
    outbox: new LibsqlOutbox(link, replica),
    tokens: new LibsqlTokens(link),
    files: new LibsqlFiles(link),
    notes: new LibsqlNotes(link),
    audit: new LibsqlAudit(link),
    ping: () => link.call('ping', []),
    close() {
      closed ??= link.close().finally(() => lock.release());
      return closed;
    },
  };
}
