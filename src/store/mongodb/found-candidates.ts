/** Candidates, whose memories are read when they are asked for: with the likeliest ones, at once. */
import { ownScore } from '../scoring.js';
import type { Candidate, Candidates, Scale, Stretch } from '../search.js';
import type { Connection } from './connection.js';
import { type MemoryDocument, memoryFields, memoryOf } from './documents.js';
import { settled } from './filter.js';

type Key = Candidate['key'];

/** Read along with the first that are asked for, each with what is beside it. */
const likeliest = 40;
const beside = 2;

export class FoundCandidates implements Candidates {
  readonly stretches: Stretch[];
  readonly scales: Scale[];
  readonly #connection: Connection;
  readonly #read = new Map<Key, Promise<ReadonlyMap<Key, MemoryDocument>>>();

  constructor(connection: Connection, { stretches, scales }: Pick<Candidates, 'stretches' | 'scales'>) {
    this.#connection = connection;
    this.stretches = stretches;
    this.scales = scales;
  }

  async memories(keys: readonly Key[]) {
    const unknown = keys.filter((key) => !this.#read.has(key));
    if (unknown.length > 0) this.#fetch(this.#read.size === 0 ? [...unknown, ...this.#likeliest()] : unknown);
    const found = await Promise.all(keys.map(async (key) => (await this.#read.get(key)!).get(key)));
    return new Map(found.flatMap((one) => (one ? [[one._id as Key, memoryOf(one)] as const] : [])));
  }

  #fetch(keys: readonly Key[]): void {
    const ids = [...new Set(keys)] as string[];
    const fetching = this.#connection
      .find(
        this.#connection.retrieval<MemoryDocument>('memories'),
        { _id: { $in: ids }, kind: { $ne: 'turn' }, status: { $in: [...settled] } },
        { projection: memoryFields },
      )
      .then((documents) => new Map<Key, MemoryDocument>(documents.map((one) => [one._id, one])));
    for (const id of ids) this.#read.set(id, fetching);
  }

  #likeliest(): Key[] {
    const scored = this.stretches.flatMap(({ candidates }) =>
      candidates.map((candidate, i) => ({
        keys: candidates.slice(Math.max(0, i - beside), i + beside + 1).map(({ key }) => key),
        score: Math.max(...this.scales.map((scale, q) => ownScore(candidate, q, scale))),
      })),
    );
    scored.sort((a, b) => b.score - a.score);
    return scored.slice(0, likeliest).flatMap(({ keys }) => keys);
  }
}
