/**
 * Scopes that are too large to be read as a whole: a search node or an index of words says what may bear on the
 * questions, and how rare words are is told by the newest memories. Round trips are few: the halves, and then what they
 * have found, with what stands beside the best of it.
 */
import { LRUCache } from 'lru-cache';
import type { Document } from 'mongodb';
import type { MemoryKind } from '../../core/memory.js';
import { hasNeighbours, searchedKinds } from '../search.js';
import type { Abilities } from './abilities.js';
import type { Asked, Read, Statistics } from './candidates.js';
import type { Connection } from './connection.js';
import type { MemoryDocument } from './documents.js';
import type { Filter } from './filter.js';
import { LineReader, lineFields } from './lines.js';
import type { Outdated } from './outdated.js';

/** Memories of a scope that tell how rare its words are, and for how long they do. */
const sampled = 2_000;
const sampledMs = 600_000;
const mostSamples = 50;

/** Of what was found, so many bring what stands beside them; where each is a query of its own, fewer do. */
const mostWithNeighbours = 64;
const fewWithNeighbours = 12;

/** What was found for one question, each half best first. */
export type Halves = readonly (readonly Pick<MemoryDocument, '_id' | 'roomId' | 'scope' | 'kind'>[])[];

export class LargeScopes {
  readonly #connection: Connection;
  readonly #abilities: Pick<Abilities, 'unions'>;
  readonly #outdated: Outdated;
  readonly #samples: LRUCache<string, Promise<Statistics>>;

  constructor(connection: Connection, abilities: Pick<Abilities, 'unions'>, outdated: Outdated) {
    this.#connection = connection;
    this.#abilities = abilities;
    this.#outdated = outdated;
    this.#samples = new LRUCache({ max: mostSamples, ttl: sampledMs });
  }

  async read(
    filter: Filter,
    asked: readonly Asked[],
    finding: Promise<readonly Halves[]>,
    around: number,
  ): Promise<Read> {
    const [statistics, found] = await Promise.all([this.#statistics(filter), finding]);
    const first = inTurn(found.flat()).filter(({ kind }) => hasNeighbours(kind as MemoryKind));
    const ids = [...new Set(found.flat(2).map(({ _id }) => _id))];
    const fields = lineFields(asked);
    const [own, beside] = await Promise.all([
      ids.length === 0
        ? []
        : this.#connection.find(
            this.#memories,
            { agentId: filter.agentId, scope: { $in: filter.scopes }, _id: { $in: ids } },
            { projection: fields },
          ),
      around === 0 ? [] : this.#beside(filter, first, around, fields),
    ]);
    const reader = new LineReader(filter, asked, this.#connection.sealing);
    const documents = new Map([...own, ...beside.flat()].map((one) => [one._id, one]));
    for (const id of [...documents.keys()].sort()) reader.add(documents.get(id)!);
    await this.#outdated.renew(reader);
    const open = new Set(reader.lines.filter((line) => line.open).map(({ id }) => id));
    const following = new Map<string, string>();
    for (const line of beside) {
      for (const [i, { _id }] of line.slice(1).entries())
        if (open.has(line[i]!._id) && open.has(_id)) following.set(line[i]!._id, _id);
    }
    return { lines: reader.lines, statistics, following };
  }

  /** Each of them between those before and after it. */
  async #beside(
    { agentId }: Filter,
    found: readonly Halves[number][number][],
    around: number,
    fields: Document,
  ): Promise<MemoryDocument[][]> {
    const { unions } = this.#abilities;
    const some = found.slice(0, unions ? mostWithNeighbours : fewWithNeighbours);
    const pipelines = some.flatMap(({ _id, roomId, scope, kind }, i) =>
      [
        { side: '$gte', order: 1, limit: around + 1 },
        { side: '$lt', order: -1, limit: around },
      ].map(({ side, order, limit }) => [
        { $match: { agentId, roomId, scope, kind, _id: { [side]: _id } } },
        { $sort: { _id: order } },
        { $limit: limit },
        { $project: fields },
        { $addFields: { of: i } },
      ]),
    );
    const [head, ...tail] = pipelines;
    if (!head) return [];
    const lines: MemoryDocument[][] = some.map(() => []);
    const all = unions
      ? [[...head, ...tail.map((pipeline) => ({ $unionWith: { coll: 'memories', pipeline } }))]]
      : pipelines.map((pipeline) => pipeline.slice(0, -1));
    const rows = await Promise.all(
      all.map((pipeline) =>
        this.#connection.run(() =>
          this.#memories
            .aggregate<MemoryDocument & { of?: number }>(pipeline, { batchSize: 10_000 })
            .toArray(),
        ),
      ),
    );
    for (const [i, some] of rows.entries())
      for (const { of = i >> 1, ...document } of some) lines[of]!.push(document);
    for (const line of lines) line.sort((a, b) => (a._id < b._id ? -1 : 1));
    return lines;
  }

  async #statistics({ agentId, scopes }: Filter): Promise<Map<string, Statistics>> {
    const known = scopes.map(async (scope): Promise<[string, Statistics]> => {
      const key = `${agentId.length}:${agentId}${scope}`;
      const sample = this.#samples.get(key) ?? this.#sample(agentId, scope);
      this.#samples.set(key, sample, { noUpdateTTL: true });
      sample.catch(() => this.#samples.delete(key));
      return [scope, await sample];
    });
    return new Map(await Promise.all(known));
  }

  async #sample(agentId: string, scope: string): Promise<Statistics> {
    const documents = await this.#connection.find(
      this.#memories,
      { agentId, scope, kind: { $in: [...searchedKinds] } },
      { sort: { _id: -1 }, limit: sampled, projection: { terms: 1 } },
    );
    const having = new Map<string, number>();
    let words = 0;
    for (const { terms = [] } of documents) {
      words += terms.length;
      for (const term of new Set(terms)) having.set(term, (having.get(term) ?? 0) + 1);
    }
    const total = Math.max(1, documents.length);
    return { total, average: Math.max(1, words / total), having: (term) => having.get(term) ?? 0 };
  }

  get #memories() {
    return this.#connection.retrieval<MemoryDocument>('memories');
  }
}

/** The first of each list, then the second of each, and so on, each once. */
function inTurn<T extends { _id: string }>(lists: readonly (readonly T[])[]): T[] {
  const all = new Map<string, T>();
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  for (let i = 0; i < longest; i++)
    for (const list of lists) {
      const one = list[i];
      if (one && !all.has(one._id)) all.set(one._id, one);
    }
  return [...all.values()];
}
