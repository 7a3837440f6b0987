/**
 * The search node of Atlas: its indexes, made when they are first needed and waited for in the background, and the
 * pipelines over them, as the Atlas documentation has them. Until an index can be queried, searches go without it.
 */
import { type Document, MongoServerError } from 'mongodb';
import type { Logger } from '../../logger.js';
import { leastSimilarity } from '../ranking.js';
import type { Abilities } from './abilities.js';
import type { Connection } from './connection.js';
import { type MemoryDocument, memoryFields } from './documents.js';
import { type Filter, matching, settled } from './filter.js';
import type { KnownEmbedder } from './known-embedder.js';
import { storedVector } from './vectors.js';

/** A changed definition needs a changed name: an index is not altered while searches use it. */
const wordsIndex = 'words_1';
const vectorIndex = (key: string) => `vectors_1_${key}`;

/** Between two looks at an index: at first short, then doubled up to the longest. */
const shortestPauseMs = 50;
const longestPauseMs = 5_000;
const reportMs = 10_000;

/** Of `$vectorSearch`, section "numCandidates Selection": 20 times the limit, within 1 to 10,000. */
const candidatesPerResult = 20;
const fewestCandidates = 150;
const mostCandidates = 10_000;

/** Cosine as a score, normalised to 0 … 1 (section "Atlas Vector Search Score"). */
const leastScore = (1 + leastSimilarity) / 2;

type Row = MemoryDocument & { half: 'words' | 'vectors' };

export class SearchNode {
  readonly #connection: Connection;
  readonly #abilities: Abilities;
  readonly #log: Logger;
  readonly #queryable = new Set<string>();
  readonly #wanted = new Set<string>();
  #closed = false;

  constructor(connection: Connection, abilities: Abilities, log: Logger) {
    this.#connection = connection;
    this.#abilities = abilities;
    this.#log = log;
  }

