/**
 * Makes indexes one after another, by many hubs at once: what others have made meanwhile is taken as made. What the
 * server refuses is told, at every start.
 */
import { type Db, type IndexDescription, MongoServerError } from 'mongodb';
import type { Logger } from '../../logger.js';
import { isLacking, isPassing } from './faults.js';
import { persistently } from './persistence.js';

export class IndexMaker {
  /** What this server refused to make, although it has the kind. */
  readonly refused: string[] = [];
  readonly #db: Db;
  readonly #log: Logger;
  readonly #there = new Map<string, Set<string>>();

  constructor(db: Db, log: Logger) {
    this.#db = db;
    this.#log = log;
  }

  async has(collection: string, name: string): Promise<boolean> {
    let there = this.#there.get(collection);
    if (!there) {
      there = await indexNames(this.#db, collection);
      this.#there.set(collection, there);
    }
    return there.has(name);
  }

  /** Throws what the server refuses it with. */
  async need(collection: string, index: IndexDescription): Promise<void> {
    // FerretDB 1.24 dies of some that are there already.
    if (await this.has(collection, index.name!)) return;
    await makeIndex(this.#db, collection, index);
    this.#there.get(collection)!.add(index.name!);
  }

  /** False: the server refuses it. */
  async make(collection: string, index: IndexDescription): Promise<boolean> {
    try {
      await this.need(collection, index);
      return true;
    } catch (err) {
      if (!(err instanceof MongoServerError) || isPassing(err)) throw err;
      const name = `${collection}.${index.name}`;
      const lacking = isLacking(err);
      if (!lacking) this.refused.push(name);
      // What is lacking is noted by its kind.
      const level = lacking ? 'info' : 'warn';
      this.#log[level]({ err, index: name }, 'the database server refuses an index; going on without it');
      return false;
    }
  }

  async drop(collection: string, name: string): Promise<void> {
    if (!(await this.has(collection, name))) return;
    await dropIndex(this.#db, collection, name);
    this.#there.get(collection)!.delete(name);
  }
}

export async function indexNames(db: Db, collection = 'memories'): Promise<Set<string>> {
  const indexes = await db.collection(collection).listIndexes().toArray();
  return new Set(indexes.map(({ name }) => name as string));
}

/** Without effect where it is there. */
export async function makeIndex(db: Db, collection: string, index: IndexDescription): Promise<void> {
  await persistently(async (again) => {
    if (again && (await indexNames(db, collection)).has(index.name!)) return;
    await db.collection(collection).createIndexes([index]);
  });
}

/** Without effect where it is not there. */
export async function dropIndex(db: Db, collection: string, name: string): Promise<void> {
  const indexNotFound = 27;
  await db
    .collection(collection)
    .dropIndex(name)
    .catch((error) => {
      // Another process was faster.
      if (!(error instanceof MongoServerError && error.code === indexNotFound)) throw error;
    });
}
