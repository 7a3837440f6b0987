/** Gathers what happens in this process, writes it down a little later, and reads what all processes have written. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../logger.js';
import type { TypedNotes } from '../store/note.js';
import type { TypedRecords } from '../store/record.js';
import type { Store } from '../store/store.js';
import type { HubEvent } from './event.js';
import {
  cursorText,
  type EventBatch,
  type EventCursor,
  eventBatch,
  eventsHead,
  eventsWanted,
  idOf,
  readCursor,
  wantedMs,
} from './event-batch.js';

/** Between an event and its batch, in ms. */
const gatherMs = 150;
/** In one batch; and in this process, where the store cannot be written: what is more is lost, and readers are told. */
const mostEvents = 500;
const mostHeld = 20_000;
/** Between looks whether somebody reads, in another process; and of readers for what others have written. */
const lookMs = 500;
/** Until the store is tried again, in ms. */
const againMs = 2000;
/** After which others may have written and thrown away whatever this process knows of, in ms. */
const staleMs = 3_600_000;
/** Between looks for batches that are too old. */
const pruneMs = 60_000;

interface Parts {
  store: Pick<Store, 'records' | 'notes'>;
  now(): number;
  log: Logger;
}

export interface ReadEvent {
  /** The cursor behind it. */
  id: string;
  event: HubEvent;
}

export interface EventPage {
  events: ReadEvent[];
  /** Where it goes on: behind all that was read. */
  cursor: string;
  /** The cursor that was given is no place in what is kept: everything is read anew. Or events are missing there. */
  reset: boolean;
}

export class EventLog {
  readonly #batches: TypedRecords<EventBatch>;
  readonly #wanted: TypedNotes<void, { at: number }>;
  readonly #head: TypedNotes<void, { number: number }>;
  readonly #now: () => number;
  readonly #log: Logger;
  #gathered: HubEvent[] = [];
  /** When the last event happened that was not kept. */
  #gap: number | null = null;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #last: number | null = null;
  /** Until when events are written, as far as is known here, and when that was looked up. */
  #until = 0;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #prunedAt = 0;
  #writtenAt = 0;
  #stopped = false;
  readonly #waiting = new Set<() => void>();

  constructor({ store, now, log }: Parts) {
    this.#batches = eventBatch.in(store.records, log);
    this.#wanted = eventsWanted.in(store.notes, log);
    this.#head = eventsHead.in(store.notes, log);
    this.#now = now;
    this.#log = log;
  }