  /** The index of words may be searched; if it is not there, it is made. Answers at once. */
  hasWords(): boolean {
    return this.#has(wordsIndex, 'search', () => ({
      mappings: {
        dynamic: false,
        fields: {
          // Terms are made by us, so that every engine knows the same words; the analyzer leaves them as they are.
          terms: { type: 'string', analyzer: 'lucene.standard' },
          ...{ agentId: { type: 'token' }, scope: { type: 'token' } },
          ...{ kind: { type: 'token' }, status: { type: 'token' } },
        },
      },
    }));
  }

  /** As `hasWords`, for the vectors of one embedder: an index holds vectors of one length, so each has its own. */
  hasVectors({ key, dimensions }: KnownEmbedder): boolean {
    return this.#has(vectorIndex(key), 'vectorSearch', () => ({
      fields: [
        { type: 'vector', path: `vectors.${key}`, numDimensions: dimensions, similarity: 'cosine' },
        ...['agentId', 'scope', 'kind', 'status'].map((path) => ({ type: 'filter', path })),
      ],
    }));
  }

  /** The index of an embedder that is in use no more; without effect where there is none. */
  async dropVectors(key: string): Promise<void> {
    const name = vectorIndex(key);
    this.#queryable.delete(name);
    this.#wanted.delete(name);
    if ((await this.#statusOf(name)) === undefined) return;
    await this.#connection.run(() => this.#connection.collection('memories').dropSearchIndex(name));
  }

  close(): void {
    this.#closed = true;
  }

  /** What the halves find, each best first; in one round trip where the server can. */
  async find(
    halves: Partial<Record<Row['half'], Document[]>>,
  ): Promise<Record<Row['half'], MemoryDocument[]>> {
    const memories = this.#connection.retrieval<MemoryDocument>('memories');
    const pipelines = Object.entries(halves).map(([half, stages]) => [...stages, { $addFields: { half } }]);
    const run = (pipeline: Document[]) =>
      this.#connection.run(() => memories.aggregate<Row>(pipeline).toArray());
    const [first, second] = pipelines;
    let rows: Row[];
    if (first && second && this.#abilities.unions) {
      rows = await run([...first, { $unionWith: { coll: 'memories', pipeline: second } }]);
    } else {
      rows = (await Promise.all(pipelines.map(run))).flat();
    }
    return {
      words: rows.filter(({ half }) => half === 'words'),
      vectors: rows.filter(({ half }) => half === 'vectors'),
    };
  }

  vectorStages({ key }: KnownEmbedder, values: Float32Array, filter: Filter, depth: number): Document[] {
    const limit = Math.min(depth + filter.exclude.size, mostCandidates);
    return [
      {
        $vectorSearch: {
          index: vectorIndex(key),
          path: `vectors.${key}`,
          queryVector: storedVector(values, this.#abilities),
          numCandidates: Math.min(Math.max(fewestCandidates, candidatesPerResult * limit), mostCandidates),
          limit,
          filter: matching(filter),
        },
      },
      { $project: { ...memoryFields, score: { $meta: 'vectorSearchScore' } } },
      { $match: { score: { $gte: leastScore }, ...notKnown(filter) } },
      { $limit: depth },
    ];
  }

  wordStages(terms: string[], filter: Filter, depth: number): Document[] {
    const { agentId, scopes, kinds, exclude } = filter;
    return [
      {
        $search: {
          index: wordsIndex,
          compound: {
            must: [{ text: { query: terms, path: 'terms' } }],
            filter: [
              { equals: { path: 'agentId', value: agentId } },
              { in: { path: 'scope', value: scopes } },
              { in: { path: 'kind', value: kinds } },
              { in: { path: 'status', value: [...settled] } },
            ],
          },
        },
      },
      // Of what a search node has not yet caught up with, the document itself says what it is by now.
      { $limit: depth + exclude.size },
      { $match: { ...matching(filter), ...notKnown(filter) } },
      { $limit: depth },
      { $project: { ...memoryFields, score: { $meta: 'searchScore' } } },
    ];
  }

  #has(name: string, type: 'search' | 'vectorSearch', definition: () => Document): boolean {
    if (this.#queryable.has(name)) return true;
    if (!this.#wanted.has(name)) {
      this.#wanted.add(name);
      void this.#make(name, type, definition());
    }
    return false;
  }

  /** Never fails: without the index, searches are slower, not wrong. */
  async #make(name: string, type: 'search' | 'vectorSearch', definition: Document): Promise<void> {
    const memories = this.#connection.collection('memories');
    this.#log.debug({ index: name }, 'asking for a search index');
    try {
      if ((await this.#statusOf(name)) === undefined) {
        this.#log.info({ index: name }, 'making a search index');
        await this.#connection.run(async () => {
          await memories.createSearchIndex({ name, type, definition }).catch(orThere);
        });
      }
      await this.#await(name);
    } catch (err) {
      this.#wanted.delete(name);
      if (!this.#closed) this.#log.warn({ err, index: name }, 'no search index yet; searches go without it');
    }
  }

  async #await(name: string): Promise<void> {
    const began = Date.now();
    let reported = began;
    for (let pause = shortestPauseMs; !this.#closed; pause = Math.min(2 * pause, longestPauseMs)) {
      const { status, queryable } = (await this.#statusOf(name)) ?? {};
      if (queryable) {
        this.#queryable.add(name);
        this.#log.info({ index: name, ms: Date.now() - began }, 'search index is ready');
        return;
      }
      if (status === 'FAILED') throw new Error(`the search index ${name} could not be built`);
      if (Date.now() - reported >= reportMs) {
        reported = Date.now();
        this.#log.info({ index: name, status, ms: reported - began }, 'waiting for a search index');
      }
      await new Promise((resolve) => setTimeout(resolve, pause).unref());
    }
  }

  async #statusOf(name: string): Promise<{ status?: string; queryable?: boolean } | undefined> {
    const memories = this.#connection.collection('memories');
    const [found] = await this.#connection.run(() => memories.listSearchIndexes(name).toArray());
    return found as { status?: string; queryable?: boolean } | undefined;
  }
}

function notKnown({ exclude }: Filter): Document {
  return exclude.size > 0 ? { _id: { $nin: [...exclude] } } : {};
}

/** Another process was faster. */
function orThere(error: unknown): void {
  const indexAlreadyExists = 68;
  if (!(error instanceof MongoServerError && error.code === indexAlreadyExists)) throw error;
}
