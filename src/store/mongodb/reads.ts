/**
 * Reads of one tick in one round trip, where the server has `$unionWith`: what a turn wants to know of its room and
 * its scopes is asked for at the same moment. Elsewhere each read goes by itself, side by side.
 */
import type { Collection, Document } from 'mongodb';
import type { Connection } from './connection.js';
import type { MemoryDocument } from './documents.js';

/** Of one command; more than a turn needs, so that rooms may share, and not so many that one waits for all. */
const mostTogether = 9;

interface Read {
  pipeline: Document[];
  resolve(rows: Document[]): void;
  reject(error: unknown): void;
}

export class Reads {
  readonly #connection: Connection;
  readonly #memories: Collection<MemoryDocument>;
  readonly #unions: boolean;
  #waiting: Read[] = [];

  constructor(connection: Connection, { unions }: { unions: boolean }) {
    this.#connection = connection;
    this.#memories = connection.collection<MemoryDocument>('memories');
    this.#unions = unions;
  }

  /** The rows of a pipeline over `memories`, in no promised order. */
  rows<T extends Document>(pipeline: Document[]): Promise<T[]> {
    if (!this.#unions) return this.#run(pipeline) as Promise<T[]>;
    return new Promise<Document[]>((resolve, reject) => {
      this.#waiting.push({ pipeline, resolve, reject });
      if (this.#waiting.length === 1) queueMicrotask(() => this.#flush());
    }) as Promise<T[]>;
  }

  #flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    while (waiting.length > 0) void this.#together(waiting.splice(0, mostTogether));
  }

  async #together(reads: Read[]): Promise<void> {
    try {
      const [first, ...others] = reads.map(({ pipeline }, read) => [...pipeline, { $addFields: { read } }]);
      const unions = others.map((pipeline) => ({ $unionWith: { coll: 'memories', pipeline } }));
      const rows = await this.#run([...first!, ...unions]);
      for (const [i, { resolve }] of reads.entries()) resolve(rows.filter(({ read }) => read === i));
    } catch (error) {
      for (const { reject } of reads) reject(error);
    }
  }

  #run(pipeline: Document[]): Promise<Document[]> {
    // One batch: what is read here is bounded by its limits, and a second round trip is what this saves.
    return this.#connection.run(() => this.#memories.aggregate(pipeline, { batchSize: 10_000 }).toArray());
  }
}
