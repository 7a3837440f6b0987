/** Days as people say them: `yesterday`, `2026-11-20`, `2026-11-20 to 2026-11-22`. */
import { localDay } from '../../core/local-day.js';
import { FatalError } from '../../errors.js';

export interface Days {
  /** Unix ms. */
  from: number;
  /** Not a part of it. */
  to: number;
}

const dayMs = 24 * 60 * 60 * 1000;
const date = '\\d{4}-\\d\\d-\\d\\d';
const range = new RegExp(`^(${date})(?:\\s*(?:to|until|till|through|bis|–|-|\\.\\.)\\s*(${date}))?$`);
/** How many days ago the first one was, and how many there are. */
const spoken: [RegExp, (found: RegExpExecArray, weekday: number) => [ago: number, days: number]][] = [
  [/^today$/, () => [0, 1]],
  [/^yesterday$/, () => [1, 1]],
  [/^(?:the )?day before yesterday$/, () => [2, 1]],
  [/^(\d{1,3}) days? ago$/, ([, ago]) => [Number(ago), 1]],
  [/^(?:the )?(?:last|past) (\d{1,3}) days$/, ([, days]) => [Number(days) - 1, Number(days)]],
  [/^this week$/, (_, weekday) => [weekday, weekday + 1]],
  [/^last week$/, (_, weekday) => [weekday + 7, 7]],
];

/** @throws FatalError `invalid_field` for what names no day, and for a time zone that does not exist */
export function daysOf(said: string, zone: string, now: number): Days {
  const words = said
    .trim()
    .toLowerCase()
    .replace(/^(?:on|from)\s+/, '');
  const dates = range.exec(words);
  if (dates) {
    const [, first, last = first] = dates;
    const [from, to] = [beginOf(first!, zone), localDay(beginOf(last!, zone), zone).ends];
    if (to > from) return { from, to };
  }
  for (const [pattern, days] of spoken) {
    const found = pattern.exec(words);
    if (!found) continue;
    const today = dateOf(now, zone);
    const weekday = (new Date(`${today}T12:00:00Z`).getUTCDay() + 6) % 7;
    const [ago, count] = days(found, weekday);
    const noon = Date.parse(`${today}T12:00:00Z`) - ago * dayMs;
    const last = new Date(noon + (count - 1) * dayMs).toISOString().slice(0, 10);
    const from = beginOf(new Date(noon).toISOString().slice(0, 10), zone);
    return { from, to: localDay(beginOf(last, zone), zone).ends };
  }
  throw new FatalError(
    'invalid_field',
    'day: write a day such as yesterday or 2026-11-20, or a range such as "2026-11-20 to 2026-11-22"',
    { field: 'day' },
  );
}

function dateOf(at: number, zone: string): string {
  try {
    return localDay(at, zone).date;
  } catch {
    throw new FatalError(
      'invalid_field',
      'zone: there is no such time zone; write one such as Europe/Berlin',
      {
        field: 'zone',
      },
    );
  }
}

/** When a day begins there (Unix ms); a day that does not exist becomes a later one. */
function beginOf(day: string, zone: string): number {
  const noon = Date.parse(`${day}T12:00:00Z`);
  if (!Number.isFinite(noon) || new Date(noon).toISOString().slice(0, 10) !== day)
    throw new FatalError('invalid_field', `day: there is no ${day}`, { field: 'day' });
  // Two days before it is before it everywhere; zones are at most 14 hours away.
  let end = noon - 2 * dayMs;
  while (dateOf(end, zone) < day) end = localDay(end, zone).ends;
  return end;
}
