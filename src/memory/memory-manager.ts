import type { RecallRecord } from '../core/recall-record.js';
import { mostQuestions, type Question, type Search } from '../store/search.js';
import type { Embedding } from './embedding.js';
import { type RecallHit, recall } from './recall.js';

/** What a question is about stands in its beginning. */
const maxQuestionChars = 1000;

export interface Recall {
  agentId: string;
  scopes: string[];
  /** What is asked, each by itself. */
  questions: readonly string[];
  /** Memories the prompt has anyway. */
  exclude: ReadonlySet<string>;
  /** Places for hits, of all questions together. */
  limit: number;
}

/** Finds what bears on a question, by words and by meaning. */
export class MemoryManager {
  readonly #memories: Search;
  readonly #embedding: Pick<Embedding, 'vectorsOf'>;

  constructor(memories: Search, embedding: Pick<Embedding, 'vectorsOf'>) {
    this.#memories = memories;
    this.#embedding = embedding;
  }

  async recall({ questions, ...searched }: Recall): Promise<{ hits: RecallHit[]; record: RecallRecord }> {
    const texts = questions.slice(0, mostQuestions).map((text) => text.slice(0, maxQuestionChars));
    const { embedder, vectors, degraded } = await this.#embedding.vectorsOf(texts);
    const asked = texts.map((text, i): Question => ({ text, vector: vectorOf(embedder, vectors[i]) }));
    const { hits, record } = await recall(this.#memories, { ...searched, questions: asked });
    return {
      hits,
      record: {
        ...{ questions: texts.length, ...record, embedder },
        ...(degraded !== undefined && { degraded }),
      },
    };
  }
}

function vectorOf(embedder: string | null, values: Float32Array | null | undefined): Question['vector'] {
  return embedder !== null && values ? { embedder, values } : undefined;
}
