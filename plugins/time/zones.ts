/** Time zones by the names of cities, as people write them. */
import { distance as editDistance } from 'fastest-levenshtein';

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
export function zoneOf(place: string): string | null {
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

/** Cities that are written alike, for people who mistyped one. */
export function closeTo(place: string): string[] {
  const name = plain(place).slice(0, 40);
  const known = [...cities().keys(), ...Object.keys(neighbours)];
  return known
    .map((city) => ({ city, distance: city.startsWith(name) ? 0 : editDistance(name, city) }))
    .filter(({ city, distance }) => distance <= Math.max(1, Math.floor(city.length / 3)))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ city }) => city.replace(/(?<=^|[ -])\p{Ll}/gu, (letter) => letter.toUpperCase()));
}
