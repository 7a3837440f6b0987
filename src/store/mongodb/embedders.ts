/**
 * Embedders the store has vectors of. Each has its own field in `vectors`, named by a key made of its id, and its own
 * vector index, so vectors of two embedders cannot meet, and a new one fills up while the old one is searched.
 */
import { LRUCache } from 'lru-cache';
import { derivedId } from '../../core/ids.js';
import { FatalError } from '../../errors.js';
import type { Connection } from './connection.js';
import { isDuplicateKey } from './faults.js';
import { makeEmbedderIndex } from './indexes.js';

export interface KnownEmbedder {
  key: string;
  dimensions: number;
}

interface EmbedderDocument {
  _id: string;
  name: string;
  dimensions: number;
}

export class Embedders {
  readonly #connection: Connection;
  readonly #embedders;
  readonly #indexed = new Set<string>();
  /** What is once known never changes. */
  readonly #known = new LRUCache<string, KnownEmbedder>({ max: 100 });

  constructor(connection: Connection) {
    this.#connection = connection;
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
    checkDimensions(name, dimensions, known.dimensions);
    return known;
  }

  /** As `known`, and makes it so. */
  async register(name: string, dimensions: number): Promise<KnownEmbedder> {
    checkDimensions(name, dimensions, dimensions);
    const known = await this.known(name, dimensions);
    if (known) return known;
    const embedder = { _id: this.keyOf(name), name, dimensions };
    await this.#connection.repeatable(async () => {
      try {
        await this.#embedders.insertOne(embedder);
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
      }
    });
    return (await this.known(name, dimensions))!;
  }

  /** Resolves when what lacks its vectors can be found fast; once per process. */
  async prepare(name: string): Promise<string> {
    const key = this.keyOf(name);
    if (!this.#indexed.has(key)) {
      await this.#connection.run((db) => makeEmbedderIndex(db, key));
      this.#indexed.add(key);
    }
    return key;
  }
}

function checkDimensions(name: string, given: number, known: number): void {
  if (Number.isInteger(given) && given > 0 && given === known) return;
  throw new FatalError(
    'config_invalid',
    `Embedder ${name} gives vectors of ${given} numbers, but ${given === known ? 'at least 1' : known} were expected. ` +
      'A changed model needs a changed embedder id.',
  );
}