  /** Returns at once; nobody waits for it to be written. */
  add(...events: Omit<HubEvent, 'at'>[]): void {
    if (this.#stopped) return;
    const at = this.#now();
    if (this.#gathered.length >= mostHeld) {
      this.#gap = at;
      return;
    }
    for (const event of events) this.#gathered.push({ ...event, at } as HubEvent);
    this.#later(gatherMs);
  }

  /** Somebody reads: from now on, events are written. */
  async want(): Promise<void> {
    const at = this.#now();
    // Read again and again, it is noted once in an hour.
    if (this.#until - at > wantedMs - 3_600_000) return;
    this.#until = at + wantedMs;
    await this.#wanted.put(undefined, { at }, { ttlMs: wantedMs });
  }

  /** @param cursor of an earlier page, or an event's id; absent: from the oldest that is kept. */
  async read(cursor: string | undefined, limit: number): Promise<EventPage> {
    await this.want();
    const given = cursor === undefined ? null : readCursor(cursor);
    const oldest = await this.#oldest();
    const known = given && (await this.#isKnown(given, oldest)) ? given : null;
    let reset = cursor !== undefined && known === null;
    let at: EventCursor = known ?? { batch: oldest - 1, index: -1 };
    const events: ReadEvent[] = [];
    let batch = at.index >= 0 ? await this.#batch(at.batch) : null;
    // Who has read nothing yet has missed nothing.
    const since = batch?.at ?? (at.batch > 0 ? 0 : Number.POSITIVE_INFINITY);
    for (;;) {
      for (const [index, event] of (batch?.events ?? []).entries()) {
        if (index <= at.index) continue;
        at = { batch: at.batch, index };
        events.push({ id: cursorText(at), event });
        if (events.length >= limit) return { events, cursor: cursorText(at), reset };
      }
      const next = await this.#batch(at.batch + 1);
      if (!next && !(await this.#isDamaged(at.batch + 1))) break;
      if (known && (next?.gap ?? 0) > since) reset = true;
      at = { batch: at.batch + 1, index: -1 };
      batch = next;
    }
    return { events, cursor: cursorText({ batch: at.batch, index: Math.max(at.index, 0) }), reset };
  }

  /** The cursor behind all that was written so far. */
  async end(): Promise<string> {
    await this.want();
    const batch = await this.#findLast();
    const { events = [] } = (await this.#batch(batch)) ?? {};
    return cursorText({ batch, index: Math.max(events.length - 1, 0) });
  }

  /** Resolves when there may be more: at the latest a moment later. */
  async more(signal: AbortSignal): Promise<void> {
    const ending = new AbortController();
    const wake = () => ending.abort();
    this.#waiting.add(wake);
    signal.addEventListener('abort', wake, { once: true });
    if (!signal.aborted) await sleep(lookMs, undefined, { signal: ending.signal }).catch(() => {});
    signal.removeEventListener('abort', wake);
    this.#waiting.delete(wake);
  }

  /** Writes what was gathered. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#soon();
  }

  #soon(): Promise<void> {
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async #write(): Promise<void> {
    try {
      const count = this.#gathered.length;
      const wanted = await this.#isWanted();
      if (wanted === 'unknown') return this.#later(lookMs);
      if (!wanted) {
        // Those that came while it was looked up may be wanted.
        const dropped = this.#gathered.splice(0, count);
        this.#gap = dropped.at(-1)?.at ?? this.#gap;
        if (this.#gathered.length > 0) this.#later(lookMs);
        return;
      }
      while (this.#gathered.length > 0) {
        const events = this.#gathered.slice(0, mostEvents);
        await this.#append(events);
        this.#gathered.splice(0, events.length);
      }
      await this.#prune();
    } catch (err) {
      this.#log.warn({ err }, 'events are written down later');
      this.#later(againMs);
    }
  }

  #later(ms: number): void {
    if (!this.#stopped) this.#timer ??= setTimeout(() => this.#soon(), ms).unref();
  }

  /** `unknown`: it was looked up a moment ago, and somebody may have come since. */
  async #isWanted(): Promise<boolean | 'unknown'> {
    if (this.#now() < this.#until) return true;
    const since = performance.now() - this.#lookedAt;
    if (since < lookMs && !this.#stopped) return 'unknown';
    this.#lookedAt = performance.now();
    const note = await this.#wanted.get(undefined);
    if (note) this.#until = note.at + wantedMs;
    return this.#now() < this.#until;
  }

  async #append(events: HubEvent[]): Promise<void> {
    const key = randomBytes(9).toString('base64url');
    const batch: EventBatch = { key, at: this.#now(), events, ...(this.#gap !== null && { gap: this.#gap }) };
    if (this.#last === null || this.#now() - this.#writtenAt > staleMs) this.#last = await this.#findLast();
    let written = false;
    for (let tries = 0; !written; tries++) {
      const id = idOf(this.#last + 1);
      written = await this.#batches.put(id, batch, 0).catch(async (err) => {
        // It may have been written all the same.
        const found = await this.#batches.get(id);
        if (found?.value.key === key) return true;
        throw err;
      });
      // Others were faster, perhaps by many.
      this.#last = written || tries === 0 ? this.#last + 1 : await this.#findLast(this.#last);
    }
    this.#gap = null;
    this.#writtenAt = this.#now();
    for (const wake of this.#waiting) wake();
    await this.#head.put(undefined, { number: this.#last });
  }

  /** Numbers have no gaps, so it is found by doubling and halving. */
  async #findLast(from?: number): Promise<number> {
    const head = (await this.#head.get(undefined))?.number ?? 0;
    let last = Math.max(from ?? this.#last ?? 0, head);
    let step = 1;
    for (; await this.#exists(last + step); step *= 2) last += step;
    for (step /= 2; step >= 1; step /= 2) if (await this.#exists(last + step)) last += step;
    return last;
  }

  async #exists(number: number): Promise<boolean> {
    return (await this.#batch(number)) !== null;
  }

  async #batch(number: number): Promise<EventBatch | null> {
    return (await this.#batches.get(idOf(number)))?.value ?? null;
  }

  /** None that can be read, though there are some behind it. */
  async #isDamaged(number: number): Promise<boolean> {
    return number < ((await this.#head.get(undefined))?.number ?? 0);
  }

  async #oldest(): Promise<number> {
    const [first] = (await this.#batches.list({ limit: 1 })).items;
    return first ? Number(first.id) : ((await this.#head.get(undefined))?.number ?? 0) + 1;
  }

  async #isKnown({ batch, index }: EventCursor, oldest: number): Promise<boolean> {
    // Behind the last that was thrown away, all that is kept is new.
    if (batch === oldest - 1) return true;
    const found = await this.#batch(batch);
    return found !== null && index < found.events.length;
  }

  async #prune(): Promise<void> {
    const now = this.#now();
    if (now - this.#prunedAt < pruneMs) return;
    this.#prunedAt = now;
    for (const { id } of await this.#batches.due(now, 500)) {
      // The last ones say which number is the next.
      if (Number(id) < (this.#last ?? 0) - 10) await this.#batches.remove(id);
    }
  }
}
