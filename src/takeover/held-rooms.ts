/** Which rooms people have taken over, as this process knows it. Messages, turns and deliveries ask here. */
import { freshMs } from '../access/freshness.js';
import type { EventBus } from '../bus/bus.js';
import { atMost } from '../core/deadline.js';
import { type HoldEvent, holdTopic } from '../core/events.js';
import { RetryableError } from '../errors.js';
import type { Logger } from '../logger.js';
import { all } from '../store/paging.js';
import type { TypedRecords } from '../store/record.js';
import { type Hold, lasts } from './hold.js';

/** How often it is read while something runs that asks for nothing, in ms. */
const lookMs = 400;
/** A store that hangs is waited for only so long, in ms: what was known counts on. */
const patienceMs = 500;

export interface HeldRoomsParts {
  records: TypedRecords<Hold>;
  bus: EventBus;
  /** No other process takes rooms over. */
  alone: boolean;
  /** Unix ms. */
  now(): number;
  log: Logger;
}

/**
 * Holds are records. Each process has read their list less than a second ago when it matters, and hears of changes at once
 * where the bus brings them; what leaves the hub is asked of the store itself. Before the first look nothing is let through.
 */
export class HeldRooms {
  readonly #parts: HeldRoomsParts;
  readonly #listeners = new Set<() => void>();
  #holds: ReadonlyMap<string, Hold> | null = null;
  /** When the last look began, of the performance clock. */
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | null = null;
  #runs = 0;
  #timer: NodeJS.Timeout | undefined;
  #unsubscribe: Promise<() => void> | null = null;

  constructor(parts: HeldRoomsParts) {
    this.#parts = parts;
  }

  /** Begins to listen, and looks. A store that is away is asked again by whoever needs to know. */
  async start(): Promise<void> {
    const { bus, log } = this.#parts;
    const subscribed = bus.subscribe<HoldEvent>(holdTopic, () => void this.lookAgain());
    this.#unsubscribe = subscribed;
    await subscribed.catch((err) =>
      log.warn({ err }, 'rooms that are taken over are noticed late: the bus cannot be listened to'),
    );
    await this.#look();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#listeners.clear();
    void this.#unsubscribe?.then((end) => end()).catch(() => {});
  }

  /** Whose the room is now; null: the agent's. @throws RetryableError `store_unavailable` where nothing was ever read. */
  of(roomId: string): Hold | null | Promise<Hold | null> {
    return this.#isFresh ? this.known(roomId) : this.#fresh().then(() => this.known(roomId));
  }

  /** As of now, whatever process has changed it. @throws what the store throws */
  async exactly(roomId: string): Promise<Hold | null> {
    const { alone, records, now } = this.#parts;
    if (alone) return this.of(roomId);
    const hold = (await records.get(roomId))?.value;
    return hold && lasts(hold, now()) ? hold : null;
  }

  /** As far as is known. @throws as `of` does */
  known(roomId: string): Hold | null {
    if (!this.#holds)
      throw new RetryableError(
        'store_unavailable',
        'The store cannot say whose a room is; it is asked again.',
      );
    const hold = this.#holds.get(roomId);
    return hold && lasts(hold, this.#parts.now()) ? hold : null;
  }

  /** Between this call and the one of what it gives, changes are noticed by themselves. */
  keepLooking(): () => void {
    if (this.#parts.alone) return () => {};
    if (this.#runs++ === 0) this.#timer = setInterval(() => void this.#look(), lookMs).unref();
    return () => {
      if (--this.#runs === 0) clearInterval(this.#timer);
    };
  }

  /** Told after every change. The result ends it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Something was changed here: known when it resolves, and told to other processes. */
  async changed(): Promise<void> {
    this.#parts.bus.publish(holdTopic, { type: 'hold.changed' });
    await this.lookAgain();
  }

  /** What is being read now may be older than the change. */
  async lookAgain(): Promise<void> {
    await this.#looking;
    await this.#look();
  }

  get #isFresh(): boolean {
    if (!this.#holds) return false;
    return this.#parts.alone || performance.now() - this.#lookedAt < freshMs;
  }

  async #fresh(): Promise<void> {
    await atMost(patienceMs, this.#look());
  }

  /** Never fails: what was known counts on. */
  #look(): Promise<void> {
    this.#looking ??= this.#read().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  async #read(): Promise<void> {
    const { records, log } = this.#parts;
    const lookedAt = performance.now();
    try {
      const found = await all((page) => records.list(page));
      const before = this.#holds;
      this.#holds = new Map(found.map(({ id, value }) => [id, value]));
      this.#lookedAt = lookedAt;
      if (
        before &&
        found.every(({ id, value }) => isSame(before.get(id), value)) &&
        before.size === found.length
      )
        return;
      for (const listener of [...this.#listeners]) listener();
    } catch (err) {
      this.#lookedAt = lookedAt;
      log.warn({ err }, 'what is taken over cannot be looked at now; what was known counts');
    }
  }
}

function isSame(known: Hold | undefined, { since, until, turnId, by }: Hold): boolean {
  return (
    known !== undefined &&
    known.since === since &&
    known.until === until &&
    known.turnId === turnId &&
    known.by === by
  );
}
