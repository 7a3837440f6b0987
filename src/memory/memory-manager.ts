import { atMost } from '../core/deadline.js';
import type { RecallRecord } from '../core/recall-record.js';
import { asCarrierError } from '../errors.js';
import type { Embedder } from '../llm/llm.js';
import type { Logger } from '../logger.js';
import { mostQuestions, type Question, type Search } from '../store/search.js';
import type { Vectors } from '../store/vectors.js';
import { type RecallHit, recall } from './recall.js';

/** Texts given to the embedder at once. */
const batch = 32;
/** Pause before a back-fill starts, so that a busy hub embeds in full batches. */
const restMs = 250;
const longestPauseMs = 60_000;
/** Vectors dropped at once. */
const dropBatch = 200;
/** An embedder that no process has used for this long is not coming back; until then, two may be at work side by side. */
const abandonedMs = 3_600_000;
/** Longest wait for a question's vector; past it recall goes by words alone, this once. */
const questionMs = 300;
/** A question's meaning stands in its beginning; embedders look no further. */
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

/**
 * Finds what bears on a question, and computes the vectors for it: in batches, in the background, oldest first. The
 * store knows what lacks a vector, so nothing is lost by a restart, and a change of embedder fills in by itself.
 */
export class MemoryManager {
  readonly #memories: Search & Vectors;
  readonly #embedder: Embedder | null;
  readonly #log: Logger;
  #timer: NodeJS.Timeout | undefined;
  #filling: Promise<void> | undefined;
  #failures = 0;
  /** After a failure: when it may be tried again (Unix ms). */
  #resting = 0;
  #stopped = false;

  /** @param embedder null: recall goes by words alone. */
  constructor(memories: Search & Vectors, embedder: Embedder | null, log: Logger) {
    this.#memories = memories;
    this.#embedder = embedder;
    this.#log = log;
  }

  async recall({ questions, ...searched }: Recall): Promise<{ hits: RecallHit[]; record: RecallRecord }> {
    const texts = questions.slice(0, mostQuestions).map((text) => text.slice(0, maxQuestionChars));
    const { vectors, degraded } = await this.#vectorsOf(texts);
    const asked = texts.map((text, i): Question => ({ text, vector: vectors?.[i] }));
    const { hits, record } = await recall(this.#memories, { ...searched, questions: asked });
    return {
      hits,
      record: {
        ...{ questions: texts.length, ...record, embedder: vectors ? (this.#embedder?.id ?? null) : null },
        ...(degraded !== undefined && { degraded }),
      },
    };
  }

  /** Says that there may be new memories without a vector; returns at once. */
  nudge(): void {
    if (!this.#embedder || this.#stopped || this.#timer || this.#filling) return;
    this.#timer = setTimeout(async () => {
      this.#timer = undefined;
      await this.fill();
      if (this.#failures > 0) this.nudge();
    }, this.#pauseMs());
    this.#timer.unref();
  }

  /** Embeds what lacks a vector, until nothing does or the signal is aborted. Never fails; rests after a failure. */
  async fill(signal?: AbortSignal): Promise<void> {
    if (!this.#embedder || this.#stopped || Date.now() < this.#resting) return;
    this.#filling ??= this.#fill(this.#embedder, signal).finally(() => {
      this.#filling = undefined;
    });
    await this.#filling;
  }

  /** Once every memory has its vector, those of embedders that nobody uses any more only take up room. */
  async dropAbandoned(signal: AbortSignal, unusedMs = abandonedMs): Promise<void> {
    const keep = this.#embedder?.id;
    if (keep === undefined || (await this.#memories.unembedded(keep, 1)).length > 0) return;
    const request = { keep, unusedSince: Date.now() - unusedMs, limit: dropBatch };
    let total = 0;
    while (!signal.aborted) {
      const dropped = await this.#memories.dropEmbeddings(request);
      if (dropped === 0) break;
      total += dropped;
    }
    if (total > 0)
      this.#log.info({ vectors: total, embedder: keep }, 'dropped the vectors of other embedders');
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#filling;
  }

  async #vectorsOf(
    texts: string[],
  ): Promise<{ vectors?: { embedder: string; values: Float32Array }[]; degraded?: string }> {
    const embedder = this.#embedder;
    if (!embedder) return { degraded: 'there is no embedder' };
    if (texts.every((text) => text.trim() === '')) return {};
    let degraded = `the embedder took longer than ${questionMs} ms`;
    const embedded = embedder.embed(texts).catch((error) => {
      degraded = `the embedder failed: ${asCarrierError(error).code}`;
      this.#log.warn(
        { err: error, embedder: embedder.id },
        'no vector for the question; recalling by words alone',
      );
      return undefined;
    });
    const vectors = await atMost(questionMs, embedded);
    if (!vectors) return { degraded };
    return { vectors: vectors.map((values) => ({ embedder: embedder.id, values })) };
  }

  #pauseMs(): number {
    return Math.min(restMs * 2 ** this.#failures, longestPauseMs);
  }

  async #fill(embedder: Embedder, signal?: AbortSignal): Promise<void> {
    try {
      while (!this.#stopped && !signal?.aborted) {
        const missing = await this.#memories.unembedded(embedder.id, batch);
        if (missing.length === 0) break;
        const vectors = await embedder.embed(missing.map(({ text }) => text));
        await this.#memories.saveEmbeddings(
          embedder.id,
          missing.map(({ id }, i) => ({ id, values: vectors[i]! })),
        );
      }
      this.#failures = 0;
    } catch (error) {
      if (this.#stopped) return;
      this.#failures++;
      this.#resting = Date.now() + this.#pauseMs() - restMs;
      const { code } = asCarrierError(error);
      this.#log.warn(
        { err: error, embedder: embedder.id, code },
        'embedding failed; trying again, words still find',
      );
    }
  }
}
