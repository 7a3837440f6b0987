/** Facts as sentences that can stand alone and are read again as what they say. */
import type { Statement } from './fact.js';
import { plainQuotes } from './own-words.js';

const relative =
  /\b(?:yesterday|today|tonight|tomorrow|last|next|this|ago|past|monday|tuesday|wednesday|thursday|friday|saturday|sunday|in (?:\d+|an?|two|three|four|five|six) (?:days?|weeks?|months?|years?))\b/i;

/**
 * The speaker's own words.
 * @param shown the date that "yesterday" and the like mean.
 */
export function sentenceOf(said: string, shown: string | undefined): string {
  const text = plainQuotes(said)
    .trim()
    .replace(/[,;:.!\s]+$/, '')
    .replace(/^(?:and|but|so|because|then|well|oh|btw|actually|correction|sorry|no)\b[,:\s]+/i, '')
    .replace(/\bi\b(?=[ '])/g, 'I');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${shown && relative.test(text) ? ` (${shown})` : ''}.`;
}

/** "He's called Rex now" with the one that is meant. */
export function namedIn(said: string, noun: string): string {
  return plainQuotes(said)
    .replace(/\b(?:him|her|it|them)\b/i, (word, at: number) => (at === 0 ? word : `my ${noun}`))
    .replace(
      /^((?:now |so |and |but )*)(?:he|she|it)('s)?\b/i,
      (_, before: string, is?: string) => `${before}My ${noun}${is ? ' is' : ''}`,
    )
    .replace(
      /^((?:now |so |and |but )*)(?:his|her|its) name\b/i,
      (_, before: string) => `${before}My ${noun}'s name`,
    );
}

/** In words of our own; null where there are none that would be read as the same. */
export function wordsOf({
  subject,
  attribute,
  value,
  temporal,
  changed,
  polarity,
}: Statement): string | null {
  const self = subject === 'self';
  const who = self ? 'I' : `My ${subject}`;
  const s = self ? '' : 's';
  const no = temporal === 'ending' ? 'no longer ' : '';
  const now = changed && no === '' ? ' now' : '';
  if (value === '' || temporal === 'past' || polarity < 0) return null;
  switch (attribute) {
    case 'name':
      return self ? `My name is ${value}${now}.` : `My ${subject} is called ${value}${now}.`;
    case 'employer':
      return `${who} ${no}work${s} at ${value}${now}.`;
    case 'home':
      return no
        ? `${who} ${self ? 'left' : 'no longer lives in'} ${value}.`
        : `${who} live${s} in ${value}${now}.`;
    case 'job':
      return no ? null : `${who} work${s} as ${value}${now}.`;
    case 'uses':
      return `${who} ${no}use${s} ${value}${now}.`;
    case 'relationship':
      return self && !no ? `I'm ${value}${now}.` : null;
    case 'partner':
      return no ? null : `My partner is ${value}${now}.`;
    case 'has':
    case 'likes':
      return null;
    default:
      return self && !no ? `My ${attribute} is ${value}${now}.` : null;
  }
}
