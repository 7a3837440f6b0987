/** Hybrid search: what the words find and what the meaning finds, as one list, ranked as the embedded store ranks. */
import type { Logger } from '../../logger.js';
import { whole } from '../paging.js';
import { depthFor, fuse } from '../ranking.js';
import {
  type Candidates,
  type CandidatesRequest,
  type Found,
  mostQuestions,
  type SearchRequest,
  searchedKinds,
  usualAround,
  usualDepth,
} from '../search.js';
import type { Abilities } from './abilities.js';
import { type Asked, candidatesOf } from './candidates.js';
import type { Connection } from './connection.js';
import { type MemoryDocument, memoryOf } from './documents.js';
import type { Embedders } from './embedders.js';
import type { Filter } from './filter.js';
import type { KnownEmbedder } from './known-embedder.js';
import { withTerms } from './lexicon.js';
import { isOverload, Overload } from './overload.js';
import type { SearchNode } from './search-node.js';
import { queryTerms } from './terms.js';
import { lengthOf, nearest } from './vectors.js';

export interface Meaning {
  embedder: KnownEmbedder;
  values: Float32Array;
}

export class Search {
  readonly #connection: Connection;
  readonly #abilities: Abilities;
  readonly #embedders: Embedders;
  readonly #node: SearchNode | null;
  readonly #log: Logger;
  readonly #overload = new Overload();

  constructor(
    connection: Connection,
    abilities: Abilities,
    embedders: Embedders,
    node: SearchNode | null,
    log: Logger,
  ) {
    this.#connection = connection;
    this.#abilities = abilities;
    this.#embedders = embedders;
    this.#node = node;
    this.#log = log;
  }

  async find({
    agentId,
    scopes,
    text,
    vector,
    kinds = searchedKinds,
    exclude,
    limit,
  }: SearchRequest): Promise<Found[]> {
    const most = whole(limit);
    const filter: Filter = {
      agentId,
      scopes: [...new Set(scopes)],
      kinds,
      exclude: exclude ?? new Set(),
    };
    const meaning = vector && (await this.#meaningOf(vector));
    if (most === 0 || filter.scopes.length === 0 || filter.kinds.length === 0) return [];
    const terms = queryTerms(agentId, filter.scopes, text);
    const { words, vectors } = await this.#halves(terms, meaning, filter, depthFor(most));
    return fuse([words, vectors], ({ _id }) => _id)
      .slice(0, most)
      .map(({ item, score }) => ({ memory: memoryOf(item), score }));
  }

  async candidates({
    agentId,
    questions,
    kinds = searchedKinds,
    ...request
  }: CandidatesRequest): Promise<Candidates> {
    const scopes = [...new Set(request.scopes)];
    const filter: Filter = { agentId, scopes, kinds, exclude: request.exclude ?? new Set() };
    const depth = whole(request.depth ?? usualDepth, 1);
    const asked = await Promise.all(
      questions.slice(0, mostQuestions).map(async ({ text, vector }): Promise<Asked> => {
        const meaning = vector && (await this.#meaningOf(vector));
        const terms = queryTerms(agentId, scopes, text);
        if (scopes.length === 0 || kinds.length === 0) return { terms, found: [] };
        const { words, vectors } = await this.#halves(terms, meaning, filter, depth);
        return { terms, meaning, found: [words, vectors] };
      }),
    );
    return candidatesOf(this.#connection, filter, asked, whole(request.around ?? usualAround));
  }

  /** Undefined where there is nothing to compare with. Throws `config_invalid` for a vector of the wrong length. */
  async #meaningOf({ embedder, values }: NonNullable<SearchRequest['vector']>): Promise<Meaning | undefined> {
    const known = await this.#embedders.known(embedder, values.length);
    return known && lengthOf(values) > 0 ? { embedder: known, values } : undefined;
  }

  /** Each half by the search node, if its index can be queried, and else by what this database has. */
  async #halves(terms: string[], meaning: Meaning | undefined, filter: Filter, depth: number) {
    const wordsByNode = terms.length > 0 && this.#node?.hasWords() === true;
    const vectorsByNode = meaning !== undefined && this.#node?.hasVectors(meaning.embedder) === true;
    const [byNode, words, vectors] = await Promise.all([
      this.#byNode(wordsByNode ? terms : [], vectorsByNode ? meaning : undefined, filter, depth),
      wordsByNode || terms.length === 0 ? [] : this.#words(terms, filter, depth),
      vectorsByNode || !meaning ? [] : this.#vectors(meaning, filter, depth),
    ]);
    return { words: [...byNode.words, ...words], vectors: [...byNode.vectors, ...vectors] };
  }

  async #byNode(terms: string[], meaning: Meaning | undefined, filter: Filter, depth: number) {
    const node = this.#node;
    if (!node || (terms.length === 0 && !meaning)) return { words: [], vectors: [] };
    try {
      return await this.#overload.patiently(() =>
        node.find({
          vectors: meaning && node.vectorStages(meaning.embedder, meaning.values, filter, depth),
          words: terms.length > 0 ? node.wordStages(terms, filter, depth) : undefined,
        }),
      );
    } catch (err) {
      // To compare with every vector would be more work still, for a server that has too much of it.
      if (isOverload(err)) throw err;
      // A search node is a process of its own; the memories are here.
      this.#log.warn({ err }, 'the search node does not answer; searching without it');
      const [words, vectors] = await Promise.all([
        terms.length > 0 ? this.#words(terms, filter, depth) : [],
        meaning ? this.#vectors(meaning, filter, depth) : [],
      ]);
      return { words, vectors };
    }
  }

  #words(terms: string[], filter: Filter, depth: number): Promise<MemoryDocument[]> {
    return withTerms(this.#connection, this.#abilities, terms, filter, depth);
  }

  #vectors({ embedder, values }: Meaning, filter: Filter, depth: number): Promise<MemoryDocument[]> {
    return nearest(this.#connection, embedder, values, filter, depth);
  }
}
