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
import { type Asked, candidatesOf, joined, nothingRead, type Read } from './candidates.js';
import type { Connection } from './connection.js';
import { type MemoryDocument, memoryOf } from './documents.js';
import type { Embedders } from './embedders.js';
import type { Filter } from './filter.js';
import { withMemories } from './found-candidates.js';
import type { KnownEmbedder } from './known-embedder.js';
import { LargeScopes } from './large-scopes.js';
import { withTerms } from './lexicon.js';
import type { Outdated } from './outdated.js';
import { isOverload, Overload } from './overload.js';
import type { Reads } from './reads.js';
import type { SearchNode } from './search-node.js';
import { mostInSmallScope, SmallScopes } from './small-scopes.js';
import { queryTerms } from './terms.js';
import { lengthOf, nearest } from './vectors.js';

export interface Meaning {
  embedder: KnownEmbedder;
  values: Float32Array;
}

export interface SearchParts {
  connection: Connection;
  abilities: Abilities;
  embedders: Embedders;
  node: SearchNode | null;
  reads: Reads;
  outdated: Outdated;
  /** Default: `mostInSmallScope`. */
  mostInSmall?: number | undefined;
  log: Logger;
}

export class Search {
  readonly #connection: Connection;
  readonly #abilities: Abilities;
  readonly #embedders: Embedders;
  readonly #node: SearchNode | null;
  readonly #log: Logger;
  readonly #overload = new Overload();
  readonly #small: SmallScopes;
  readonly #large: LargeScopes;

  constructor({ connection, abilities, embedders, node, reads, outdated, mostInSmall, log }: SearchParts) {
    this.#connection = connection;
    this.#abilities = abilities;
    this.#embedders = embedders;
    this.#node = node;
    this.#log = log;
    const most = mostInSmall ?? mostInSmallScope({ node: node !== null });
    this.#small = new SmallScopes(connection, reads, outdated, most);
    this.#large = new LargeScopes(connection, abilities, outdated);
  }

  /** What was counted for another purpose. */
  counted(agentId: string, scopes: readonly string[], count: number): void {
    this.#small.counted(agentId, scopes, count);
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
    const terms = this.#sought(queryTerms(agentId, filter.scopes, text));
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
    const limits = {
      depth: whole(request.depth ?? usualDepth, 1),
      around: whole(request.around ?? usualAround),
    };
    const asked = await Promise.all(
      questions.slice(0, mostQuestions).map(async ({ text, vector }): Promise<Asked> => {
        const meaning = vector && (await this.#meaningOf(vector));
        return { terms: new Set(this.#sought(queryTerms(agentId, scopes, text))), meaning };
      }),
    );
    const isEmpty = scopes.length === 0 || kinds.length === 0 || asked.length === 0;
    const read = isEmpty ? nothingRead : await this.#read(filter, asked, limits);
    return withMemories(this.#connection, candidatesOf(read, asked, limits));
  }

  /** As they may be stored. */
  #sought(terms: string[]): string[] {
    return this.#connection.sealing?.sought(terms) ?? terms;
  }

  async #read(
    filter: Filter,
    asked: readonly Asked[],
    { depth, around }: { depth: number; around: number },
  ): Promise<Read> {
    const small = await this.#small.among(filter);
    const large = filter.scopes.filter((scope) => !small.includes(scope));
    const readLarge = (scopes: string[]) => {
      if (scopes.length === 0) return nothingRead;
      const among = { ...filter, scopes };
      const halves = asked.map(async ({ terms, meaning }) => {
        const { words, vectors } = await this.#halves([...terms], meaning, among, depth);
        return [words, vectors];
      });
      return this.#large.read(among, asked, Promise.all(halves), around);
    };
    const readSmall = async () =>
      small.length === 0
        ? nothingRead
        : ((await this.#small.read({ ...filter, scopes: small }, asked)) ?? readLarge(small));
    const [one, other] = await Promise.all([readSmall(), readLarge(large)]);
    return joined(one, other);
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
