/**
 * Embedders the store has vectors of. Each has its own field in `vectors`, named by a key made of its id, and its own
 * vector index, so vectors of two embedders cannot meet, and a new one fills up while the old one is searched.
 */
import { LRUCache } from 'lru-cache';
import { derivedId } from '../../core/ids.js';
import { checkDimensions, noteUseMs } from '../vectors.js';
import type { Connection } from './connection.js';
import type { MemoryDocument } from './documents.js';
import { isTakenId } from './faults.js';
import { dropEmbedderIndex, makeEmbedderIndex } from './indexes.js';
import type { KnownEmbedder } from './known-embedder.js';
import type { SearchNode } from './search-node.js';

interface EmbedderDocument {
  _id: string;
  name: string;
  dimensions: number;
  /** When a process last worked for it (Unix ms). Older hubs did not say. */
  used?: number;
}

export class Embedders {
  readonly #connection: Connection;
  readonly #node: SearchNode | null;
  readonly #embedders;
  readonly #indexed = new Set<string>();
  /** What is once known never changes. */
  readonly #known = new LRUCache<string, KnownEmbedder>({ max: 100 });
  /** When this process last noted the use of each. */
  readonly #noted = new LRUCache<string, number>({ max: 100 });

  constructor(connection: Connection, node: SearchNode | null) {
    this.#connection = connection;
    this.#node = node;
    this.#embedders = connection.collection<EmbedderDocument>('embedders');
  }

  /** A field name: ids of embedders have dots and slashes in them. */
  keyOf(name: string): string {
    return derivedId('e', name).slice(0, 18);
  }

  /** Null until its first vector. Throws `config_invalid` when it has vectors of another length. */
  async known(name: string, dimensions: number): Promise<KnownEmbedder | null> {
    const key = this.keyOf(name);
    let known = this.#known.get(key);
    if (!known) {
      const found = await this.#connection.run(() => this.#embedders.findOne({ _id: key }));
      if (!found) return null;
      known = { key, dimensions: found.dimensions };
      this.#known.set(key, known);
    }
    checkDimensions(name, known.dimensions, dimensions);
    return known;
  }

  /** As `known`, and makes it so. */
  async register(name: string, dimensions: number): Promise<KnownEmbedder> {
    checkDimensions(name, null, dimensions);
    const known = await this.known(name, dimensions);
    if (known && (await this.#noteUse(known.key))) return known;
    this.#known.delete(this.keyOf(name));
    const embedder = { _id: this.keyOf(name), name, dimensions, used: Date.now() };
    await this.#connection.repeatable(async () => {
      try {
        await this.#embedders.insertOne(embedder);
      } catch (error) {
        if (!isTakenId(error)) throw error;
      }
    });
    return (await this.known(name, dimensions))!;
  }

  /** Resolves when what lacks its vectors can be found fast; once per process. */
  async prepare(name: string): Promise<string> {
    const key = this.keyOf(name);
    if (!this.#indexed.has(key)) {
      await this.#connection.slowly((db) => makeEmbedderIndex(db, key));
      this.#indexed.add(key);
    }
    await this.#noteUse(key);
    return key;
  }

  /** The vectors first, the embedder last: what is cut off is gone on with. */
  async drop({ keep, unusedSince, limit }: { keep: string; unusedSince: number; limit: number }) {
    // An older hub may be using it right now.
    const unsaid = { used: { $exists: false } };
    await this.#connection.run(() => this.#embedders.updateMany(unsaid, { $set: { used: Date.now() } }));
    const used = { $lt: unusedSince };
    const found = await this.#connection.find(
      this.#embedders,
      { _id: { $ne: this.keyOf(keep) }, used },
      { sort: { _id: 1 } },
    );
    for (const { _id: key } of found) {
      const dropped = await this.#dropVectors(key, limit);
      if (dropped > 0) return dropped;
      await this.#connection.slowly((db) => dropEmbedderIndex(db, key));
      await this.#node?.dropVectors(key);
      await this.#connection.run(() => this.#embedders.deleteOne({ _id: key, used }));
      for (const cache of [this.#known, this.#indexed, this.#noted]) cache.delete(key);
    }
    return 0;
  }

  async #dropVectors(key: string, limit: number): Promise<number> {
    const memories = this.#connection.collection<MemoryDocument>('memories');
    const found = await this.#connection.find(
      memories,
      { embeds: true, [`has.${key}`]: true },
      { limit, projection: { _id: 1 } },
    );
    if (found.length === 0) return 0;
    const these = { _id: { $in: found.map(({ _id }) => _id) } };
    const without = { $unset: { [`vectors.${key}`]: '', [`has.${key}`]: '' } as Record<string, ''> };
    await this.#connection.repeatable(() => memories.updateMany(these, without));
    return found.length;
  }

  /** False when it is not there: it has no vectors yet, or another process dropped it. */
  async #noteUse(key: string): Promise<boolean> {
    const now = Date.now();
    if (now - (this.#noted.get(key) ?? 0) < noteUseMs) return true;
    const { matchedCount } = await this.#connection.run(() =>
      this.#embedders.updateOne({ _id: key }, { $set: { used: now } }),
    );
    if (matchedCount > 0) this.#noted.set(key, now);
    return matchedCount > 0;
  }
}
