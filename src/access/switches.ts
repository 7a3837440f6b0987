/** What is paused, as this process knows it. Messages, turns and actions ask here, so nothing paused costs next to nothing. */
import type { EventBus } from '../bus/bus.js';
import { atMost } from '../core/deadline.js';
import { type SwitchEvent, switchTopic } from '../core/events.js';
import { FatalError, RetryableError } from '../errors.js';
import type { Logger } from '../logger.js';
import type { TypedNotes } from '../store/note.js';
import type { NoteStore } from '../store/note-store.js';
import type { Account } from './account.js';
import { freshMs } from './freshness.js';
import {
  type Concerned,
  isPausedBy,
  notesOf,
  type Pausable,
  type Pause,
  pauseId,
  pauseNote,
  pausesIn,
} from './pause.js';
import type { Level } from './role.js';

/** How often it is read while something runs that asks for nothing, in ms. */
const lookMs = 400;
/** A store that hangs is waited for only so long, in ms: what was known counts on. */
const patienceMs = 500;
const mostListed = 1000;
/** Longer a timer cannot wait, in ms. */
const longestMs = 2 ** 31 - 1;

export interface SwitchesParts {
  notes: NoteStore;
  bus: EventBus;
  /** No other process changes what is paused. */
  alone: boolean;
  /** All accounts of the person who has this one, itself included. Absent: each is a person of its own. */
  accountsOf?(account: Account): Promise<readonly Account[]>;
  log: Logger;
}

export interface PauseRequest {
  what: Pausable;
  where: Level;
  reason?: string;
  by: string;
  /** Unix ms. */
  until?: number;
}

/**
 * Pauses are notes. Each process has read their list less than a second ago when it matters, and hears of changes at
 * once where the bus brings them. A store that is away ends no pause; before the first look nothing is let through.
 */
export class Switches {
  readonly #parts: SwitchesParts;
  readonly #noted: TypedNotes<string, Parameters<typeof pausesIn>[0][number]['value'] & {}>;
  readonly #listeners = new Set<(ended: boolean) => void>();
  #pauses: readonly Pause[] | null = null;
  /** When the last look began, of the performance clock. */
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | null = null;
  #runs = 0;
  #timer: NodeJS.Timeout | undefined;
  #ending: NodeJS.Timeout | undefined;
  #unsubscribe: Promise<() => void> | null = null;

  constructor(parts: SwitchesParts) {
    this.#parts = parts;
    this.#noted = pauseNote.in(parts.notes, parts.log);
  }

