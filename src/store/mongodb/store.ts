/**
 * The distributed store: MongoDB, or what speaks its protocol. One turn is one document, and its insertion with a
 * majority is the commit; marks follow and are repaired. No transaction spans documents.
 *
 * - **Connection** (`connection.ts`): every operation goes through it. **Watchdog** (`watchdog.ts`): each ends in time.
 * - **Documents** (`documents.ts`): what lies where, and why a key has one memory and a turn one commit.
 * - **Room log** (`room-log.ts`): the writes, in batches. **Marks** (`marks.ts`): what follows a commit.
 * - **Reads** (`reads.ts`): several in one round trip. **Windows** (`windows.ts`): of recent history and facts, only what
 *   has changed.
 * - **Schema** (`schema.ts`): which migrations the database has had, and who may use it.
 * - **Abilities** (`abilities.ts`): what this server has; `indexes.ts` makes what it can.
 * - **Search**: `search.ts` over small scopes, read as a whole (`small-scopes.ts`), and large ones (`large-scopes.ts`): by
 *   the search node (`search-node.ts`) or, without one, `lexicon.ts` and `vectors.ts`. `candidates.ts` scores what they
 *   give; `outdated.ts` renews words of older hubs.
 * - **Files** (`files.ts`): their bytes, and how those go that no memory names (`file-uses.ts`).
 * - **Encryption**: `sealing.ts` below all reads and writes, of the fields that `sealed-fields.ts` names, under the keys that
 *   `encryption-head.ts` has agreed on; `rotation.ts` brings the rest there.
 * - **Growth**: `expiry.ts`, `archive.ts` and `shard.ts`; `overview.ts` shows it.
 *
 * The other files are the ports.
 */
import type { Memory } from '../../core/memory.js';
import type { KeyRing } from '../../encryption/key-ring.js';
import type { Logger } from '../../logger.js';
import type { Store } from '../store.js';
import { type Abilities, askServer, notesOf } from './abilities.js';
import { headFileOf, MongoAudit } from './audit.js';
import { Connection, type ConnectionOptions } from './connection.js';
import { Embedders } from './embedders.js';
import { beginSealing, encryptionRefusal, inUseOf, readEncryption } from './encryption-head.js';
import { Expiry } from './expiry.js';
import { unavailable } from './faults.js';
import { FileUses } from './file-uses.js';
import { MongoFiles } from './files.js';
import { indexNames } from './index-maker.js';
import { foundIndexes, isValidated, makeCollections, makeIndexes } from './indexes.js';
import { Listings } from './listings.js';
import { Marks } from './marks.js';
import { MongoMemories } from './memories.js';
import { MongoNotes } from './notes.js';
import { MongoOutbox } from './outbox.js';
import { Outdated } from './outdated.js';
import { persistently } from './persistence.js';
import { Reads } from './reads.js';
import { MongoRecords } from './records.js';
import { RoomAgents } from './room-agents.js';
import { RoomLog } from './room-log.js';
import { Rotation } from './rotation.js';
import {
  bringUp,
  type Known,
  known,
  readSchema,
  refusalOf,
  type Schema,
  unknownTo,
  warnOlder,
} from './schema.js';
import { Sealing } from './sealing.js';
import { Search } from './search.js';
import { SearchNode } from './search-node.js';
import { spreadBy } from './shard-key.js';
import { MongoTokens } from './tokens.js';
import { MongoTurns } from './turns.js';
import { refuseUnfinished } from './unfinished.js';
import { Windows } from './windows.js';

export interface MongoOptions extends ConnectionOptions {
  log: Logger;
  /** The embedder in use, if it is known: its vector index is then made, and waited for, from the start. */
  embedderHint?: Promise<{ id: string; dimensions: number } | null>;
  /** Where each process keeps the end of the audit log, too; absent: the database alone does. */
  dataDir?: string;
  /** Memories of a scope up to which it is read as a whole; larger ones are searched by index. */
  mostInSmall?: number;
  /** Default true. False leaves an older database as it is, for who only looks. */
  migrate?: boolean;
  /** Default: what this code knows. */
  known?: Known;
  /** Keys that data is encrypted under; absent: it is not (`sealing.ts`). */
  ring?: KeyRing | null;
  /** Called once if a newer hub says, later on, that this one must not go on; every operation fails then. */
  onRefused?: () => void;
}

