/** Schedules in words, for people and models. */
import { following, noteOn, type When } from './times.js';

const shown = 3;

/** `2026-12-07 09:00 (Europe/Berlin)` */
function timeText(at: number, zone: string): string {
  const parts = new Intl.DateTimeFormat('sv-SE', {
    ...{ timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', minute: '2-digit', weekday: 'short' },
  }).formatToParts(at);
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? '';
  const day = new Intl.DateTimeFormat('en', { timeZone: zone, weekday: 'short' }).format(at);
  return `${day} ${of('year')}-${of('month')}-${of('day')} ${of('hour')}:${of('minute')} (${zone})`;
}

export function timesText(when: When): string {
  return 'at' in when ? timeText(when.at, 'UTC') : `${when.cron} in ${when.zone}`;
}

/** The next dates, and what people may not expect of them. */
export function datesText(when: When, after: number, zone = 'cron' in when ? when.zone : 'UTC'): string {
  const dates = following(when, after, shown).map((at) => timeText(at, zone));
  const note = noteOn(when);
  return `${dates.join(', ')}${'cron' in when && dates.length === shown ? ' and so on' : ''}.${note ? ` ${note}` : ''}`;
}
