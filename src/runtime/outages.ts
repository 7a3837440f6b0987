import { z } from 'zod';
import { backOffMs } from '../core/back-off.js';
import type { Memory } from '../core/memory.js';
import { type CarrierError, RetryableError } from '../errors.js';
import type { Logger } from '../logger.js';
import { told } from '../redaction.js';
import { defineNote, type TypedNotes } from '../store/note.js';
import type { NoteStore } from '../store/note-store.js';

/** An answer that comes within this time, in ms, is only slow: nobody is told. */
const slowMs = 15_000;
/** The note is of no use to anybody so long after the turn was given up, in ms. */
const keptMs = 3_600_000;

/** What a person reads, once, whose answer waits for the models. */
const notice = 'The language model cannot be reached right now. I will answer as soon as it is back.';

/** A turn that waits for its models. Times are Unix ms. */
export interface Outage {
  turnId: string;
  /** When models were first asked in vain. */
  since: number;
  /** When they were asked last, and how often. */
  triedAt: number;
  tries: number;
  /** Not to be tried before; `asked`: by the provider's own word. */
  until: number;
  asked?: boolean;
  /** Of the last try. */
  error: { code: string; message: string };
  /** When people in this room were told; absent: not yet. */
  toldAt?: number;
}

/** Loose: a newer version may know more. */
const outageNote = defineNote<string, Outage>({
  key: (roomId) => `outage:${roomId}`,
  schema: z.looseObject({
    turnId: z.string(),
    since: z.number(),
    triedAt: z.number(),
    tries: z.number(),
    until: z.number(),
    asked: z.boolean().optional(),
    error: z.object({ code: z.string(), message: z.string() }),
    toldAt: z.number().optional(),
  }),
});

/** One turn that its models failed. */
export interface Failed {
  turnId: string;
  roomId: string;
  /** When this attempt began (Unix ms). */
  startedAt: number;
  /** What it answers. */
  asked: Memory[];
  error: CarrierError;
}

export interface OutagesParts {
  notes: NoteStore;
  /** How long a turn waits for its models, in ms; 0: it is tried as often as any, then given up. */
  limitMs: number;
  /** The first pause, in ms. */
  retryBaseMs: number;
  /** Tells whoever sent this message once for `once`, however often it is called. */
  tell(to: Memory, text: string, once: string): Promise<void>;
  now(): number;
  log: Logger;
}

/**
 * Turns whose models are all away. Such a turn is no failed one: it is tried again with growing pauses, keeps its place
 * in its room's line meanwhile, and is given up only when it has waited too long. What is known of it lies in a note of
 * its room, since another process may be the next to try.
 */
export class Outages {
  readonly #parts: OutagesParts;
  readonly #notes: TypedNotes<string, Outage>;
  readonly #startedAt: number;

  constructor(parts: OutagesParts) {
    this.#parts = parts;
    this.#notes = outageNote.in(parts.notes, parts.log);
    this.#startedAt = parts.now();
  }

  /** Whether a turn that failed so can wait. */
  isOutage(error: unknown): error is RetryableError {
    if (this.#parts.limitMs === 0 || !(error instanceof RetryableError)) return false;
    return error.code === 'model_unavailable' || error.code === 'model_timeout';
  }

  /** Null: it does not wait. */
  async of({ turnId, roomId }: Pick<Failed, 'turnId' | 'roomId'>): Promise<Outage | null> {
    const outage = await this.#notes.get(roomId);
    return outage?.turnId === turnId ? outage : null;
  }

  /** How long it must not be tried yet, in ms. A process that has just started tries at once: perhaps that was the mend. */
  pauseMs({ until, asked, triedAt }: Outage): number {
    return !asked && triedAt < this.#startedAt ? 0 : Math.max(0, until - this.#parts.now());
  }

  /** Durable when it resolves. Null: it has waited too long, or the models stay away for longer than it can wait. */
  async failed({ turnId, roomId, startedAt, asked, error }: Failed): Promise<Outage | null> {
    const { limitMs, retryBaseMs, now } = this.#parts;
    const known = await this.#notes.get(roomId);
    const mine = known?.turnId === turnId ? known : null;
    const { since, tries } = mine ?? { since: startedAt, tries: 0 };
    const triedAt = now();
    const end = since + limitMs;
    const askedMs = (error instanceof RetryableError && error.retryAfterMs) || 0;
    // Told of within the same outage, another turn of the room says no more of it.
    const { toldAt = 0 } = known ?? {};
    const toldBefore = triedAt - toldAt < limitMs ? toldAt : undefined;
    if (triedAt >= end || triedAt + askedMs > end) {
      await this.#put(roomId, {
        turnId: '',
        since,
        triedAt,
        tries: 0,
        until: 0,
        error: told(error),
        toldAt: toldBefore,
      });
      return null;
    }
    const pauseMs = backOffMs(tries + 1, { firstMs: retryBaseMs });
    const until = Math.min(triedAt + Math.max(pauseMs, askedMs), end);
    const tells = toldBefore === undefined && until - since >= slowMs;
    // Before it is noted: cut off in between, it is told once all the same.
    if (tells) await this.#tell(asked, `outage:${turnId}:${since}`);
    const outage = {
      ...{ turnId, since, triedAt, tries: tries + 1 },
      ...{ until, asked: askedMs > pauseMs, error: told(error), toldAt: tells ? triedAt : toldBefore },
    };
    await this.#put(roomId, outage);
    return outage;
  }

  /** The models are back, or the turn has failed otherwise. */
  async over(roomId: string): Promise<void> {
    await this.#notes
      .take(roomId)
      .catch((err) => this.#parts.log.debug({ err, roomId }, 'the note of an outage stays until it expires'));
  }

  #put(roomId: string, outage: Outage): Promise<void> {
    return this.#notes.put(roomId, outage, { ttlMs: this.#parts.limitMs + keptMs });
  }

  /** A program hears of it by its request or not at all: a notice would be taken for the answer. */
  async #tell(asked: Memory[], once: string): Promise<void> {
    const person = asked.findLast(({ source }) => !source.pull && !source.answersOnly);
    if (!person) return;
    await this.#parts
      .tell(person, notice, once)
      .catch((err) => this.#parts.log.warn({ err, once }, 'nobody could be told that the models are away'));
  }
}
