/**
 * Vectors for what is remembered, and for questions about it: in batches, in the background, oldest first. The store
 * knows what lacks a vector, so nothing is lost by a restart.
 *
 * - **Key**: an embedder's id and the form of the texts it was given. Vectors of two keys are never compared, so a change
 *   of either makes all vectors anew, and what was complete before serves until then, where it can still be made.
 */
import { atMost } from '../core/deadline.js';
import { asCarrierError } from '../errors.js';
import type { Embedder } from '../llm/llm.js';
import { told } from '../redaction.js';
import type { KindCounts } from '../store/vectors.js';
import type { EmbedderState } from './embedder-state.js';
import { reads } from './reading-matter.js';
import { Refusals } from './refusals.js';
import { keyOf, type Served, Serving, type ServingParts } from './serving.js';
import { Waking } from './waking.js';

/** Texts given to the embedder at once; fewer while people ask, whose questions wait for the batch before them. */
const batch = { quiet: 32, busy: 8 };
/** Pause before a back-fill starts, so that a busy hub embeds in full batches. */
const restMs = 250;
const longestPauseMs = 60_000;
/** Vectors dropped at once. */
const dropBatch = 200;
/** An embedder that no process has used for this long is not coming back; until then, two may be at work side by side. */
const abandonedMs = 3_600_000;
/** Longest wait for a question's vector, in ms; past it recall goes by words alone, this once. The first question wakes it. */
const patienceMs = { awake: 300, waking: 1_500 };
/** People ask now: so long after a question, in ms. */
const busyMs = 10_000;

/** What questions mean. */
export interface Meant {
  /** Under which key the vectors are compared; null: none are. */
  embedder: string | null;
  /** One for each question; null: it has none, and words decide. */
  vectors: (Float32Array | null)[];
  /** Why there are none, though there should be. */
  degraded?: string;
}

export class Embedding {
  readonly #parts: ServingParts;
  readonly #serving: Serving;
  readonly #refusals: Refusals;
  readonly #waking: Waking;
  #timer: NodeJS.Timeout | undefined;
  #filling: Promise<void> | undefined;
  #failures = 0;
  /** After a failure: when it may be tried again (Unix ms). */
  #resting = 0;
  #stopped = false;
  #askedAt = Number.NEGATIVE_INFINITY;
  #asking: Promise<unknown> = Promise.resolve();

  constructor(parts: ServingParts) {
    this.#parts = parts;
    this.#serving = new Serving(parts);
    this.#refusals = new Refusals(parts.log);
    this.#waking = new Waking(parts.embedder);
  }

  /** Null without an embedder. */
  get key(): string | null {
    const { embedder } = this.#parts;
    return embedder && keyOf(embedder);
  }

  /** Call it when a question is on its way; returns at once. */
  wake(): void {
    if (!this.#stopped) this.#waking.wake();
  }

  /** Never fails. */
  async vectorsOf(questions: readonly string[]): Promise<Meant> {
    const { embedder } = this.#parts;
    const none = questions.map(() => null);
    if (!embedder || this.#stopped) return { embedder: null, vectors: none };
    await this.#serving.look();
    const serving = this.#serving.now;
    if (!serving) {
      const degraded = this.#serving.problem ?? 'The vectors of this embedder are being made.';
      return { embedder: null, vectors: none, degraded };
    }
    const isAsked = questions.map((text) => text.trim() !== '' && reads(serving.embedder, text));
    const made = await this.#embedded(
      serving,
      questions.filter((_, i) => isAsked[i]),
    );
    if (typeof made === 'string') return { embedder: null, vectors: none, degraded: made };
    let at = 0;
    const vectors = isAsked.map((asked) => (asked ? made[at++]! : null));
    return { embedder: made.length > 0 ? serving.key : null, vectors };
  }

  /** A text: why there are none. */
  async #embedded({ key, embedder }: Served, questions: string[]): Promise<Float32Array[] | string> {
    if (questions.length === 0) return [];
    this.#askedAt = performance.now();
    const limit = this.#waking.under ? patienceMs.waking : patienceMs.awake;
    const embedded = embedder.embed(questions, 'question').catch((error: unknown) => {
      const about = { err: error, embedder: key };
      this.#parts.log.warn(about, 'no vector for the question; recalling by words alone');
      return told(error).message;
    });
    this.#asking = embedded;
    const made = (await atMost(limit, embedded)) ?? `The embedder took longer than ${limit} ms.`;
    if (typeof made !== 'string') this.#waking.used();
    return made;
  }

