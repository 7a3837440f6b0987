import { LRUCache } from 'lru-cache';
import type { OutboundMessage } from '../../core/turn.js';
import type { Outbox } from '../outbox.js';
import type { Connection } from './connection.js';
import { copied, type MemoryDocument, memoryFields, outboundOf } from './documents.js';
import { whole } from './limits.js';
import type { Marks } from './marks.js';
import type { RoomLog } from './room-log.js';
import { waitingRooms } from './waiting.js';

/** Where a reply lies never changes; knowing it saves a sharded cluster from asking every shard. */
type Place = { _id: string; roomId: string };

export class MongoOutbox implements Outbox {
  readonly #connection: Connection;
  readonly #log: RoomLog;
  readonly #marks: Marks;
  readonly #places = new LRUCache<string, Place>({ max: 10_000 });

  constructor(connection: Connection, log: RoomLog, marks: Marks) {
    this.#connection = connection;
    this.#log = log;
    this.#marks = marks;
  }

  async due(roomId: string, limit: number): Promise<OutboundMessage[]> {
    if (whole(limit) === 0) return [];
    const documents = await this.#connection.run(() =>
      this.#log.memories
        .find({ roomId, due: true })
        .sort({ _id: 1 })
        .limit(whole(limit))
        .project<MemoryDocument>({ ...memoryFields, outbox: 1 })
        .toArray(),
    );
    for (const { _id, outbox } of documents) this.#places.set(outbox!.id, { _id, roomId });
    return documents.map(outboundOf);
  }

  /** The entry leaves the document; the receipt, unless empty, stays with the reply. */
  async delivered(id: string, receipt: Record<string, unknown>): Promise<void> {
    const set = Object.keys(receipt).length > 0 ? { $set: { receipt: JSON.stringify(receipt) } } : {};
    const filter = this.#dueUnder(id);
    await this.#marks.ofRoom(filter.roomId ?? '');
    await this.#log.update([{ updateOne: { filter, update: { ...set, $unset: { due: '', outbox: '' } } } }]);
  }

  async failed(id: string, error: { code: string; message: string }, final: boolean): Promise<void> {
    const filter = this.#dueUnder(id);
    await this.#connection.run(() =>
      this.#log.memories.updateOne(filter, {
        $inc: { 'outbox.attempts': 1 },
        $set: { 'outbox.error': copied(error) },
        ...(final ? { $unset: { due: '' } } : {}),
      }),
    );
  }

  waiting(before: number, limit: number): Promise<string[]> {
    const due = { due: true, 'outbox.createdAt': { $lt: before } };
    return this.#connection.run(() =>
      waitingRooms(this.#log.memories, due, 'outbox.createdAt', whole(limit)),
    );
  }

  #dueUnder(id: string): Partial<Place> & { 'outbox.id': string; due: true } {
    return { ...this.#places.get(id), 'outbox.id': id, due: true };
  }
}
