/**
 * The embedded store: one SQLite file, `carrier.db`, in the data folder, written by the hub's own thread.
 *
 * - **Connection** (`connection.ts`): reads at once, writes in groups (`group.ts`), told when a flush of the log
 *   (`flush.ts`) has brought them to the disk.
 * - **Tables** (`*-table.ts`): the SQL, inside the groups; `lexicon.ts` (words), `vectors.ts` (meaning), `upkeep.ts`.
 * - **Side thread** (`side.ts`): what takes long, on a connection of its own: large scopes, listings, checkpoints.
 * - **Rooms** (`rooms.ts`): rooms and scopes in use, so that a turn of a busy room reads nothing.
 *
 * The other files are the ports on top of these.
 */
import type { DataKey, KeyRing } from '../../encryption/key-ring.js';
import { FatalError } from '../../errors.js';
import type { Logger } from '../../logger.js';
import { migrations } from '../migrations.js';
import type { Store } from '../store.js';
import { LibsqlAudit } from './audit.js';
import { Bodies } from './bodies.js';
import { Changes } from './changes.js';
import { Connection, fdatasyncOf, type Sync } from './connection.js';
import { Database } from './database.js';
import { errorOf } from './faults.js';
import { FileEncryption } from './file-encryption.js';
import { databaseFile } from './file-key.js';
import { FileTable } from './file-table.js';
import { LibsqlFiles } from './files.js';
import { Forgetting } from './forgetting.js';
import { bringUnderKey } from './key-change.js';
import { Lexicon } from './lexicon.js';
import { createOnce, HubLock } from './lock.js';
import { LibsqlMemories } from './memories.js';
import { MemoryTable } from './memory-table.js';
import { movedProblem } from './moved.js';
import { Names } from './names.js';
import { LibsqlNotes, sweptNotes } from './notes.js';
import { LibsqlOutbox } from './outbox.js';
import { OutboxTable } from './outbox-table.js';
import { Pace } from './pace.js';
import { LibsqlRecords } from './records.js';
import { type RoomSizes, Rooms } from './rooms.js';
import { migrate } from './schema.js';
import { Search } from './search.js';
import { Searches } from './searches.js';
import { SideThread } from './side-thread.js';
import { LibsqlTokens } from './tokens.js';
import { TurnTable } from './turn-table.js';
import { LibsqlTurns } from './turns.js';
import { Upkeep } from './upkeep.js';
import { Vectors } from './vectors.js';

/** Words held for searches on this thread, four bytes each: 8 MB. */
const mostWords = 2_000_000;

export interface LibsqlOptions {
  /** Made when missing, for its owner alone. */
  dataDir: string;
  /** Absent: the file is in the clear. */
  ring?: KeyRing | null;
  log: Logger;
  /** Called once when its disk fails: nothing works any more until the file is opened anew. */
  onStuck?: () => void;
  /** For tests: sizes of its caches, and what flushes its log. */
  sizes?: RoomSizes;
  sync?: Sync;
}

/** Throws `store_locked` when another hub has the folder, `config_invalid` when a newer one wrote it, its key is not there, or its data has moved. */
export async function openLibsqlStore(options: LibsqlOptions): Promise<Store> {
  const lock = new HubLock(options.dataDir);
  try {
    const { dataDir, ring = null, log } = options;
    const moved = movedProblem(dataDir);
    if (moved) throw new FatalError('config_invalid', moved, { field: 'CARRIER_DATA_DIR' });
    const key = await bringUnderKey(dataDir, ring, log);
    const file = databaseFile(dataDir);
    createOnce(file);
    return storeOn(file, key, lock, options);
  } catch (error) {
    lock.release();
    throw errorOf(error);
  }
}

function storeOn(file: string, key: DataKey | null, lock: HubLock, options: LibsqlOptions): Store {
  const { log, sizes, onStuck, sync = fdatasyncOf } = options;
  const db = new Database(file, key);
  try {
    migrate(db);
    const names = new Names(db);
    const memories = new MemoryTable(db, names);
    const outbox = new OutboxTable(db, names);
    const turns = new TurnTable(db, names, memories, outbox);
    const files = new FileTable(db);
    // As much as a message and its reply: a full disk often has room for less.
    const ping = db.prepare(
      "insert or replace into progress (name, value) values ('ping', randomblob(16384))",
    );
    db.transaction(() => {
      turns.dropDeadCheckpoints();
      // Writes in any case: there is a log only after that.
      ping.run();
    });
    const changes = new Changes();
    const lexicon = new Lexicon(db, { most: mostWords, follows: true, changes });
    const rooms = new Rooms({ names, memories, turns, outbox, lexicon }, sizes);
    const vectors = new Vectors(db, changes);
    const bodies = new Bodies(db);
    const side = new SideThread(file, key);
    const pace = new Pace();
    const search = new Search(lexicon, vectors);
    const searches = new Searches(db, { search, lexicon, changes, bodies, side, pace });
    const upkeep = new Upkeep({
      ...{ db, lexicon, side, sweepNotes: sweptNotes(db) },
      hold: (work) => connection.hold(work),
    });
    const forgetting = new Forgetting({
      ...{ memories, turns, outbox, files, lexicon, vectors, bodies, upkeep, rooms },
    });
    const connection: Connection = new Connection(db, file, {
      rolledBack() {
        audit.reset();
        names.reset();
        vectors.reset();
        rooms.clear();
        bodies.clear();
      },
      background: upkeep,
      pace,
      onDeath(err) {
        log.fatal({ err }, 'the store is gone until the hub is started again');
        onStuck?.();
      },
      sync,
    });
    const audit = new LibsqlAudit(db, connection, options);
    let closed: Promise<void> | undefined;
    return {
      description: { engine: 'libSQL', schema: migrations.length, notes: [] },
      memories: new LibsqlMemories({
        ...{ connection, table: memories, names, rooms, searches, vectors, side, forgetting },
      }),
      turns: new LibsqlTurns({ connection, table: turns, memories, side, rooms, bodies, forgetting }),
      outbox: new LibsqlOutbox(connection, outbox, rooms),
      tokens: new LibsqlTokens(db, connection),
      files: new LibsqlFiles(connection, files),
      notes: new LibsqlNotes(db, connection),
      records: new LibsqlRecords(db, connection),
      audit,
      encryption: new FileEncryption(file, key, options.ring ?? null),
      // Writes, because a store that can only read is not ready.
      ping: () => connection.write(() => void ping.run()),
      close() {
        upkeep.stop();
        closed ??= connection
          .close(() => side.close())
          .finally(() => audit.close())
          .finally(() => lock.release());
        return closed;
      },
    };
  } catch (error) {
    db.close();
    throw error;
  }
}
