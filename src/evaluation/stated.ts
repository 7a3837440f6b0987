/** Numbers and dates that a text states, in forms that can be compared, whatever its language writes them like. */

/** Linear: no part of it can begin where another one is. */
const numeral = /(?<![\p{L}\p{N}_])\d+(?:[.,'’\u00a0\u202f]\d+)*/gu;
const grouped = /^\d{1,3}(?:[.,'’\u00a0\u202f]\d{3})+$/u;
const groupedDecimal = /^(\d{1,3}(?:[.,'’\u00a0\u202f]\d{3})+)[.,](\d+)$/u;
const decimal = /^(\d+)[.,](\d+)$/;

/** What makes a small number worth looking at. */
const unitBehind =
  /^[\s\u00a0-]?(?:%|€|\$|£|percent|prozent|eur|usd|gbp|euros?|dollars?|pounds?|cents?|days?|tage?n?|hours?|stunden?|minutes?|minuten?|mins?|weeks?|wochen?|months?|monate?n?|years?|jahre?n?|km|kg|kwh|mb|gb|tb|am|pm|uhr|jours?|heures?|semaines?|mois|ans?|d[ií]as?|horas?|semanas?|meses|a[ñn]os?)(?![\p{L}\p{N}])/iu;
const signBefore = /[€$£]\s?$/u;
/** Of these people count up on their own. */
const smallest = 10;

const words = new Map(
  [
    'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty',
    'null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig',
    'zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf vingt',
    'cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve veinte',
  ].flatMap((line) => line.split(' ').map((word, value) => [word, value] as const)),
);
for (const [at, tens] of [
  'thirty forty fifty sixty seventy eighty ninety hundred',
  'dreißig vierzig fünfzig sechzig siebzig achtzig neunzig hundert',
]
  .map((line) => line.split(' '))
  .entries())
  for (const [step, word] of tens.entries()) words.set(word, at < 2 ? 30 + step * 10 : 0);
for (const [word, value] of [
  ['einen', 1],
  ['eine', 1],
  ['einer', 1],
  ['thousand', 1000],
  ['tausend', 1000],
  ['dozen', 12],
  ['dutzend', 12],
  ['fortnight', 14],
] as const)
  words.set(word, value);

/** All that a numeral may mean: `1.000` is one, or a thousand. */
function meaningsOf(said: string): string[] {
  const digits = (text: string) => text.replace(/\D/g, '');
  const found: string[] = [];
  const parts = decimal.exec(said);
  if (parts) found.push(String(Number(`${parts[1]}.${parts[2]}`)));
  if (grouped.test(said)) found.push(String(Number(digits(said))));
  const both = groupedDecimal.exec(said);
  if (both) found.push(String(Number(`${digits(both[1]!)}.${both[2]}`)));
  if (found.length === 0) found.push(/^\d+$/.test(said) ? String(Number(said)) : said);
  return found;
}

export interface StatedNumber {
  said: string;
  meanings: string[];
  /** It counts something up to ten, without a unit: nobody need have said it. */
  small: boolean;
}

export function numbersIn(text: string): StatedNumber[] {
  return [...text.matchAll(numeral)].map(({ 0: said, index }) => {
    const meanings = meaningsOf(said);
    const measured =
      unitBehind.test(text.slice(index + said.length, index + said.length + 12)) ||
      signBefore.test(text.slice(Math.max(0, index - 2), index));
    return { said, meanings, small: !measured && /^\d+$/.test(said) && Number(said) <= smallest };
  });
}

/** All that is named by figures or by words. */
export function valuesIn(text: string): Set<string> {
  const found = new Set(numbersIn(text).flatMap(({ meanings }) => meanings));
  // Parts of dates with dots, too.
  for (const value of [...found])
    for (const part of value.split('.').length > 2 ? value.split('.') : []) found.add(String(Number(part)));
  for (const [word] of text.toLowerCase().matchAll(/\p{L}+(?:-\p{L}+)?/gu)) {
    const value = words.get(word) ?? compoundOf(word);
    if (value !== undefined) found.add(String(value));
  }
  return found;
}

/** `twenty-five`, `fünfundzwanzig`. */
function compoundOf(word: string): number | undefined {
  const [tens, ones] = word.split('-').map((part) => words.get(part));
  if (tens !== undefined && ones !== undefined && tens >= 20 && tens < 100 && ones < 10) return tens + ones;
  const at = word.indexOf('und');
  if (at < 3) return undefined;
  const first = word.slice(0, at);
  const small = first === 'ein' ? 1 : words.get(first);
  const large = words.get(word.slice(at + 3));
  return small !== undefined && large !== undefined && small < 10 && large >= 20 && large < 100
    ? large + small
    : undefined;
}

const months = [
  ['january', 'jan', 'januar', 'jänner', 'janvier', 'enero'],
  ['february', 'feb', 'februar', 'février', 'febrero'],
  ['march', 'mar', 'märz', 'mars', 'marzo'],
  ['april', 'apr', 'avril', 'abril'],
  ['may', 'mai', 'mayo'],
  ['june', 'jun', 'juni', 'juin', 'junio'],
  ['july', 'jul', 'juli', 'juillet', 'julio'],
  ['august', 'aug', 'août', 'agosto'],
  ['september', 'sept', 'sep', 'septembre', 'septiembre'],
  ['october', 'oct', 'oktober', 'okt', 'octobre', 'octubre'],
  ['november', 'nov', 'novembre', 'noviembre'],
  ['december', 'dec', 'dezember', 'dez', 'décembre', 'diciembre'],
];
const monthOf = new Map(months.flatMap((names, at) => names.map((name) => [name, at + 1] as const)));
const month = [...monthOf.keys()].sort((a, b) => b.length - a.length).join('|');
const dayMonth = new RegExp(
  `(?<![\\p{N}.,])(\\d{1,2})(?:st|nd|rd|th|er)?\\.?\\s(?:of\\s|de\\s)?(${month})(?!\\p{L})`,
  'giu',
);
const monthDay = new RegExp(`(?<!\\p{L})(${month})\\.?\\s(\\d{1,2})(?:st|nd|rd|th)?(?![\\p{N}])`, 'giu');
const iso = /(?<!\d)\d{4}-(\d{2})-(\d{2})(?!\d)/g;
const numeric = /(?<![\d.])(\d{1,2})([./])(\d{1,2})\2(?:\d{4}|\d{2})(?!\d)/g;

export interface StatedDate {
  said: string;
  /** `MONTH-DAY`; two where nobody knows which is which. */
  days: string[];
}

export function datesIn(text: string): StatedDate[] {
  const found: StatedDate[] = [];
  const add = (said: string, ...pairs: [number, number][]) => {
    const days = pairs
      .filter(([m, d]) => m >= 1 && m <= 12 && d >= 1 && d <= 31)
      .map(([m, d]) => `${m}-${d}`);
    if (days.length > 0) found.push({ said, days });
  };
  for (const [said, day, name] of text.matchAll(dayMonth))
    add(said, [monthOf.get(name!.toLowerCase())!, Number(day)]);
  for (const [said, name, day] of text.matchAll(monthDay))
    add(said, [monthOf.get(name!.toLowerCase())!, Number(day)]);
  for (const [said, m, d] of text.matchAll(iso)) add(said, [Number(m), Number(d)]);
  for (const [said, one, , other] of text.matchAll(numeric))
    add(said, [Number(other), Number(one)], [Number(one), Number(other)]);
  return found;
}
