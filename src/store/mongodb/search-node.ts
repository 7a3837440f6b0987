/** The search node of Atlas: which indexes it has, and the pipelines over them, as the Atlas documentation has them. */
import type { Document } from 'mongodb';
import type { Logger } from '../../logger.js';
import { leastSimilarity } from '../scoring.js';
import type { Abilities } from './abilities.js';
import type { Connection } from './connection.js';
import { type MemoryDocument, memoryFields } from './documents.js';
import { type Filter, matching, settled } from './filter.js';
import { makeTermsIndex } from './indexes.js';
import type { KnownEmbedder } from './known-embedder.js';
import { SearchIndexes } from './search-indexes.js';
import { storedVector } from './vectors.js';

/** A changed definition needs a changed name: an index is not altered while searches use it. */
const wordsIndex = 'words_1';
const vectorIndex = (key: string) => `vectors_1_${key}`;

/** Of `$vectorSearch`, section "numCandidates Selection": 20 times the limit, within 1 to 10,000. */
const candidatesPerResult = 20;
const fewestCandidates = 150;
const mostCandidates = 10_000;

/** Cosine as a score, normalised to 0 … 1 (section "Atlas Vector Search Score"). */
const leastScore = (1 + leastSimilarity) / 2;

type Halves<T> = { words: T; vectors: T };
type Row = MemoryDocument & { half: keyof Halves<unknown> };

export class SearchNode {
  readonly #connection: Connection;
  readonly #abilities: Abilities;
  readonly #indexes: SearchIndexes;

  constructor(connection: Connection, abilities: Abilities, log: Logger) {
    this.#connection = connection;
    this.#abilities = abilities;
    this.#indexes = new SearchIndexes(connection, log);
  }

  /** The index of words may be searched; if it is not there, it is made. Answers at once. */
  hasWords(): boolean {
    const definition = () => ({
      mappings: {
        dynamic: false,
        fields: {
          // Terms are made by us, so that every engine knows the same words; the analyzer leaves them as they are.
          terms: { type: 'string', analyzer: 'lucene.standard' },
          ...{ agentId: { type: 'token' }, scope: { type: 'token' } },
          ...{ kind: { type: 'token' }, status: { type: 'token' } },
        },
      },
    });
    // Until the server takes one, words are looked for in the database itself.
    const refused = () => this.#connection.slowly(makeTermsIndex);
    return this.#indexes.has({ name: wordsIndex, type: 'search', definition, refused });
  }

  /** As `hasWords`, for the vectors of one embedder: an index holds vectors of one length, so each has its own. */
  hasVectors({ key, dimensions }: KnownEmbedder): boolean {
    const definition = () => ({
      fields: [
        { type: 'vector', path: `vectors.${key}`, numDimensions: dimensions, similarity: 'cosine' },
        ...['agentId', 'scope', 'kind', 'status'].map((path) => ({ type: 'filter', path })),
      ],
    });
    return this.#indexes.has({ name: vectorIndex(key), type: 'vectorSearch', definition });
  }

  /** The index of an embedder that is in use no more; without effect where there is none. */
  dropVectors(key: string): Promise<void> {
    return this.#indexes.drop(vectorIndex(key));
  }

  /** Whether it has ever answered what indexes it has. */
  get answered(): boolean {
    return this.#indexes.answered;
  }

  /** What searches go without, a sentence each. */
  notes(): string[] {
    return this.#indexes.notes();
  }

  close(): void {
    this.#indexes.close();
  }

  /** What the halves find, each best first; in one round trip where the server can. */
  async find({ vectors, words }: Halves<Document[] | undefined>): Promise<Halves<MemoryDocument[]>> {
    const memories = this.#connection.retrieval<MemoryDocument>('memories');
    const run = (pipeline: Document[]) =>
      this.#connection.run(() => memories.aggregate<Row>(pipeline).toArray());
    const ofVectors = vectors && [...vectors, { $addFields: { half: 'vectors' } }];
    const ofWords = words && [...words, { $addFields: { half: 'words' } }];
    let rows: Row[];
    if (ofVectors && ofWords && this.#abilities.unions) {
      // The words in the union, never the vectors: `$search` may stand there since MongoDB 6.0, `$vectorSearch` since 8.0.
      rows = await run([...ofVectors, { $unionWith: { coll: 'memories', pipeline: ofWords } }]);
    } else {
      const pipelines = [ofVectors, ofWords].filter((pipeline) => pipeline !== undefined);
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
      // Behind its collection, a search node finds what by now is another's, has another text, or is forgotten.
      { $match: { ...matching(filter), [`has.${key}`]: true, ...notKnown(filter) } },
      { $project: { ...memoryFields, score: { $meta: 'vectorSearchScore' } } },
      { $match: { score: { $gte: leastScore } } },
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
      { $limit: depth + exclude.size },
      // As above.
      { $match: { ...matching(filter), terms: { $in: terms }, ...notKnown(filter) } },
      { $limit: depth },
      { $project: { ...memoryFields, score: { $meta: 'searchScore' } } },
    ];
  }
}

function notKnown({ exclude }: Filter): Document {
  return exclude.size > 0 ? { _id: { $nin: [...exclude] } } : {};
}
