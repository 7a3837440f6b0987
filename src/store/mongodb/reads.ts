/**
 * Small reads in one round trip, where the server has `$unionWith`: those of one tick go together, and those that come
 * while others are under way go together next, so that a busy process asks rarely and decodes few answers. A lone read
 * waits for nobody. Elsewhere each read goes by itself.
 */
import type { Document } from 'mongodb';
import { apart, Batch } from './batch.js';
import type { Connection } from './connection.js';
import { isSealedName } from './sealed-fields.js';

/** Of one command: not so many that one waits for all. */
const limits = { lanes: 2, most: 16 };

interface Read {
  collection: string;
  pipeline: Document[];
}

export class Reads {
  readonly #connection: Connection;
  readonly #together: Batch<Read, Document[]> | null;

  constructor(connection: Connection, { unions }: { unions: boolean }) {
    this.#connection = connection;
    this.#together = unions
      ? new Batch((reads) => this.#readAll(reads), { ...limits, waitMs: connection.deadlineMs })
      : null;
  }

  /** Whether expressions may be used in a pipeline: servers without unions know few of them. */
  get expressions(): boolean {
    return this.#together !== null;
  }

  /** The rows of a pipeline that reads little, from the primary, in no promised order. */
  rows<T extends Document>(pipeline: Document[], collection = 'memories'): Promise<T[]> {
    const read = { collection, pipeline };
    return (this.#together ? this.#together.add(read) : this.#run(read)) as Promise<T[]>;
  }

  #readAll(reads: Read[]): Promise<(Document[] | Promise<Document[]>)[]> {
    return apart(
      reads,
      (together) => this.#union(together),
      (read) => this.#run(read),
    );
  }

  async #union(reads: Read[]): Promise<Document[][]> {
    if (reads.length === 1) return [await this.#run(reads[0]!)];
    const [first, ...others] = reads.map(({ collection, pipeline }, read) => ({
      ...{ collection, pipeline: [...pipeline, { $addFields: { read } }] },
    }));
    const unions = others.map(({ collection: coll, pipeline }) => ({ $unionWith: { coll, pipeline } }));
    const results: Document[][] = reads.map(() => []);
    const rows = await this.#raw({ ...first!, pipeline: [...first!.pipeline, ...unions] });
    for (const row of rows) results[row.read]!.push(this.#opened(row, reads[row.read]!.collection));
    return results;
  }

  async #run(read: Read): Promise<Document[]> {
    return (await this.#raw(read)).map((row) => this.#opened(row, read.collection));
  }

  #opened(row: Document, collection: string): Document {
    const { sealing } = this.#connection;
    return sealing && isSealedName(collection) ? sealing.open(collection, row) : row;
  }

  #raw({ collection, pipeline }: Read): Promise<Document[]> {
    // One batch: what is read here is bounded by its limits, and a second round trip is what this saves.
    return this.#connection.run((db) =>
      db.collection(collection).aggregate(pipeline, { batchSize: 10_000 }).toArray(),
    );
  }
}
