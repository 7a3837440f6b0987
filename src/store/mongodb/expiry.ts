/**
 * Retention. A pass of the hub finds what is older than its agent keeps it, so a changed retention counts for what is
 * stored already; it only dates it (`expiresAt`), and the server's TTL monitor removes it, at its own pace and once a
 * minute or so. Where the server has no TTL index, the pass deletes. What waits, for a turn, for its marks or for its
 * delivery, is never dated; a failed turn or a reply that is taken up again loses its date.
 *
 * Files of what is dated go with a later sweep (`file-uses.ts`).
 *
 * A turn goes with its document. Only a worker that stood still for the whole retention could commit it once more.
 */
import type { Collection, Filter } from 'mongodb';
import type { Expired, ExpiryRequest } from '../expiry.js';
import { whole } from '../paging.js';
import type { Connection } from './connection.js';
import type { MemoryDocument } from './documents.js';
import { type FileUses, filesOf } from './file-uses.js';
import { settled } from './filter.js';
import { makeAgeIndexes } from './indexes.js';

export class Expiry {
  readonly #connection: Connection;
  readonly #uses: FileUses;
  readonly #ttl: boolean;
  #indexes: Promise<void> | undefined;

  constructor(connection: Connection, uses: FileUses, { ttl }: { ttl: boolean }) {
    this.#connection = connection;
    this.#uses = uses;
    this.#ttl = ttl;
  }

  async expire(request: ExpiryRequest): Promise<Expired> {
    await this.#prepare();
    const limit = whole(request.limit, 1);
    const memories = await this.#take(this.#connection.collection('memories'), request, limit);
    if (memories === limit) return { count: memories, nextCursor: 'more' };
    const archived = await this.#take(this.#connection.collection('archive'), request, limit - memories);
    const count = memories + archived;
    return { count, nextCursor: count === limit ? 'more' : null };
  }

  async #take(
    collection: Collection<MemoryDocument>,
    { agentId, before, kinds }: ExpiryRequest,
    limit: number,
  ): Promise<number> {
    // A turn without a reply is as old as the messages it covers.
    const expiring = kinds.includes('message') ? [...kinds, 'turn' as const] : kinds;
    const aged: Filter<MemoryDocument> = {
      ...{ agentId, kind: { $in: expiring }, createdAt: { $lt: before }, status: { $in: [...settled] } },
      ...{ open: { $exists: false }, due: { $exists: false }, expiresAt: { $exists: false } },
    };
    const found = await this.#connection.find(collection, aged, {
      limit,
      projection: { 'content.attachments.file': 1 },
    });
    if (found.length === 0) return 0;
    const these = { ...aged, _id: { $in: found.map(({ _id }) => _id) } };
    const files = filesOf(found);
    await this.#uses.lookSoon(files, this.#ttl);
    await this.#connection.repeatable(async () => {
      if (this.#ttl) await collection.updateMany(these, { $set: { expiresAt: new Date() } });
      else await collection.deleteMany(these);
    });
    if (!this.#ttl) await this.#uses.release(files);
    return found.length;
  }

  /** Once per process; again if it failed. */
  #prepare(): Promise<void> {
    this.#indexes ??= this.#connection.slowly(makeAgeIndexes).catch((error) => {
      this.#indexes = undefined;
      throw error;
    });
    return this.#indexes;
  }
}