  /** Says that there may be new memories without a vector; returns at once. */
  nudge(): void {
    if (!this.#parts.embedder || this.#stopped || this.#timer || this.#filling) return;
    this.#timer = setTimeout(async () => {
      this.#timer = undefined;
      await this.fill();
      if (this.#failures > 0) this.nudge();
    }, this.#pauseMs());
    this.#timer.unref();
  }

  /** Embeds what lacks a vector, until nothing does or the signal is aborted. Never fails; rests after a failure. */
  async fill(signal?: AbortSignal): Promise<void> {
    if (!this.#parts.embedder || this.#stopped || Date.now() < this.#resting) return;
    this.#filling ??= this.#fill(this.#parts.embedder, signal).finally(() => {
      this.#filling = undefined;
    });
    await this.#filling;
  }

  /** How many memories wait for their vector, by kind. */
  async backlog(): Promise<KindCounts> {
    return this.key === null ? {} : this.#parts.memories.backlog(this.key);
  }

  /** What is known of the vectors of each embedder, the current one first. */
  states(): Promise<EmbedderState[]> {
    return this.#serving.states();
  }

  /** Once every memory has its vector, those of embedders that nobody uses any more only take up room. */
  async dropAbandoned(signal: AbortSignal, unusedMs = abandonedMs): Promise<void> {
    const { memories, log } = this.#parts;
    const keep = this.key;
    if (keep === null || (await memories.unembedded(keep, 1)).length > 0) return;
    const unusedSince = Date.now() - unusedMs;
    // First: what is noted as complete must be there.
    await this.#serving.forget(unusedSince);
    let total = 0;
    while (!signal.aborted) {
      const dropped = await memories.dropEmbeddings({ keep, unusedSince, limit: dropBatch });
      if (dropped === 0) break;
      total += dropped;
    }
    if (total > 0) log.info({ vectors: total, embedder: keep }, 'dropped the vectors of other embedders');
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#filling;
    await this.#serving.letGo();
  }

  #pauseMs(): number {
    return Math.min(restMs * 2 ** this.#failures, longestPauseMs);
  }

  async #fill(embedder: Embedder, signal?: AbortSignal): Promise<void> {
    const { memories, log } = this.#parts;
    const key = keyOf(embedder);
    try {
      await this.#serving.look();
      while (!this.#stopped && !signal?.aborted) {
        await this.#asking;
        const isBusy = performance.now() - this.#askedAt < busyMs;
        const missing = await memories.unembedded(key, isBusy ? batch.busy : batch.quiet);
        if (missing.length === 0) {
          await this.#serving.completed(embedder);
          break;
        }
        const made = await this.#vectorsOf(
          embedder,
          missing.map(({ text }) => text),
        );
        await memories.saveEmbeddings(
          key,
          missing.map(({ id }, i) => ({ id, values: made[i]! })),
        );
      }
      this.#failures = 0;
      await this.#serving.note(embedder, { problem: null });
    } catch (error) {
      if (this.#stopped) return;
      this.#failures++;
      this.#resting = Date.now() + this.#pauseMs() - restMs;
      const { code } = asCarrierError(error);
      log.warn({ err: error, embedder: key, code }, 'embedding failed; trying again, words still find');
      await this.#serving.note(embedder, { problem: told(error) }).catch(() => {});
    }
  }

  /** One of zeros for what has no meaning to the embedder: in a language that it does not read, or refused. */
  async #vectorsOf(embedder: Embedder, texts: string[]): Promise<Float32Array[]> {
    const readable = texts.filter((text) => reads(embedder, text));
    const made = readable.length > 0 ? await this.#refusals.around(embedder, readable) : [];
    const some = made.find((one) => one !== null);
    const length = some?.length || embedder.dimensions || (await embedder.embed(['.']))[0]!.length;
    let at = 0;
    return texts.map((text) => (reads(embedder, text) ? made[at++] : null) ?? new Float32Array(length));
  }
}
