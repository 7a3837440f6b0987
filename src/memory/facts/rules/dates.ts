/** Dates in what people write: which span of time they mean, told from the message's own day. */
import { Calendar, type Span } from './days.js';

export interface Dated {
  /** The text without its dates. */
  rest: string;
  since?: number;
  until?: number;
  /** When it happened or will happen. */
  when?: Span;
  /** Relative days with their date, to stand behind the text: `2023-05-15 to 2023-05-21`. */
  shown?: string;
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const seasons: Record<string, number> = { spring: 2, summer: 5, autumn: 8, fall: 8, winter: 11 };
const counts: Record<string, number> = {
  ...{
    a: 1,
    an: 1,
    one: 1,
    two: 2,
    three: 3,
    four: 4,
    five: 5,
    six: 6,
    seven: 7,
    eight: 8,
    nine: 9,
    ten: 10,
  },
  ...{ eleven: 11, twelve: 12, 'a couple of': 2, 'a few': 3, several: 4 },
};

const month =
  '(?:january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)';
const weekday = `(?:${weekdays.join('|')})`;
const count =
  '(?:\\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|a couple of|a few|several)';
const unit = '(?:days?|weeks?|months?|years?)';
const dayOf = '\\d{1,2}(?:st|nd|rd|th)?';

/** Dates that are told to be some by themselves. */
const sure = [
  '\\d{4}-\\d{2}-\\d{2}',
  `${dayOf} (?:of )?${month}\\b(?:,? (?:19|20)\\d\\d)?`,
  `${month} ${dayOf}(?!\\d)(?:,? (?:19|20)\\d\\d)?`,
  `${month},? (?:19|20)\\d\\d`,
  'the day before yesterday|the day after tomorrow|yesterday|today|tonight|tomorrow|last night|this (?:morning|afternoon|evening)',
  `(?:last|this|next|the past) (?:weekend|week|month|year|${weekday}|${month}|spring|summer|autumn|fall|winter)\\b`,
  `${count} ${unit} ago`,
];
/** Dates only behind a word such as "in". */
const led = [
  `in ${count} ${unit}(?! ago)`,
  '(?:19|20)\\d\\d\\b',
  `${month}\\b`,
  `${weekday}\\b`,
  '(?:spring|summer|autumn|fall|winter)\\b',
];
const lead =
  '(?:(since|as of|starting(?: from| in| on)?|until|till|up until|from|in|on|by|during|back in|around|for|of|between|to|and)\\s+)';
const expression = new RegExp(
  `(?<![\\w-])(?:${lead}?((?:(?:early|late|mid|the (?:start|beginning|end|middle) of)[ -])?(?:${sure.join('|')}))|${lead}((?:(?:early|late|mid|the (?:start|beginning|end|middle) of)[ -])?(?:${led.slice(1).join('|')}))|(${led[0]}))(?![\\w-])(?: (?:onwards?|on))?`,
  'gi',
);
const lasting = new RegExp(
  `\\bfor (?:the (?:last|past) |about |over |almost |nearly )?(${count}) (${unit})\\b`,
  'i',
);

/**
 * @param lean where a date names no year: -1 for what has happened, 1 for what will.
 */
export function dated(text: string, at: number, zone: string | undefined, lean: -1 | 1): Dated {
  if (
    !/\d|day|week|month|year|morning|night|afternoon|evening|spring|summer|autumn|fall|winter|yester|tomorrow|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec/i.test(
      text,
    )
  )
    return { rest: text };
  const calendar = new Calendar(at, zone);
  const found: Dated = { rest: text };
  let open: 'since' | null = null;
  const rest = text.replace(expression, (whole, word1, date1, word2, date2, ahead) => {
    const word = String(word1 ?? word2 ?? '').toLowerCase();
    const said = String(date1 ?? date2 ?? ahead)
      .toLowerCase()
      .replace(/^(?:early|late|mid|the (?:start|beginning|end|middle) of)[ -]/, '');
    // "May" is a month, "may" is not; "for May", "of March" are rarely dates either.
    if (date2 !== undefined && (word === 'of' || word === 'to' || word === 'and') && open === null)
      return whole;
    const back = lean < 0 || word === 'since';
    const span = spanOf(said, calendar, back ? -1 : 1);
    if (!span) return whole;
    if (!/\b(?:19|20)\d\d\b/.test(said)) found.shown = calendar.words(span);
    if (word === 'since' || word === 'as of' || word.startsWith('starting')) found.since = span.from;
    else if (word === 'until' || word === 'till' || word === 'up until') found.until = span.from;
    else if (word === 'from' || word === 'between') [found.since, open] = [span.from, 'since'];
    else if ((word === 'to' || word === 'and') && open) [found.until, open] = [span.to, null];
    else found.when = span;
    return ' ';
  });
  found.rest = rest;
  const long = lasting.exec(found.rest);
  if (long && found.since === undefined && found.when === undefined) {
    const span = backBy(countOf(long[1]!), long[2]!, calendar);
    found.since = span.from;
    found.rest = found.rest.replace(lasting, ' ');
  }
  found.rest = found.rest
    .replace(/\s+/g, ' ')
    .replace(/^[\s,]+|[\s,]+$/g, '')
    .replace(/\s+,/g, ',');
  return found;
}

function countOf(word: string): number {
  return counts[word.toLowerCase()] ?? Number(word);
}

function backBy(count: number, unit: string, calendar: Calendar): Span {
  const now = new Date(calendar.today);
  if (unit.startsWith('day')) return calendar.day(-count);
  if (unit.startsWith('week')) return calendar.week(-count);
  if (unit.startsWith('month')) return calendar.month(now.getUTCFullYear(), now.getUTCMonth() - count);
  return calendar.month(now.getUTCFullYear() - count, 0, 12);
}

function spanOf(said: string, calendar: Calendar, lean: -1 | 1): Span | null {
  const iso = /^(\d{4})-(\d\d)-(\d\d)$/.exec(said);
  if (iso) return valid(Number(iso[1]), Number(iso[2]) - 1, Number(iso[3]), calendar);
  if (/^(?:today|tonight|this (?:morning|afternoon|evening))$/.test(said)) return calendar.day(0);
  if (/^(?:yesterday|last night)$/.test(said)) return calendar.day(-1);
  if (said === 'tomorrow') return calendar.day(1);
  if (said === 'the day before yesterday') return calendar.day(-2);
  if (said === 'the day after tomorrow') return calendar.day(2);
  const ago = /^(.+) (days?|weeks?|months?|years?) ago$/.exec(said);
  if (ago) return backBy(countOf(ago[1]!), ago[2]!, calendar);
  const ahead = /^in (.+) (days?|weeks?|months?|years?)$/.exec(said);
  if (ahead) return backBy(-countOf(ahead[1]!), ahead[2]!, calendar);
  const turn = /^(last|this|next|the past) (.+)$/.exec(said);
  if (turn) return turned(turn[1]!, turn[2]!, calendar);
  if (seasons[said] !== undefined) return turned(lean < 0 ? 'last' : 'next', said, calendar);
  if (weekdays.includes(said)) return weekdaySpan(weekdays.indexOf(said), calendar, lean);
  const year = Number(/\b((?:19|20)\d\d)$/.exec(said)?.[1]);
  if (year && said.length === 4) return calendar.month(year, 0, 12);
  const named = /([a-z]{3})[a-z]*/.exec(said.replace(/^\d+(?:st|nd|rd|th)?(?: of)?/, ''))?.[1];
  const index = months.indexOf(named ?? '');
  if (index < 0) return null;
  const day = Number(/(?:^|\s)(\d{1,2})(?:st|nd|rd|th)?\b(?!\d)/.exec(said)?.[1] ?? 0);
  const inYear = year || nearYear(index, day, calendar, lean);
  return day ? valid(inYear, index, day, calendar) : calendar.month(inYear, index);
}

function valid(year: number, month: number, day: number, calendar: Calendar): Span | null {
  return new Date(Date.UTC(year, month, day)).getUTCMonth() === month
    ? calendar.date(year, month, day)
    : null;
}

/** The nearest year on that side in which the month, or the day, lies. */
function nearYear(month: number, day: number, calendar: Calendar, lean: -1 | 1): number {
  const begin = Date.UTC(calendar.year, month, day || 1);
  const end = day ? begin : Date.UTC(calendar.year, month + 1, 0);
  if (lean < 0) return begin > calendar.today ? calendar.year - 1 : calendar.year;
  return end < calendar.today ? calendar.year + 1 : calendar.year;
}

function weekdaySpan(day: number, calendar: Calendar, lean: -1 | 1): Span {
  const today = new Date(calendar.today).getUTCDay();
  const ahead = (day - today + 7) % 7;
  return calendar.day(lean < 0 ? ahead - 7 : ahead || 7);
}

function turned(word: string, unit: string, calendar: Calendar): Span | null {
  const shift = word === 'next' ? 1 : word === 'this' ? 0 : -1;
  if (unit === 'week') return calendar.week(shift);
  if (unit === 'weekend') {
    const { to } = calendar.week(shift);
    return { from: to - 2 * 86_400_000, to };
  }
  if (unit === 'month') return calendar.month(calendar.year, calendar.monthOfYear + shift);
  if (unit === 'year') return calendar.month(calendar.year + shift, 0, 12);
  if (weekdays.includes(unit)) return weekdaySpan(weekdays.indexOf(unit), calendar, shift < 0 ? -1 : 1);
  const season = seasons[unit];
  if (season !== undefined) {
    const past = Date.UTC(calendar.year, season) > calendar.today;
    return calendar.month(calendar.year + (shift < 0 && past ? -1 : shift > 0 && !past ? 1 : 0), season, 3);
  }
  const index = months.indexOf(unit.slice(0, 3));
  if (index < 0) return null;
  return calendar.month(
    shift === 0 ? calendar.year : nearYear(index, 0, calendar, shift < 0 ? -1 : 1),
    index,
  );
}
