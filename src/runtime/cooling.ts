import { z } from 'zod';
import type { EventBus } from '../bus/bus.js';
import { backOffMs } from '../core/back-off.js';
import { atMost } from '../core/deadline.js';
import { type ModelEvent, modelTopic, type SecretEvent, secretTopic } from '../core/events.js';
import { newId } from '../core/ids.js';
import type { LastFailure } from '../core/last-failure.js';
import type { PassedOver } from '../core/turn.js';
import { CarrierError, RetryableError } from '../errors.js';
import type { LanguageModel } from '../llm/llm.js';
import type { Logger } from '../logger.js';
import { told } from '../redaction.js';
import { defineNote, type TypedNotes } from '../store/note.js';
import type { NoteStore } from '../store/note-store.js';

/** A model that fails so often, in whichever processes, and does not answer here in between is left alone for a while. */
const mostFailures = 3;
/** For so long, in ms; twice as long each time that it fails again when it is tried afterwards. */
const restMs = { firstMs: 30_000, longestMs: 600_000 };
/** Until then the others wait for what one turn finds out that tries it, in ms. */
const tryMs = 60_000;
/** Between two looks for what the bus did not bring, in ms; and how long the first one is waited for. */
const lookMs = 60_000;
const patienceMs = 1000;
const mostNotes = 200;

interface Cool extends PassedOver {
  /** Unix ms. */
  until: number;
  /** How often it was left alone since it last answered; absent: its provider asked for a pause. */
  times?: number;
}

/** Loose: a newer version may know more. */
export const coolingNote = defineNote<string, Cool>({
  key: (model) => `cooling:${model}`,
  schema: z.looseObject({
    ...{ model: z.string(), code: z.string(), message: z.string() },
    ...{ until: z.number(), times: z.number().optional() },
  }),
});

export interface CoolingParts {
  bus: EventBus;
  notes: NoteStore;
  /** Whether no other process takes turns of this hub. */
  alone: boolean;
  now(): number;
  /** Counts calls; `outcome` is `answered` or a code. */
  called?(model: string, outcome: string): void;
  log: Logger;
}

/**
 * Models that are not asked for a while: their provider has asked for a pause, or they failed again and again. Another
 * one of a chain is asked before them; where there is none they are asked all the same, since a provider may say more
 * than it needs. After a failing model's rest one turn tries it, and it is asked as before once it has answered. Every
 * process hears of it, also one that starts later.
 */
export class Cooling {
  readonly #parts: CoolingParts;
  readonly #notes: TypedNotes<string, Cool>;
  readonly #models = new Map<string, Cool>();
  readonly #id = newId();
  /** In a row, of models that are asked. */
  readonly #failures = new Map<string, number>();
  /** The last of each, as this process knows it. */
  readonly #lastFailures = new Map<string, LastFailure>();
  /** Those that a turn of this process tries after their rest. */
  readonly #tried = new Set<string>();
  #lookedAt = Number.NEGATIVE_INFINITY;
  #known: Promise<unknown> | undefined;
  #writing: Promise<unknown> = Promise.resolve();

