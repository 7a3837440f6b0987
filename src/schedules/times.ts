/**
 * When something is to be done: once, or again and again by a cron pattern in a time zone. Daylight saving is croner's
 * business: what falls into the hour that is left out runs at its end, and what falls into the doubled hour runs once,
 * unless it runs every so many minutes.
 */
import { Cron } from 'croner';
import { z } from 'zod';
import { FatalError } from '../errors.js';
import type { WhenWished } from '../plugin/plugin.js';

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

const clock = /^([01]?\d|2[0-3])(?::([0-5]\d))?$/;
const dayAndClock = /^(\d{4}-\d{2}-\d{2})(?:[T ](.*))?$/;
const dayMs = 86_400_000;

/** @throws FatalError `invalid_field` */
export function whenOf(wish: WhenWished, now: number): When {
  if ('cron' in wish) return { cron: wish.cron, zone: wish.zone };
  if ('inMs' in wish) {
    if (!(wish.inMs > 0 && wish.inMs < 100 * 366 * dayMs)) throw wrong('in', 'must be a time to come');
    return { at: now + Math.round(wish.inMs) };
  }
  checkZone(wish.zone);
  const [, day, time = day ? '9:00' : wish.local] = dayAndClock.exec(wish.local.trim()) ?? [];
  const [, hour, minute = '00'] = clock.exec(time.trim()) ?? [];
  if (hour === undefined)
    throw wrong('at', `"${wish.local}" is no local time. Write 2026-12-24 18:30, or 18:30`);
  const at = (date: string) => localTime(`${date}T${hour.padStart(2, '0')}:${minute}:00`, wish.zone);
  if (day !== undefined) return { at: at(day) };
  const today = at(dateIn(wish.zone, now));
  return { at: today > now ? today : at(dateIn(wish.zone, now + dayMs)) };
}

function dateIn(timeZone: string, at: number): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone }).format(at);
}

function localTime(iso: string, timezone: string): number {
  try {
    const [once] = new Cron(iso, { timezone, paused: true }).nextRuns(1, new Date(0));
    if (once) return once.getTime();
  } catch {}
  throw wrong('at', `"${iso.slice(0, 16)}" is no day and time that there is`);
}

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
function checkZone(zone: string): void {
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
