import { LRUCache } from 'lru-cache';
import type { Filter } from 'mongodb';
import { readCursor, writeCursor } from '../cursors.js';
import {
  type Due,
  type Failing,
  type Outbox,
  storedReceipt,
  type Undelivered,
  type UndeliveredRequest,
} from '../outbox.js';
import type { Page } from '../paging.js';
import { pageOf, whole } from '../paging.js';
import type { Connection } from './connection.js';
import {
  copied,
  givenUp,
  type MemoryDocument,
  memoryFields,
  oldestFirst,
  outboundOf,
  undeliveredOf,
} from './documents.js';
import type { Marks } from './marks.js';
import type { Reads } from './reads.js';
import type { OfRoom } from './room-agents.js';
import type { RoomLog } from './room-log.js';
import { waitingRooms } from './waiting.js';

/**
 * Where a reply lies never changes; knowing it saves a sharded cluster from asking every shard, and before version 7.0
 * a cluster must be told.
 */
type Place = { _id: string } & OfRoom;

const dueAgain = {
  $set: { due: true as const },
  $unset: { expiresAt: '' as const, 'outbox.failing': '' as const },
};

export class MongoOutbox implements Outbox {
  readonly #connection: Connection;
  readonly #log: RoomLog;
  readonly #marks: Marks;
  readonly #reads: Reads;
  readonly #places = new LRUCache<string, Place>({ max: 10_000 });

  constructor(connection: Connection, log: RoomLog, marks: Marks, reads: Reads) {
    this.#connection = connection;
    this.#reads = reads;
    this.#log = log;
    this.#marks = marks;
  }

  async due(roomId: string, limit: number): Promise<Due[]> {
    if (whole(limit) === 0) return [];
    const documents = await this.#reads.rows<MemoryDocument>([
      { $match: { ...this.#log.agents.of(roomId), due: true } },
      { $sort: { _id: 1 } },
      { $limit: whole(limit) },
      { $project: { ...memoryFields, outbox: 1 } },
    ]);
    documents.sort(oldestFirst);
    for (const document of documents) this.#places.set(document.outbox!.id, this.#place(document));
    return documents.map(outboundOf);
  }

  /** The entry leaves the document; the receipt, unless empty, stays with the reply. */
  async delivered(id: string, receipt: Record<string, unknown>): Promise<void> {
    const kept = storedReceipt(receipt);
    const set = kept === null ? {} : { $set: { receipt: kept } };
    const filter = await this.#dueUnder(id);
    if (!filter) return;
    await this.#log.update([{ updateOne: { filter, update: { ...set, $unset: { due: '', outbox: '' } } } }]);
  }

  async failed(id: string, error: { code: string; message: string }, failing: Failing | null): Promise<void> {
    const filter = await this.#dueUnder(id);
    if (!filter) return;
    await this.#connection.run(() =>
      this.#log.memories.updateOne(filter, {
        $inc: { 'outbox.attempts': 1 },
        $set: { 'outbox.error': copied(error), ...(failing && { 'outbox.failing': copied(failing) }) },
        ...(failing ? {} : { $unset: { due: '' } }),
      }),
    );
  }

  waiting(before: number, limit: number, dueBy?: number): Promise<string[]> {
    const due = { due: true, 'outbox.createdAt': { $lt: before } };
    return this.#connection.run(() =>
      waitingRooms(this.#log.memories, due, 'outbox.createdAt', whole(limit), dueBy),
    );
  }

  async count(): Promise<{ waiting: number; dead: number; oldest: number | null }> {
    const { memories } = this.#log;
    // Bounds that all are within: the indexes are found by them.
    const due = { due: true as const, 'outbox.createdAt': { $gt: 0 } };
    const [waiting, dead, [oldest]] = await Promise.all([
      this.#connection.run(() => memories.countDocuments(due)),
      this.#connection.run(() => memories.countDocuments({ ...givenUp, 'outbox.id': { $gt: '' } })),
      this.#connection.find(memories, due, {
        sort: { 'outbox.createdAt': 1 },
        limit: 1,
        projection: { outbox: 1 },
      }),
    ]);
    return { waiting, dead, oldest: oldest?.outbox?.createdAt ?? null };
  }

  async list(page: UndeliveredRequest): Promise<Page<Undelivered>> {
    const limit = whole(page.limit, 1);
    const { state, agentId, cursor } = page;
    const filter: Filter<MemoryDocument> = {
      ...(state === 'dead' ? givenUp : { due: true }),
      ...(agentId !== undefined && { agentId }),
      ...(cursor !== undefined && { 'outbox.id': { $gt: readCursor(state, cursor) } }),
    };
    const found = await this.#connection.find(this.#log.memories, filter, {
      sort: { 'outbox.id': 1 },
      limit: limit + 1,
      projection: { agentId: 1, roomId: 1, turnId: 1, outbox: 1 },
    });
    return pageOf(found, limit, undeliveredOf, ({ outbox }) => writeCursor(state, outbox!.id));
  }

  async retry(id: string): Promise<boolean> {
    const dead = await this.#placeOf({ 'outbox.id': id, ...givenUp });
    if (!dead) return false;
    await this.#connection.repeatable(() =>
      this.#log.memories.updateOne({ ...dead, 'outbox.id': id, ...givenUp }, dueAgain),
    );
    return true;
  }

  /** A turn's document is found by its id. */
  async retryTurn({ turnId, roomId }: { turnId: string; roomId: string }): Promise<boolean> {
    await this.#marks.ofRoom(roomId);
    const mine = { ...this.#log.agents.of(roomId), ingest: turnId, 'outbox.id': { $exists: true } };
    const place = await this.#placeOf(mine);
    if (!place) return false;
    const { matchedCount } = await this.#connection.repeatable(() =>
      this.#log.memories.updateOne({ ...mine, ...place }, dueAgain),
    );
    return matchedCount > 0;
  }

  async drop(id: string): Promise<boolean> {
    const place =
      (await this.#placeOf({ 'outbox.id': id, due: true })) ??
      (await this.#placeOf({ 'outbox.id': id, ...givenUp }));
    if (!place) return false;
    await this.#connection.repeatable(() =>
      this.#log.memories.updateOne({ ...place, 'outbox.id': id }, { $unset: { due: '', outbox: '' } }),
    );
    return true;
  }

  async #placeOf(filter: Filter<MemoryDocument>): Promise<Place | null> {
    await this.#marks.all();
    const found = await this.#connection.run(() =>
      this.#log.memories.findOne<MemoryDocument>(filter, { projection: { agentId: 1, roomId: 1 } }),
    );
    return found && this.#place(found);
  }

  #place({ _id, agentId, roomId }: Pick<MemoryDocument, '_id' | 'agentId' | 'roomId'>): Place {
    this.#log.agents.saw([{ agentId, roomId }]);
    return { _id, ...this.#log.agents.of(roomId) };
  }

  /** Null: it is not due. Once what a commit left to be done is done: updates are not atomic on every server. */
  async #dueUnder(id: string): Promise<(Place & { 'outbox.id': string; due: true }) | null> {
    const due = { 'outbox.id': id, due: true as const };
    const known = this.#places.get(id);
    if (known) await this.#marks.ofRoom(known.roomId);
    const place = known ?? (await this.#placeOf(due));
    return place && { ...place, ...due };
  }
}