  constructor(parts: CoolingParts) {
    const { bus, notes, log } = parts;
    this.#parts = parts;
    this.#notes = coolingNote.in(notes, log);
    // Without them, each process learns by itself.
    bus.subscribe<ModelEvent>(modelTopic, (event) => this.#hear(event)).catch(() => {});
    bus.subscribe<SecretEvent>(secretTopic, () => this.#relent()).catch(() => {});
  }

  /** Call before `order`: resolves when this process knows what others have found out; at once after the first time. */
  async known(): Promise<void> {
    const { alone } = this.#parts;
    if (!this.#known || (!alone && performance.now() - this.#lookedAt > lookMs)) {
      this.#lookedAt = performance.now();
      const looking = this.#look();
      this.#known ??= atMost(patienceMs, looking);
    }
    await this.#known;
  }

  /** The same models, those that cool down last; and why each of these is not asked now. */
  order(chain: LanguageModel[]): { models: LanguageModel[]; cool: ReadonlyMap<string, PassedOver> } {
    const now = this.#parts.now();
    const cool = new Map<string, PassedOver>();
    for (const { id: model } of chain) {
      const found = this.#models.get(model);
      if (!found) continue;
      const { code, message, until, times } = found;
      if (until > now) cool.set(model, { model, code, message: notAsked(until, message) });
      else if (times === undefined) this.#models.delete(model);
    }
    if (cool.size === 0) return { models: chain, cool };
    const ready = chain.filter(({ id }) => !cool.has(id));
    return { models: [...ready, ...chain.filter(({ id }) => cool.has(id))], cool };
  }

  /** A turn asks this model now. */
  asking(model: string): void {
    const cool = this.#models.get(model);
    const now = this.#parts.now();
    if (cool?.times === undefined || cool.until > now) return;
    this.#tried.add(model);
    this.#tell({ ...cool, until: now + tryMs });
  }

  answered(model: string): void {
    this.#parts.called?.(model, 'answered');
    this.#failures.delete(model);
    const cool = this.#models.get(model);
    if (cool?.times === undefined) return;
    this.#tried.delete(model);
    this.#tell({ ...cool, until: 0 });
    this.#write(() => this.#notes.take(model));
    this.#parts.log.info({ model }, 'a model that failed answers again');
  }

  failed(model: string, error: unknown): void {
    this.#parts.called?.(model, told(error).code);
    const { now } = this.#parts;
    this.#lastFailures.set(model, { ...told(error), at: now() });
    const askedMs = error instanceof RetryableError ? error.retryAfterMs : undefined;
    if (askedMs) {
      this.#note({ model, ...told(error), until: now() + askedMs });
      return;
    }
    if (!isModels(error)) return;
    const cool = this.#models.get(model);
    const before = cool?.times ?? 0;
    // It was asked before it was left alone, or because nobody else was left.
    if (before > 0 && cool!.until > now() && !this.#tried.has(model)) return;
    const failures = this.#count(model);
    if (before === 0 && failures < mostFailures) {
      const event = { model, ...told(error), until: now(), failedIn: this.#id };
      this.#parts.bus.publish(modelTopic, { type: 'model.cooling', ...event });
      return;
    }
    const until = now() + backOffMs(before + 1, restMs);
    this.#tried.delete(model);
    this.#note({ model, ...told(error), until, times: before + 1 });
    this.#parts.log.warn(
      { err: error, model, until },
      'a model fails again and again; others are asked first',
    );
  }

  /** For operators: until when it is left alone (Unix ms; null: it is asked), and how it failed last. */
  async stateOf(model: string): Promise<{ until: number | null; lastFailure: LastFailure | null }> {
    await this.known();
    const cool = this.#models.get(model);
    const rests = cool !== undefined && cool.until > this.#parts.now();
    // What another process has found out: it says until when, and not when it was.
    const told = rests ? { code: cool.code, message: cool.message, at: null } : null;
    return { until: rests ? cool.until : null, lastFailure: this.#lastFailures.get(model) ?? told };
  }

  /** For whoever asks whether the hub is ready: it names nobody. */
  async summary(): Promise<string[]> {
    await this.known();
    const count = [...this.#models.values()].filter(({ until }) => until > this.#parts.now()).length;
    const subject = count === 1 ? 'a model fails or is busy' : `${count} models fail or are busy`;
    return count === 0 ? [] : [`${subject}: others of the chain are asked first (carrier doctor)`];
  }

  /** A process that starts alone tries at once: perhaps that was the mend. */
  async #look(): Promise<void> {
    const { alone, now, log } = this.#parts;
    try {
      for (const { value } of await this.#notes.list('', mostNotes)) {
        if (!value || value.until <= (this.#models.get(value.model)?.until ?? 0)) continue;
        const mended = alone && value.times !== undefined;
        this.#keep(mended ? { ...value, until: Math.min(value.until, now()) } : value);
      }
    } catch (err) {
      log.debug({ err }, 'which models cool down is not known yet');
    }
  }

  /** A new key may be the mend. */
  #relent(): void {
    const now = this.#parts.now();
    for (const cool of this.#models.values())
      if (cool.times !== undefined) this.#keep({ ...cool, until: Math.min(cool.until, now) });
  }

  #note(cool: Cool): void {
    this.#tell(cool);
    const restMs = cool.times === undefined ? 0 : tryMs;
    const ttlMs = Math.max(1, cool.until - this.#parts.now() + restMs);
    this.#write(() => this.#notes.put(cool.model, cool, { ttlMs }));
  }

  #write(work: () => Promise<unknown>): void {
    const { log } = this.#parts;
    const failed = (err: unknown) => log.debug({ err }, 'a process that starts later will learn by itself');
    this.#writing = this.#writing.then(work).catch(failed);
  }

  #hear({ type: _, failedIn, ...cool }: ModelEvent): void {
    if (failedIn === undefined) this.#keep(cool);
    else if (failedIn !== this.#id) this.#count(cool.model);
  }

  #count(model: string): number {
    const failures = (this.#failures.get(model) ?? 0) + 1;
    this.#failures.set(model, failures);
    return failures;
  }

  #tell(cool: Cool): void {
    this.#keep(cool);
    this.#parts.bus.publish(modelTopic, { type: 'model.cooling', ...cool });
  }

  #keep(cool: Cool): void {
    if (cool.times !== undefined) this.#failures.delete(cool.model);
    if (cool.until > 0) this.#models.set(cool.model, cool);
    else this.#models.delete(cool.model);
  }
}

/** Whether an error says something of the model, and not of what it was asked. */
function isModels(error: unknown): boolean {
  if (!(error instanceof CarrierError)) return false;
  // A refusal that names the setting at fault, such as the key's, is every request's.
  const always = error.code === 'model_refused' && error.field !== undefined;
  return always || error.code === 'model_unavailable' || error.code === 'model_timeout';
}

function notAsked(until: number, message: string): string {
  return `not asked before ${new Date(until).toISOString()}: ${message}`;
}

/** For operators, who see what is wrong by it. */
export function coolingText({ model, until, message }: Cool): string {
  return `${model} is ${notAsked(until, message)}`;
}
