/** Days and months as a speaker's calendar has them. */
import { localDay, localTime } from '../../../core/local-day.js';

export interface Span {
  /** Unix ms. */
  from: number;
  /** Unix ms, exclusive. */
  to: number;
}

/** Midnights as UTC has them stand for days, so that they can be counted. */
const dayMs = 86_400_000;

export class Calendar {
  readonly #zone: string;
  /** The day of the message (UTC midnight). */
  readonly today: number;

  /** @param zone unknown ones are taken for UTC. */
  constructor(at: number, zone: string | undefined) {
    const safe = Number.isFinite(at) && Math.abs(at) < 8e15 ? at : 0;
    try {
      this.today = Date.parse(localDay(safe, zone ?? 'UTC').date);
      this.#zone = zone ?? 'UTC';
    } catch {
      this.today = Math.floor(safe / dayMs) * dayMs;
      this.#zone = 'UTC';
    }
  }

  /** @param from first day. @param to the day after the last one. */
  span(from: number, to = from + dayMs): Span {
    return { from: this.#begin(from), to: this.#begin(to) };
  }

  day(shift: number): Span {
    return this.span(this.today + shift * dayMs);
  }

  /** Weeks begin on Monday. */
  week(shift: number): Span {
    const monday = this.today - ((new Date(this.today).getUTCDay() + 6) % 7) * dayMs + shift * 7 * dayMs;
    return this.span(monday, monday + 7 * dayMs);
  }

  month(year: number, month: number, months = 1): Span {
    return this.span(Date.UTC(year, month), Date.UTC(year, month + months));
  }

  date(year: number, month: number, day: number): Span {
    return this.span(Date.UTC(year, month, day));
  }

  get year(): number {
    return new Date(this.today).getUTCFullYear();
  }

  get monthOfYear(): number {
    return new Date(this.today).getUTCMonth();
  }

  /** `2023-05-15`, or `2023-05-15 to 2023-05-21`. */
  words({ from, to }: Span): string {
    const first = localDay(from, this.#zone).date;
    const last = localDay(to - 1, this.#zone).date;
    return first === last ? first : `${first} to ${last}`;
  }

  #begin(day: number): number {
    let begin = day;
    // The second time the offset is that of the day itself.
    for (let round = 0; round < 2; round++) {
      const shown = Date.parse(`${localTime(begin, this.#zone).replace(' ', 'T')}Z`);
      begin += day - shown;
    }
    return begin;
  }
}
