/**
 * When something is to be done: once, or again and again by a cron pattern in a time zone. Daylight saving is croner's
 * business: what falls into the hour that is left out runs at its end, and what falls into the doubled hour runs once,
 * unless it runs every so many minutes.
 */
import { Cron } from 'croner';
import { z } from 'zod';
import { FatalError } from '../errors.js';

export const When = z.union([
  z.object({
    /** Unix ms. */
    at: z.number(),
  }),
  z.object({
    /** Five fields; day of the month and weekday must both fit, `1#1` is the first Monday, `L` the last day. */
    cron: z.string().min(1).max(120),
    /** IANA name. */
    zone: z.string().min(1).max(64),
  }),
]);
export type When = z.infer<typeof When>;

/** Between two runs, in ms: what comes more often is no work for people to read. */
const leastPauseMs = 60_000;
/** Runs that are looked at to find the shortest pause. */
const looked = 50;

/** @throws FatalError `invalid_field` that says what to write instead */
export function checkTimes(when: When, now: number): void {
  if ('at' in when) {
    if (when.at <= now) throw wrong('at', `is over: ${new Date(when.at).toISOString()}. Give a time to come`);
    return;
  }
  checkZone(when.zone);
  const next = following(when, now, looked);
  if (next.length === 0)
    throw wrong('cron', `"${when.cron}" names no day that ever comes, such as 30 February`);
  if (next.some((at, index) => index > 0 && at - next[index - 1]! < leastPauseMs))
    throw wrong('cron', `"${when.cron}" comes more often than once a minute`);
}

/** @throws FatalError `invalid_field` */
export function checkZone(zone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
  } catch {
    throw wrong('zone', `"${zone}" is no time zone. Write one as Europe/Berlin`);
  }
}

/**
 * Times of runs after `after` (Unix ms), soonest first.
 * @throws FatalError `invalid_field`
 */
export function following(when: When, after: number, count: number): number[] {
  if ('at' in when) return when.at > after ? [when.at] : [];
  return cronOf(when)
    .nextRuns(count, new Date(after))
    .map((at) => at.getTime());
}

/** The last one that was due by `now`, from `first` on; several that were missed are one. */
export function latest(when: When, first: number, now: number): number {
  if ('at' in when) return first;
  const [before] = cronOf(when).previousRuns(1, new Date(now + 1));
  return Math.max(first, before?.getTime() ?? first);
}

/** What people should know of a pattern that leaves out what they may not expect. */
export function noteOn(when: When): string | null {
  if (!('cron' in when)) return null;
  const [, , day = ''] = when.cron.trim().split(/\s+/);
  const days = day.split(',').filter((one) => /^(29|30|31)$/.test(one));
  if (days.length === 0) return null;
  return `Months without a day ${days.join(', ')} are left out; L is the last day of each month.`;
}

function cronOf({ cron, zone }: Extract<When, { cron: string }>): Cron {
  try {
    return new Cron(cron, { timezone: zone, domAndDow: true, mode: '5-part', paused: true });
  } catch (error) {
    throw wrong('cron', `"${cron}" is no pattern of five fields (${(error as Error).message})`);
  }
}

function wrong(field: string, problem: string): FatalError {
  return new FatalError('invalid_field', `${field}: ${problem}.`, { field });
}