/**
 * Throws `config_invalid` for a URL or user that cannot be used, and for a database that only newer hubs may use;
 * `store_unavailable` when nobody answers.
 */
export function openMongoStore(options: MongoOptions): Promise<Store> {
  return onDatabase(options, async (connection, prepared) => {
    await connection.run(refuseUnfinished);
    return storeOn(connection, prepared, options);
  });
}

/** A database that has what this code needs, for who brings in all that another store holds; closed when it throws. */
export function openToBringIn(options: MongoOptions): Promise<Connection> {
  return onDatabase(options, async (connection) => connection);
}

async function onDatabase<T>(
  options: MongoOptions,
  work: (connection: Connection, prepared: Prepared) => Promise<T>,
): Promise<T> {
  const connection = await Connection.open(options);
  try {
    const prepared = await prepare(connection, options);
    connection.sealing = await sealingOf(connection, prepared, options);
    return await work(connection, prepared);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

interface Prepared {
  abilities: Abilities;
  schema: Schema;
  /** Nobody has used it before. */
  fresh: boolean;
}

function prepare(
  connection: Connection,
  { migrate = true, known: ours = known, ring = null, log }: MongoOptions,
): Promise<Prepared> {
  return connection.slowly(async (db) => {
    const found = await readSchema(db, ours);
    // Before anything is changed.
    await readEncryption(db, ring);
    const made = unknownTo(ours, found).length === 0 && (migrate || found.version === 0);
    if (made) await warnOlder(db, found, ours);
    const validation = await (made ? makeCollections(db) : isValidated(db));
    // One after the other: a server that hangs up on what it cannot read takes what else is asked with it.
    const asked = await persistently(() => askServer(db));
    const there = await persistently(() => indexNames(db));
    const sharded = await spreadBy(db, there, { mayChange: made });
    const indexes = made
      ? await makeIndexes(db, { ...asked, sharded: sharded !== null, log })
      : foundIndexes(there);
    const schema = made ? await bringUp(db, found, ours) : found;
    const abilities = { ...asked, ...indexes, sharded, validation };
    return { abilities, schema, fresh: found.version === 0 };
  });
}

/** Null: nothing is encrypted. Who only looks begins nothing. */
async function sealingOf(
  connection: Connection,
  { fresh }: Prepared,
  { migrate = true, known: ours = known, ring = null, log }: MongoOptions,
): Promise<Sealing | null> {
  if (!ring || ring.off) return null;
  if (migrate) return beginSealing(connection, ring, { known: ours, fresh, log });
  const head = await connection.run((db) => readEncryption(db, ring));
  return head && new Sealing(ring, inUseOf(head));
}

/** What an operator should know of the schema. */
function noteOf(schema: Schema, ours: Known): string[] {
  const unknown = unknownTo(ours, schema);
  const knows = ours.migrations.length;
  if (unknown.length > 0)
    return [
      `schema ${schema.version} is of a newer hub (${unknown.join(', ')}), and this one, which knows ${knows}, may ` +
        'go on beside it: start the newer version here too',
    ];
  if (schema.version < knows)
    return [
      `schema ${schema.version} is of an older hub: the next one of this version brings it to ${knows}`,
    ];
  return [];
}

/** Whether this process may go on; once it may not, it looks no more. */
function watchSchema(
  connection: Connection,
  { known: ours = known, ring = null, onRefused, log }: MongoOptions,
): () => void {
  let refused = false;
  const look = async () => {
    // Where the server is away, all else says so.
    const refusal = await connection
      .run(
        async (db) => (await refusalOf(db, ours)) ?? (await encryptionRefusal(db, ring, connection.sealing)),
      )
      .catch(() => null);
    // A slow look may end after the next one.
    if (!refusal || refused) return;
    refused = true;
    clearInterval(timer);
    connection.refuse(refusal);
    onRefused?.();
    log.error({ err: refusal }, 'the database is not for this hub any more; this one does nothing more');
  };
  const timer = setInterval(() => void look(), ours.watchMs).unref();
  return () => clearInterval(timer);
}

function storeOn(connection: Connection, { abilities, schema }: Prepared, options: MongoOptions): Store {
  const { log: logger, embedderHint, known: ours = known, ring = null } = options;
  const log = new RoomLog(connection, new RoomAgents(abilities.sharded === 'agent'));
  const marks = new Marks(log, logger);
  // One that is away may come back.
  const mayHaveNode = abilities.search || abilities.searchProblem !== null;
  const node = mayHaveNode ? new SearchNode(connection, abilities, logger) : null;
  const embedders = new Embedders(connection, node);
  const uses = new FileUses(connection);
  const expiry = new Expiry(connection, uses, abilities);
  const reads = new Reads(connection, abilities);
  const outdated = new Outdated(connection, logger);
  const search = new Search({
    connection,
    abilities,
    embedders,
    node,
    reads,
    outdated,
    mostInSmall: options.mostInSmall,
    log: logger,
  });
  const windows = new Windows(reads);
  const listings = new Listings(connection);
  const lacks = notesOf(abilities);
  if (lacks.length > 0)
    logger.warn({ engine: abilities.engine, lacks }, 'the database server lacks something');
  const noted = noteOf(schema, ours);
  for (const note of noted) logger.warn({ database: connection.db.databaseName }, note);
  const unwatch = watchSchema(connection, options);
  const { sealing } = connection;
  const rotation =
    sealing && ring
      ? new Rotation({
          ...{ connection, ring, sealing, log: logger, watchMs: ours.watchMs },
          careful: abilities.engine.startsWith('FerretDB'),
        })
      : null;
  if (options.migrate !== false) {
    outdated.start();
    rotation?.start();
  }
  node?.hasWords();
  // Whoever made the promise hears of its failure.
  embedderHint?.then(
    (hint) => hint && node?.hasVectors({ key: embedders.keyOf(hint.id), dimensions: hint.dimensions }),
    () => {},
  );
  const memories = new MongoMemories({
    ...{ connection, abilities, log, marks, reads, windows, embedders, expiry, uses, search, node, listings },
  });
  const append = (memory: Memory) => memories.append(memory);
  const { dataDir, url, database } = options;
  const headFile = dataDir === undefined ? undefined : headFileOf(dataDir, url, database);
  const audit = new MongoAudit({ connection, log: logger, headFile });
  let closed: Promise<void> | undefined;
  return {
    description: {
      ...{ engine: abilities.engine, schema: schema.version },
      get notes() {
        const search = abilities.search || node?.answered === true;
        return [...noted, ...notesOf({ ...abilities, search }), ...(node?.notes() ?? [])];
      },
    },
    memories,
    turns: new MongoTurns(connection, log, marks, { reads, windows, listings, append }),
    outbox: new MongoOutbox(connection, log, marks, reads),
    tokens: new MongoTokens(connection),
    files: new MongoFiles(connection, uses),
    notes: new MongoNotes(connection, reads),
    records: new MongoRecords(connection, reads),
    ...(rotation && { encryption: rotation }),
    audit,
    reach: connection.reach,
    /** Writes, because a store that can only read is not ready. */
    async ping() {
      const { away } = connection.reach;
      if (away !== null) throw unavailable(away);
      const meta = connection.collection<{ _id: string; at: number }>('meta');
      await connection.probe(() =>
        meta.updateOne({ _id: 'ping' }, { $set: { at: Date.now() } }, { upsert: true }),
      );
    },
    close() {
      closed ??= (async () => {
        unwatch();
        await outdated.stop();
        await rotation?.stop();
        node?.close();
        await marks.ended();
        await audit.close();
        await connection.close();
      })();
      return closed;
    },
  };
}
