/** Days as a time zone has them: of 23 or 25 hours, too, and of some that do not begin at midnight. */

export interface LocalDay {
  /** `2026-03-29`. */
  date: string;
  /** When the next one begins (Unix ms). */
  ends: number;
}

const hourMs = 3_600_000;

interface Known extends LocalDay {
  from: number;
}

/** Days of a zone that are known: formatting is slow, and most calls are of today and the days beside. */
const mostDays = 8;
const known = new Map<string, Known[]>();
const formats = new Map<string, Intl.DateTimeFormat>();

/** @throws RangeError where there is no such time zone. */
export function localDay(at: number, timezone: string): LocalDay {
  const days = known.get(timezone) ?? [];
  const found = days.find(({ from, ends }) => from <= at && at < ends);
  if (found) return found;
  const date = dateIn(timezone, at);
  const day = { date, from: at, ends: endOf(date, at, timezone) };
  known.set(timezone, [day, ...days].slice(0, mostDays));
  return day;
}

/** From when (Unix ms) a date lasts there, and until when; where a zone has left it out, it has no length. */
export function dayIn(date: string, timezone: string): { from: number; ends: number } {
  const near = Date.parse(`${date}T00:00:00Z`) - 26 * hourMs;
  let ends = localDay(near, timezone).ends;
  let from = near;
  for (let day = localDay(ends, timezone); day.date <= date; day = localDay(ends, timezone)) {
    from = ends;
    ends = day.ends;
    if (day.date === date) return { from, ends };
  }
  return { from: ends, ends };
}

function dateIn(timezone: string, at: number): string {
  let format = formats.get(timezone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', {
      ...{ timeZone: timezone, calendar: 'iso8601', numberingSystem: 'latn' },
      ...{ year: 'numeric', month: '2-digit', day: '2-digit' },
    });
    formats.set(timezone, format);
  }
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return `${parts.year!.padStart(4, '0')}-${parts.month}-${parts.day}`;
}

/** Where the date changes, to the second: offsets change by whole minutes. */
function endOf(date: string, at: number, timezone: string): number {
  let [before, after] = [Math.floor(at / 1000), Math.floor((at + hourMs) / 1000)];
  while (dateIn(timezone, after * 1000) === date) [before, after] = [after, after + 3600];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (dateIn(timezone, middle * 1000) === date) before = middle;
    else after = middle;
  }
  return after * 1000;
}

/** Each zone's last minute that was asked for. */
const minutes = new Map<string, { minute: number; shown: string }>();
const clocks = new Map<string, Intl.DateTimeFormat>();

/** `2026-11-28 00:00`, as clocks there show it. */
export function localTime(at: number, timezone: string): string {
  const minute = Math.floor(at / 60_000);
  const found = minutes.get(timezone);
  if (found?.minute === minute) return found.shown;
  let clock = clocks.get(timezone);
  if (!clock) {
    clock = new Intl.DateTimeFormat('en-GB', {
      ...{ timeZone: timezone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
    });
    clocks.set(timezone, clock);
  }
  const shown = `${dateIn(timezone, at)} ${clock.format(at)}`;
  minutes.set(timezone, { minute, shown });
  return shown;
}
