/** Which vectors questions are compared with: the embedder's own once they are complete, until then what served before. */
import { indexedTextVersion } from '../core/indexed-text.js';
import type { Embedder } from '../llm/llm.js';
import type { Logger } from '../logger.js';
import type { TypedNotes } from '../store/note.js';
import type { NoteStore } from '../store/note-store.js';
import type { Vectors } from '../store/vectors.js';
import { type EmbedderState, embedderNote, statesOf } from './embedder-state.js';

/** Between two looks for what other processes have completed, in ms. */
const lookMs = 5_000;
/** What is noted of its use is at most so old, in ms. */
const noteUseMs = 900_000;

export interface ServingParts {
  memories: Vectors;
  notes: NoteStore;
  /** Null: recall goes by words alone. */
  embedder: Embedder | null;
  /** Makes one that served before, by its id; null where that is not possible any more. */
  former?(id: string): Promise<Embedder | null>;
  log: Logger;
}

/** What makes a question's vector, and under which key those lie that it is compared with. */
export interface Served {
  key: string;
  embedder: Embedder;
}

export class Serving {
  readonly #parts: ServingParts;
  readonly #states: TypedNotes<string, EmbedderState>;
  /** Everything has had its vector once: what is lacking since then is young. */
  #complete = false;
  #former: Served | null = null;
  #looking: Promise<void> | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #state: EmbedderState | undefined;
  /** This process has said that it works with it. */
  #noted = false;

  constructor(parts: ServingParts) {
    this.#parts = parts;
    this.#states = embedderNote.in(parts.notes, parts.log);
  }

  /** Null: words alone. */
  get now(): Served | null {
    const { embedder } = this.#parts;
    return this.#complete && embedder ? { key: keyOf(embedder), embedder } : this.#former;
  }

  /** Why no vectors are made now, as far as this process knows; null: they are. */
  get problem(): string | null {
    return this.#state?.problem?.message ?? null;
  }

  /** As `statesOf`. */
  states(): Promise<EmbedderState[]> {
    return statesOf(this.#parts.notes, this.#parts.log);
  }

  /** Learns what was completed before, or by other processes meanwhile. */
  async look(): Promise<void> {
    const { embedder, log } = this.#parts;
    if (!embedder || this.#complete) return;
    if (performance.now() - this.#lookedAt > lookMs) {
      this.#lookedAt = performance.now();
      this.#looking = this.#learn(embedder).catch((err) => {
        this.#lookedAt = Number.NEGATIVE_INFINITY;
        log.debug({ err }, 'which vectors are complete is not known yet');
      });
    }
    await this.#looking;
  }

  async #learn(embedder: Embedder): Promise<void> {
    const { memories } = this.#parts;
    const key = keyOf(embedder);
    const state = await this.#states.get(key);
    this.#state = state ?? this.#state;
    if (state?.completeAt) {
      this.#complete = true;
      await this.letGo();
    } else if ((await memories.unembedded(key, 1)).length === 0) await this.completed(embedder);
    else this.#former ??= await this.#findFormer(embedder);
  }

  /** Call it when nothing lacks a vector. */
  async completed(embedder: Embedder): Promise<void> {
    if (this.#complete) return;
    await this.note(embedder, { completeAt: Date.now() });
    this.#complete = true;
    await this.letGo();
  }

  /** What was complete last. Hubs before this one left no note, and gave their embedders texts of another form. */
  async #findFormer(embedder: Embedder): Promise<Served | null> {
    const { memories, former } = this.#parts;
    const own = keyOf(embedder);
    const states = (await this.states())
      .filter(({ key, completeAt }) => completeAt !== null && key !== own)
      .sort((a, b) => b.completeAt! - a.completeAt!);
    for (const { key, id } of states) {
      if (Object.keys(await memories.embedded(key)).length === 0) continue;
      if (id === embedder.id) return { key, embedder };
      const made = await former?.(id).catch(() => null);
      if (made?.id === id) return { key, embedder: made };
      await made?.close();
    }
    const unnoted = Object.keys(await memories.embedded(embedder.id)).length > 0;
    return unnoted ? { key: embedder.id, embedder } : null;
  }

  /** Closes what served before. */
  async letGo(): Promise<void> {
    const former = this.#former;
    this.#former = null;
    if (former && former.embedder !== this.#parts.embedder) await former.embedder.close();
  }

  /** Writes only what is new. */
  async note(embedder: Embedder, change: Partial<EmbedderState>): Promise<void> {
    const now = Date.now();
    const key = keyOf(embedder);
    const before = this.#state ?? (await this.#states.get(key));
    const first = { key, id: embedder.id, startedAt: now, completeAt: null, problem: null };
    const state = { ...(before ?? first), ...change, usedAt: now, dimensions: embedder.dimensions };
    const isSame =
      this.#noted &&
      before &&
      before.completeAt === state.completeAt &&
      before.problem?.message === state.problem?.message &&
      before.dimensions === state.dimensions &&
      now - before.usedAt < noteUseMs;
    if (isSame) return;
    await this.#states.put(key, state);
    this.#state = state;
    this.#noted = true;
  }

  /** Forgets what nobody has used since then (Unix ms). */
  async forget(unusedSince: number): Promise<void> {
    for (const { key, usedAt } of await this.states())
      if (key !== this.now?.key && usedAt < unusedSince) await this.#states.take(key);
  }
}

/** Under which its vectors lie. */
export function keyOf({ id }: Pick<Embedder, 'id'>): string {
  return `${id} form=${indexedTextVersion}`;
}
