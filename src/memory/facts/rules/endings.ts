/** Which statements are over when one says that something ended. */
import type { Statement } from './fact.js';
import { headOf, overlaps, sameKind, sameValue, tokensOf } from './values.js';

const ofWork = new Set(['employer', 'job', 'works in', 'works on', 'works with', 'works']);
const partners =
  /^(?:ex-?)?(?:girlfriend|boyfriend|partner|wife|husband|fiancé|fiancée|fiance|fiancee|spouse|gf|bf|other half)$/;
const together = /^(?:married|engaged|dating|seeing|in a relationship)/i;
/** Not ended by giving something up: a taste outlives the habit. */
const untouched = new Set([
  'likes',
  'prefers',
  'origin',
  'birthplace',
  'birthday',
  'grew up',
  'did',
  'plan',
  'allergy',
  'name',
  'age',
  'home',
  'relationship',
  'partner',
]);
const places = new Set(['employer', 'home', 'member of', 'study', 'works in', 'attend', 'play', 'sing']);
const meat = /\b(?:meat|steak|beef|pork|chicken|bacon|lamb|ham|sausages?|burgers?)\b/i;

/** @param text the known fact's words: they may name more than its value. */
export function isEnded(known: Statement, text: string, ending: Statement): boolean {
  const { attribute, value, subject } = ending;
  if (attribute === 'exists') return gone(known, subject);
  if (known.subject !== subject && attribute !== 'has' && attribute !== 'partner') return false;
  switch (attribute) {
    case 'employer':
      return (
        ofWork.has(known.attribute) && (value === '' || includes(text, value) || overlaps(known.value, value))
      );
    case 'partner':
      return apart(known, text, value);
    case 'has':
      return partedWith(known, ending);
    case 'left':
      return (
        (places.has(known.attribute) || /\bmember\b/i.test(text)) &&
        (overlaps(known.value, value) || includes(text, value))
      );
    case 'studies':
      return (
        known.attribute === 'study' ||
        known.attribute === 'major' ||
        (known.attribute === 'job' && /student/i.test(known.value))
      );
    case 'given up':
      return gaveUp(known, text, value);
    case 'uses':
      return !untouched.has(known.attribute) && covers(value, known.value);
    default:
      return (
        known.attribute === attribute &&
        known.polarity === ending.polarity &&
        (value === '' ||
          known.value === '' ||
          covers(value, known.value) ||
          (attribute === 'home' && overlaps(known.value, value)))
      );
  }
}

/** Whether the new words say all that the old ones do not say more closely: "meat" and "meat on Sundays". */
export function covers(less: string, more: string): boolean {
  const [words, all] = [tokensOf(less), tokensOf(more)];
  return (
    words.length > 0 &&
    words.every((word) => all.includes(word)) &&
    headOf(less) !== '' &&
    (sameKind(less, more) || sameValue(less, more) || all[0] === words[0])
  );
}

function includes(text: string, value: string): boolean {
  const all = tokensOf(text);
  const words = tokensOf(value);
  return words.length > 0 && words.every((word) => all.includes(word));
}

function gone(known: Statement, noun: string): boolean {
  return (
    known.subject === noun ||
    (known.subject === 'self' &&
      known.attribute === 'has' &&
      headOf(known.value) === headOf(noun) &&
      isOne(known.value))
  );
}

/** "I sold one of my cars" ends nothing. */
function isOne(value: string): boolean {
  return !/\b(?:\d+|two|three|four|five|six|seven|eight|nine|ten|several|some|many)\b/i.test(value);
}

function partedWith(known: Statement, { value, subject }: Statement): boolean {
  if (subject !== 'self')
    return known.subject === subject && known.attribute === 'has' && sameKind(known.value, value);
  if (
    !/^(?:my|our|the|an?|any|it)?\b/i.test(value) ||
    /^(?:one|some|half|most|a few|a couple|two|three|old|an old)\b/i.test(value.replace(/^(?:my|our) /i, ''))
  )
    return false;
  const head = headOf(value);
  if (head === '') return false;
  if (known.attribute === 'has' && known.subject === 'self')
    return (
      isOne(known.value) === isOne(value) && (sameKind(known.value, value) || sameValue(known.value, value))
    );
  if (known.subject !== 'self')
    return known.subject.split(' ').at(-1) === head || sameValue(known.value, value);
  return (
    ['drive', 'ride', 'use', 'uses', 'play'].includes(known.attribute) &&
    (sameKind(known.value, value) || sameValue(known.value, value))
  );
}

function apart(known: Statement, text: string, name: string): boolean {
  const named = name !== '' && !includes(text, name);
  if (known.attribute === 'partner') return !named;
  if (known.subject === 'self' && known.attribute === 'relationship')
    return together.test(known.value) && (!named || !/\b(?:to|with)\b/.test(text));
  if (partners.test(known.subject)) return !(named && known.attribute === 'name');
  return (
    known.attribute === 'lives with' &&
    (partners.test(known.value.toLowerCase().replace(/^my /, '')) ||
      (name !== '' && includes(known.value, name)))
  );
}

function gaveUp(known: Statement, text: string, what: string): boolean {
  if (known.subject !== 'self') return false;
  if (/^(?:smoking|cigarettes?|nicotine|tobacco)$/i.test(what)) return known.attribute === 'smoke';
  if (/^(?:meat|eating meat)$/i.test(what)) return known.attribute === 'eat' && meat.test(known.value);
  if (untouched.has(known.attribute)) return false;
  return covers(what, known.value) || (known.attribute === 'member of' && includes(text, what));
}

/** What being something now says of other things: single people have no partner, vegetarians eat no meat. */
export function excludes(found: Statement, known: Statement, text: string): boolean {
  if (found.subject !== 'self' || found.polarity < 0) return false;
  if (
    found.attribute === 'relationship' &&
    /^(?:single|divorced|separated|widowed|a bachelor)/i.test(found.value)
  )
    return known.attribute !== 'relationship' && apart(known, text, '');
  if (found.attribute === 'diet' && /^(?:vegan|vegetarian|veggie)/i.test(found.value))
    return (
      known.subject === 'self' && known.polarity > 0 && known.attribute === 'eat' && meat.test(known.value)
    );
  if (found.attribute === 'eat' && meat.test(found.value))
    return known.attribute === 'diet' && /^(?:vegan|vegetarian|veggie|pescatarian)/i.test(known.value);
  return false;
}
