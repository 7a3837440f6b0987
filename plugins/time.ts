/** Time: the clock and the calendar of any time zone, and the present moment in every prompt. */
import { distance as editDistance } from 'fastest-levenshtein';
import { z } from 'zod';
import { type ContextProvider, defineAction, type Plugin } from '../src/extension-api.js';

/** Cities people ask for that the IANA database keeps under a neighbour's name. */
const neighbours: Record<string, string> = {
  'abu dhabi': 'Asia/Dubai',
  atlanta: 'America/New_York',
  barcelona: 'Europe/Madrid',
  bangalore: 'Asia/Kolkata',
  beijing: 'Asia/Shanghai',
  boston: 'America/New_York',
  'cape town': 'Africa/Johannesburg',
  delhi: 'Asia/Kolkata',
  'new delhi': 'Asia/Kolkata',
  frankfurt: 'Europe/Berlin',
  geneva: 'Europe/Zurich',
  kyoto: 'Asia/Tokyo',
  miami: 'America/New_York',
  milan: 'Europe/Rome',
  mumbai: 'Asia/Kolkata',
  munich: 'Europe/Berlin',
  osaka: 'Asia/Tokyo',
  'rio de janeiro': 'America/Sao_Paulo',
  'san francisco': 'America/Los_Angeles',
  seattle: 'America/Los_Angeles',
  washington: 'America/New_York',
};

let zonesByCity: Map<string, string> | undefined;

function cities(): Map<string, string> {
  zonesByCity ??= new Map(
    Intl.supportedValuesOf('timeZone').map((zone) => [plain(zone.slice(zone.lastIndexOf('/') + 1)), zone]),
  );
  return zonesByCity;
}

/** `América/São_Paulo ` and `america/sao paulo` are the same. */
function plain(place: string): string {
  return place
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[_\s]+/g, ' ')
    .trim()
    .toLowerCase();
}

/** The IANA zone of a zone name, a city, or an offset such as `UTC+2`; null when there is none. */
function zoneOf(place: string): string | null {
  const name = plain(place);
  const offset = /^(?:utc|gmt) ?([+-]) ?0?(\d{1,2})(?::?00)?$/.exec(name);
  // The signs of Etc zones are the other way round (POSIX): Etc/GMT-2 is two hours ahead.
  if (offset) return accepted(`Etc/GMT${offset[1] === '+' ? '-' : '+'}${offset[2]}`);
  return (
    cities().get(name) ??
    (Object.hasOwn(neighbours, name) ? neighbours[name]! : null) ??
    accepted(name) ??
    underAnyArea(name) ??
    (name.includes(',') ? zoneOf(name.slice(0, name.indexOf(','))) : null)
  );
}

/** Newer spellings, `Asia/Kolkata` say, are understood by Intl and yet missing from its list. */
function underAnyArea(name: string): string | null {
  if (name.includes('/')) return null;
  const areas = new Set([...cities().values()].map((zone) => zone.slice(0, zone.indexOf('/'))));
  for (const area of areas) {
    const zone = accepted(`${area}/${name}`);
    if (zone) return zone;
  }
  return null;
}

function accepted(name: string): string | null {
  if (!/^[a-z][a-z0-9+/ -]{1,63}$/i.test(name)) return null;
  try {
    const timeZone = name.replaceAll(' ', '_');
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone;
  } catch {
    return null;
  }
}

function closeTo(place: string): string[] {
  const name = plain(place).slice(0, 40);
  const known = [...cities().keys(), ...Object.keys(neighbours)];
  return known
    .map((city) => ({ city, distance: city.startsWith(name) ? 0 : editDistance(name, city) }))
    .filter(({ city, distance }) => distance <= Math.max(1, Math.floor(city.length / 3)))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ city }) => city.replace(/(?<=^|[ -])\p{Ll}/gu, (letter) => letter.toUpperCase()));
}

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
