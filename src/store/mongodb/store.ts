/**
 * The distributed store: MongoDB, or what speaks its protocol. One turn is one document, and its insertion with a
 * majority is the commit; marks follow and are repaired. No transaction spans documents.
 *
 * - **Documents** (`documents.ts`): what lies where, and why a key has one memory and a turn one commit.
 * - **Room log** (`room-log.ts`): the writes, in batches. **Marks** (`marks.ts`): what follows a commit.
 * - **Reads** (`reads.ts`): several in one round trip. Nothing is cached that order or privacy could hang on.
 * - **Abilities** (`abilities.ts`): what this server has; `indexes.ts` makes what it can.
 * - **Search**: `search.ts` over the search node (`search-node.ts`) or, without one, `lexicon.ts` and `vectors.ts`.
 * - **Files** (`files.ts`): their bytes, and how those go that no memory names (`file-uses.ts`).
 * - **Growth**: `expiry.ts`, `archive.ts` and `shard.ts`.
 *
 * The other files are the ports.
 */
import type { Logger } from '../../logger.js';
import type { Store } from '../store.js';
import { type Abilities, askServer, notesOf, shardedIngestion } from './abilities.js';
import { MongoAudit } from './audit.js';
import { Connection, type ConnectionOptions } from './connection.js';
import { Embedders } from './embedders.js';
import { Expiry } from './expiry.js';
import { FileUses } from './file-uses.js';
import { MongoFiles } from './files.js';
import { indexNames, makeCollections, makeIndexes } from './indexes.js';
import { Listings } from './listings.js';
import { Marks } from './marks.js';
import { MongoMemories } from './memories.js';
import { MongoNotes } from './notes.js';
import { MongoOutbox } from './outbox.js';
import { Reads } from './reads.js';
import { RoomLog } from './room-log.js';
import { Search } from './search.js';
import { SearchNode } from './search-node.js';
import { MongoTokens } from './tokens.js';
import { MongoTurns } from './turns.js';

export interface MongoOptions extends ConnectionOptions {
  log: Logger;
  /** The embedder in use, if it is known: its vector index is then made, and waited for, from the start. */
  embedderHint?: Promise<{ id: string; dimensions: number } | null>;
}

/** Throws `config_invalid` for a URL or user that cannot be used, `store_unavailable` when nobody answers. */
export async function openMongoStore(options: MongoOptions): Promise<Store> {
  const connection = await Connection.open(options);
  try {
    const abilities = await prepare(connection);
    return storeOn(connection, abilities, options);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

function prepare(connection: Connection): Promise<Abilities> {
  return connection.run(async (db) => {
    const validation = await makeCollections(db);
    const [asked, there] = await Promise.all([askServer(db), indexNames(db)]);
    const sharded = there.has(shardedIngestion);
    const made = await makeIndexes(db, { ...asked, sharded, there });
    return { ...asked, ...made, sharded, validation };
  });
}

function storeOn(
  connection: Connection,
  abilities: Abilities,
  { log: logger, embedderHint }: MongoOptions,
): Store {
  const log = new RoomLog(connection);
  const marks = new Marks(log, logger);
  const node = abilities.search ? new SearchNode(connection, abilities, logger) : null;
  const embedders = new Embedders(connection, node);
  const uses = new FileUses(connection);
  const expiry = new Expiry(connection, uses, abilities);
  const search = new Search(connection, abilities, embedders, node, logger);
  const reads = new Reads(connection, abilities);
  const listings = new Listings(connection);
  const notes = notesOf(abilities);
  if (notes.length > 0)
    logger.warn({ engine: abilities.engine, lacks: notes }, 'the database server lacks something');
  node?.hasWords();
  // Whoever made the promise hears of its failure.
  embedderHint?.then(
    (hint) => hint && node?.hasVectors({ key: embedders.keyOf(hint.id), dimensions: hint.dimensions }),
    () => {},
  );
  let closed: Promise<void> | undefined;
  return {
    description: { engine: abilities.engine, notes },
    memories: new MongoMemories({
      connection,
      abilities,
      log,
      marks,
      reads,
      embedders,
      expiry,
      uses,
      search,
      node,
      listings,
    }),
    turns: new MongoTurns(connection, log, marks, listings),
    outbox: new MongoOutbox(connection, log, marks),
    tokens: new MongoTokens(connection),
    files: new MongoFiles(connection, uses),
    notes: new MongoNotes(connection),
    audit: new MongoAudit(connection),
    /** Writes, because a store that can only read is not ready. */
    async ping() {
      const meta = connection.collection<{ _id: string; at: number }>('meta');
      await connection.run(() =>
        meta.updateOne({ _id: 'ping' }, { $set: { at: Date.now() } }, { upsert: true }),
      );
    },
    close() {
      closed ??= (async () => {
        node?.close();
        await marks.all();
        await connection.close();
      })();
      return closed;
    },
  };
}