  /** Begins to listen, and looks. A store that is away is asked again by whoever needs to know. */
  async start(): Promise<void> {
    const { bus, log } = this.#parts;
    const subscribed = bus.subscribe<SwitchEvent>(switchTopic, () => void this.#lookAgain());
    this.#unsubscribe = subscribed;
    await subscribed.catch((err) =>
      log.warn({ err }, 'pauses are noticed late: the bus cannot be listened to'),
    );
    await this.#look();
  }

  stop(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#ending);
    this.#listeners.clear();
    void this.#unsubscribe?.then((end) => end()).catch(() => {});
  }

  /**
   * What stops this person, place or agent now; null: nothing.
   * @throws RetryableError `store_unavailable` where nothing was ever read.
   */
  check(concerned: Concerned): Pause | null | Promise<Pause | null> {
    return this.#isFresh ? this.#find(concerned) : this.look().then(() => this.#find(concerned));
  }

  /** Why no tool may run there, as far as is known; null: they may. */
  tools(concerned: Concerned): Pause | null {
    return this.list().find((pause) => pause.what === 'tools' && isPausedBy(pause, concerned)) ?? null;
  }

  /** Whether the person is paused there, whatever else is. @throws as `check` does. */
  async isPerson(concerned: Concerned): Promise<boolean> {
    await this.look();
    const people = this.list().filter(({ what }) => what === 'person');
    return (
      people.some((pause) => isPausedBy(pause, concerned)) || (await this.#linked(people, concerned)) !== null
    );
  }

  /** As far as is known, the oldest first. @throws as `check` does. */
  list(): readonly Pause[] {
    if (this.#pauses) return this.#pauses;
    throw new RetryableError('store_unavailable', 'The store cannot say what is paused; it is asked again.');
  }

  /** For operators, and for whoever asks whether the hub is ready: it names nobody. */
  async notes(): Promise<string[]> {
    await this.look().catch(() => {});
    return this.#pauses ? notesOf(this.#pauses) : ['what is paused is not known yet'];
  }

  /** Reads anew what may be old. @throws as `check` does. */
  async look(): Promise<void> {
    if (this.#isFresh) return;
    await atMost(patienceMs, this.#look());
    this.list();
  }

  /** Between this call and the one of what it gives, changes are noticed by themselves. */
  keepLooking(): () => void {
    if (this.#parts.alone) return () => {};
    if (this.#runs++ === 0) this.#timer = setInterval(() => void this.#look(), lookMs).unref();
    return () => {
      if (--this.#runs === 0) clearInterval(this.#timer);
    };
  }

  /** Told after every change. `ended`: something goes on. The result ends it. */
  onChange(listener: (ended: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Durable, and known here, when it resolves. Asked for again it is the same pause; another reason or end counts from then on. */
  async pause({ what, where, reason, by, until }: PauseRequest): Promise<Pause> {
    const id = pauseId(what, where);
    const known = await this.#noted.get(id);
    if (!known && this.list().length >= mostListed)
      throw new FatalError('invalid_field', `There are ${mostListed} pauses; resume some first.`, {
        field: 'what',
      });
    const same = known !== null && known.reason === reason;
    const { at, by: who } = same ? known : { at: Date.now(), by };
    const pause = { what, where, by: who, at, ...(reason && { reason }), ...(until && { until }) };
    await this.#noted.put(id, pause, until === undefined ? {} : { ttlMs: until - Date.now() });
    await this.#tell();
    return { ...pause, id };
  }

  /** Null: nothing of that kind was paused. */
  async resume(what: Pausable, where: Level): Promise<Pause | null> {
    const id = pauseId(what, where);
    const ended = await this.#noted.take(id);
    await this.#tell();
    return ended && { ...ended, id };
  }

  get #isFresh(): boolean {
    if (!this.#pauses) return false;
    return this.#parts.alone || performance.now() - this.#lookedAt < freshMs;
  }

  #find(concerned: Concerned): Pause | null | Promise<Pause | null> {
    const pauses = this.list();
    if (pauses.length === 0) return null;
    const found = pauses.find((pause) => pause.what !== 'tools' && isPausedBy(pause, concerned));
    if (found) return found;
    const people = pauses.filter(({ what }) => what === 'person');
    return people.length === 0 || !this.#parts.accountsOf ? null : this.#linked(people, concerned);
  }

  /** Who is paused is so by all of their accounts. */
  async #linked(people: Pause[], { agentId, source, userIds }: Concerned): Promise<Pause | null> {
    const { connector, tenant, channel } = source;
    if (people.length === 0 || !this.#parts.accountsOf) return null;
    for (const userId of userIds)
      for (const account of await this.#parts.accountsOf({ connector, tenant, userId })) {
        const concerned = { agentId, source: { ...account, channel }, userIds: [account.userId] };
        const found = people.find((pause) => isPausedBy(pause, concerned));
        if (found) return found;
      }
    return null;
  }

  async #tell(): Promise<void> {
    this.#parts.bus.publish(switchTopic, { type: 'switch.changed' });
    await this.#lookAgain();
  }

  /** What is being read now may be older than the change. */
  async #lookAgain(): Promise<void> {
    await this.#looking;
    await this.#look();
  }

  /** Never fails: what was known counts on. */
  #look(): Promise<void> {
    this.#looking ??= this.#read().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  async #read(): Promise<void> {
    this.#lookedAt = performance.now();
    try {
      const listed = await this.#noted.list('', mostListed);
      this.#take(pausesIn(listed, Date.now()));
    } catch (err) {
      this.#parts.log.warn({ err }, 'what is paused cannot be looked at now; what was known counts');
    }
  }

  #take(pauses: readonly Pause[]): void {
    const before = this.#pauses ?? [];
    this.#pauses = pauses;
    this.#watchEnds();
    const isIn = (list: readonly Pause[], { id, at }: Pause) =>
      list.some((one) => one.id === id && one.at === at);
    const begun = pauses.filter((pause) => !isIn(before, pause));
    const ended = before.filter(({ id }) => !pauses.some((pause) => pause.id === id));
    // Without the reason, which somebody wrote.
    for (const { id: _, reason: __, ...pause } of begun) this.#parts.log.warn({ pause }, 'paused');
    for (const { id: _, reason: __, ...pause } of ended) this.#parts.log.warn({ pause }, 'no longer paused');
    if (begun.length + ended.length === 0) return;
    for (const listener of [...this.#listeners]) listener(ended.length > 0);
  }

  /** What ends by itself ends here at its time. */
  #watchEnds(): void {
    clearTimeout(this.#ending);
    const ends = this.list().flatMap(({ until }) => until ?? []);
    if (ends.length === 0) return;
    const due = () =>
      this.#take(this.list().filter(({ until }) => until === undefined || until > Date.now()));
    this.#ending = setTimeout(
      due,
      Math.min(longestMs, Math.max(0, Math.min(...ends) - Date.now()) + 1),
    ).unref();
  }
}
