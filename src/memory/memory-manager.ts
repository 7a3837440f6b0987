import type { Memory } from '../core/memory.js';
import type { Search } from '../store/search.js';
import type { Embedding } from './embedding.js';

/** What a question is about stands in its beginning. */
const maxQuestionChars = 1000;

export interface Recall {
  agentId: string;
  scopes: string[];
  question: string;
  /** Memories the prompt has anyway. */
  exclude: ReadonlySet<string>;
  limit: number;
}

/** Finds what bears on a question, by words and by meaning. */
export class MemoryManager {
  readonly #memories: Search;
  readonly #embedding: Pick<Embedding, 'vectorOf'>;

  constructor(memories: Search, embedding: Pick<Embedding, 'vectorOf'>) {
    this.#memories = memories;
    this.#embedding = embedding;
  }

  async recall({ question, exclude, ...scope }: Recall): Promise<Memory[]> {
    const text = question.slice(0, maxQuestionChars);
    const { vector } = await this.#embedding.vectorOf(text);
    const found = await this.#memories.search({ ...scope, text, vector, exclude });
    return found.map(({ memory }) => memory);
  }
}
