import type { Logger } from '../logger.js';
import type { TypedRecords, Versioned } from '../store/record.js';
import type { Schedule } from './schedule.js';
import { following, latest } from './times.js';

/** Taken in one look; the next one takes the rest. */
const batch = 200;
/** So long after its time a slot counts as missed, in ms: a hub that restarts misses nothing. */
const lateMs = 5 * 60_000;
/** Longest sleep of the timer, in ms: what other processes add is found by then. */
const longestMs = 30_000;
const shortestMs = 50;
/** A room that people have is asked for again after so long, in ms. */
const restMs = 10_000;

/** What became of a slot, in a few words. */
export type Became = 'done' | 'missed' | 'refused';

export interface DueParts {
  records: TypedRecords<Schedule>;
  /**
   * Does it for this slot. Called again for the same slot where a process died or two see it: it must have its effect
   * once, by the id and the slot. `refused`: whoever made it may not do it any more, and was told.
   */
  run(id: string, schedule: Schedule, slot: number): Promise<'done' | 'refused'>;
  /** People have its room: what is due there waits until they hand it back. */
  rests(schedule: Schedule): boolean | Promise<boolean>;
  /** Says that a slot was missed; as often as `run`. */
  tellMissed(id: string, schedule: Schedule, slot: number): Promise<void>;
  /** Unix ms. */
  now(): number;
  log: Logger;
}

/** Runs what is due. Each process looks; the change of the record decides which slot is next, and what runs is keyed by its slot. */
export class DueSchedules {
  readonly #parts: DueParts;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #stopped = false;

  constructor(parts: DueParts) {
    this.#parts = parts;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#looking?.catch(() => {});
  }

  /** And from then on by a timer. Never rejects; what cannot be done now is found again. */
  look(): Promise<void> {
    this.#looking ??= this.#look()
      .catch((err) => this.#parts.log.warn({ err }, 'schedules could not be looked at; it is tried again'))
      .finally(() => {
        this.#looking = undefined;
      });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const { records, now, log } = this.#parts;
    clearTimeout(this.#timer);
    let nextAt = Number.POSITIVE_INFINITY;
    try {
      for (const one of await records.due(now() + longestMs, batch)) {
        const { next: slot, rests = 0 } = one.value;
        if (slot === null) continue;
        const next = Math.max(slot, rests);
        if (next > now()) {
          nextAt = Math.min(nextAt, next);
          continue;
        }
        const later = await this.#take(one).catch((err) =>
          log.error({ err, schedule: one.id }, 'a schedule could not be run; it is tried again'),
        );
        if (later) nextAt = Math.min(nextAt, later);
      }
    } finally {
      if (!this.#stopped) {
        const waitMs = Math.min(longestMs, Math.max(shortestMs, nextAt - now()));
        this.#timer = setTimeout(() => void this.look(), waitMs);
        this.#timer.unref();
      }
    }
  }

  /** When it is looked at again, where it rests. */
  async #take({ id, version, value }: Versioned<Schedule>): Promise<number | undefined> {
    const { records, rests, now } = this.#parts;
    const at = now();
    if (await rests(value)) {
      await records.put(id, { ...value, rests: at + restMs }, version);
      return at + restMs;
    }
    const slot = latest(value.when, value.next!, at);
    const became = await this.#became(id, value, slot, at);
    const [next = null] = became === 'refused' ? [] : following(value.when, Math.max(slot, at), 1);
    const state = became === 'refused' ? 'refused' : next === null ? 'over' : 'active';
    // Another process may have done the same: then it is done.
    await records.put(id, { ...value, next, state, last: { slot, at, became } }, version);
    return undefined;
  }

  async #became(id: string, schedule: Schedule, slot: number, at: number): Promise<Became> {
    const { run, tellMissed } = this.#parts;
    if (at - slot <= lateMs || schedule.missed === 'run') return run(id, schedule, slot);
    if (schedule.missed === 'tell') await tellMissed(id, schedule, slot);
    return 'missed';
  }
}
