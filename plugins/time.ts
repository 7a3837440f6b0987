/** Time: the clock and the calendar of any time zone, and the present moment in every prompt. */
import { z } from 'zod';
import { type ContextProvider, defineAction, type Plugin } from '../src/extension-api.js';
import { closeTo, zoneOf } from './time/zones.js';

/** To the minute: `21:58 on Sunday, 22 November 2026 in Kyoto (Asia/Tokyo, UTC+9)`. */
function read(now: Date, timeZone: string, place?: string): string {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZoneName: 'shortOffset',
  });
  const part = Object.fromEntries(format.formatToParts(now).map(({ type, value }) => [type, value]));
  const offset = (part.timeZoneName ?? '').replace('GMT', 'UTC');
  const moment = `${part.hour}:${part.minute} on ${part.weekday}, ${part.day} ${part.month} ${part.year}`;
  return `${moment}${place ? ` in ${place}` : ''} (${timeZone === 'UTC' ? timeZone : `${timeZone}, ${offset}`})`;
}

/** The hub's own zone: what it was started under, UTC in most containers. */
const hubZone = new Intl.DateTimeFormat().resolvedOptions().timeZone;

let latest: { minute: number; reading: string } | undefined;

/** Every turn asks for this, and making a date format costs half a millisecond: it is read once a minute. */
function readHere(): string {
  const now = new Date();
  const minute = Math.floor(now.getTime() / 60_000);
  if (latest?.minute !== minute) latest = { minute, reading: read(now, hubZone) };
  return latest.reading;
}

const parameters = z.object({
  place: z
    .string()
    .max(100)
    .optional()
    .describe(
      'An IANA time zone (Europe/Paris), a large city (Tokyo) or UTC. Leave out for the hub’s own zone.',
    ),
});

const now = '[(right now|now|today|currently|at the moment)]';
const when = `${now} [[over] (in|at) {place}] ${now}`;
const time = '(time|date|day|time and date|date and time|day of the week)';
/** `… in the film`, `… in my version`: not places. */
const where = {
  place:
    "(?!(?:the|my|your|our|his|her|their|this|that|these|those|an?|which|what|case|general|english)\\b)\\p{L}[\\p{L}\\p{M}\\d'./+_, -]{0,59}?",
};
const phrases = [
  `what time is it ${when}`,
  `[do you know] what (time|day|date) (it|today) is ${when}`,
  `[do you know] (what|which) (day|date) [of the (week|month)] is [it] ${when}`,
  `[(what is|what's|whats|give me|show me|do you have|do you know)] the [(current|exact|local)] ${time} ${when}`,
  "[(what is|what's|do you know)] today's date",
  '[(current|local)] (time|date) in {place}',
  `is (it|today) (monday|tuesday|wednesday|thursday|friday|saturday|sunday) ${when}`,
].map((say) => ({ say, where }));

const currentTime = defineAction({
  name: 'current_time',
  description:
    'Tells the date, weekday and time of day, now, anywhere in the world. Use it whenever the answer depends on the present time or on another time zone.',
  parameters,
  timeoutMs: 5000,
  repeatable: true,
  phrases,
  async run({ place }, { signal }) {
    signal.throwIfAborted();
    const asked = place?.trim();
    if (!asked) return `It is ${readHere()}.`;
    const zone = zoneOf(asked);
    if (!zone) throw new Error(unknownPlace(asked));
    return `It is ${read(new Date(), zone, asked)}.`;
  },
});

function unknownPlace(place: string): string {
  const close = closeTo(place);
  const hint = close.length > 0 ? ` Did you mean ${close.join(' or ')}?` : '';
  return `No time zone is known for "${place}".${hint} Name a large city or an IANA zone such as Europe/Paris.`;
}

const present: ContextProvider = {
  name: 'time',
  provide: async () => `It is now ${readHere()}.`,
};

export default { name: 'time', actions: [currentTime], contextProviders: [present] } satisfies Plugin;
