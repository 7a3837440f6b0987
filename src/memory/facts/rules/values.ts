/** Values of statements, so that "the red cars" and "a red car" can be told to be the same. */

const little = new Set(
  'a an the my our his her their its some any this that these those of new old own very really so such quite pretty for to in at on with and is are was be it i we me us called named'.split(
    ' ',
  ),
);

const numbers = 'zero one two three four five six seven eight nine ten eleven twelve'.split(' ');
const spelled: Record<string, string> = {
  favorite: 'favourite',
  color: 'colour',
  mum: 'mother',
  mom: 'mother',
  dad: 'father',
  kid: 'child',
  children: 'child',
  mobile: 'phone',
  cell: 'phone',
  bike: 'bicycle',
  flat: 'apartment',
  e: '',
};

/** One form of a word in singular and plural; not always a word. */
export function singular(word: string): string {
  if (word.length < 4 || /(?:ss|us|is)$/.test(word)) return word;
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (/(?:ch|sh|x|ss|zz)es$/.test(word)) return word.slice(0, -2);
  return word.endsWith('s') ? word.slice(0, -1) : word;
}

/** The telling words of a value, in their order. */
export function tokensOf(value: string): string[] {
  return value
    .normalize('NFKC')
    .toLowerCase()
    .replace(/(\d)[,.'’ ](?=\d{3}\b)/g, '$1')
    .replace(/['’]s\b/g, '')
    .replace(/['’]/g, '')
    .split(/[^\p{L}\p{N}+#.@]+/u)
    .map((word) => word.replace(/^\.+|\.+$/g, ''))
    .filter((word) => word !== '' && !little.has(word))
    .map((word) => {
      const number = numbers.indexOf(word);
      if (number >= 0) return String(number);
      const one = singular(word);
      return spelled[word] ?? spelled[one] ?? one;
    })
    .filter(Boolean);
}

export function sameValue(one: string, other: string): boolean {
  const [a, b] = [tokensOf(one), tokensOf(other)];
  return a.length > 0 && a.length === b.length && a.every((word) => b.includes(word));
}

/** Whether one says what the other does and perhaps more: "Rome" and "Rome, Italy". */
export function overlaps(one: string, other: string): boolean {
  const [a, b] = [tokensOf(one), tokensOf(other)];
  const [less, more] = a.length <= b.length ? [a, b] : [b, a];
  return less.length > 0 && less.every((word) => more.includes(word));
}

/** Whether both are things of the same kind: "car" and "old red car", "car" and "a car from 2012". */
export function sameKind(one: string, other: string): boolean {
  if (!overlaps(one, other)) return false;
  const [a, b] = [headOf(one), headOf(other)];
  return a === b;
}

/** The word that says what it is: the last before "with", "from", "of". */
export function headOf(value: string): string {
  const short = value.split(/\s(?:with|from|of|in|at|on|for|called|named|that|which|who)\s/i)[0]!;
  return tokensOf(short).at(-1) ?? '';
}

/** Without how often: "breakfast every day" is breakfast. */
export function regular(value: string): string {
  return value.replace(
    /\b(?:(?:every|each) (?:single )?\p{L}+|daily|weekly|(?:once|twice) a \p{L}+|on (?:\p{L}+days|weekends)|in the (?:morning|evening)s?|at (?:night|weekends)|a lot(?: of)?)\b/giu,
    ' ',
  );
}
