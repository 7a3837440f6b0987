/** What a found fact does to a known one. In doubt nothing: a true fact that is ended by mistake is lost to its owner. */
import { valuesOf } from './changeable.js';
import { covers, excludes, isEnded } from './endings.js';
import { extractFacts } from './extract.js';
import type { FoundFact, KnownFact, Relation, Statement } from './fact.js';
import { headOf, overlaps, regular, sameValue, tokensOf } from './values.js';

const yearMs = 366 * 86_400_000;
/** Of these a longer name means the same: "Rome" and "Rome, Italy". */
const named = new Set(['home', 'employer', 'origin', 'birthplace', 'address', 'grew up']);
/** Their values are not what "from X to Y" speaks of. */
const apart = new Set([
  'likes',
  'prefers',
  'origin',
  'birthplace',
  'birthday',
  'grew up',
  'did',
  'plan',
  'allergy',
]);
/** Of these a denial is worth keeping for itself. */
const deniable = new Set([
  'home',
  'employer',
  'job',
  'has',
  'name',
  'is',
  'allergy',
  'age',
  'partner',
  'relationship',
  'called',
]);

/** Both must be of the same owner. */
export function relate(known: KnownFact, found: FoundFact): Relation {
  const old = statementOf(known);
  if (!old || found.attribute === undefined) return sameWords(known.text, found.text) ? 'same' : 'other';
  if (found.replaces !== undefined && isReplaced(old, found)) return 'newer';
  if (found.attribute === '') return 'other';
  if (old.temporal === 'past')
    return old.attribute === found.attribute && found.temporal === 'past' && isSame(old, found)
      ? 'same'
      : 'other';
  if (found.temporal === 'past') return past(old, found);
  if (found.temporal === 'ending') return ending(old, known.text, found);
  if (old.subject === found.subject && old.attribute === found.attribute && isSame(old, found))
    return again(old, found);
  if (isUp(found) && isUp(old) && excludes(found, old, known.text))
    return found.attribute === 'eat' ? 'newer' : 'ends';
  if (
    old.attribute === 'given up' &&
    found.polarity > 0 &&
    isEnded({ ...found, polarity: 1 }, found.text, old)
  )
    return 'newer';
  return differing(old, known, found);
}

/** As `sentenceOf` puts it behind "last week". */
const shownDate = / \(\d{4}-\d\d-\d\d(?: to \d{4}-\d\d-\d\d)?\)(?=\.?$)/;

/** What a kept fact says, read from its words where that is not at hand; null: nothing that the rules know. */
export function statementOf(known: KnownFact): Statement | null {
  const { subject, attribute, value, polarity, temporal } = known;
  if (subject !== undefined && attribute !== undefined && value !== undefined)
    return { ...known, subject, attribute, value, polarity: polarity ?? 1, temporal: temporal ?? 'now' };
  const [first] = extractFacts({
    text: inFirstPerson(known.text.replace(shownDate, ''), known.owner),
    at: known.at,
  });
  return first ?? null;
}

/** "The user's dog is called Rex", "Kim lives in Rome": as models write it down. */
function inFirstPerson(text: string, owner: string | undefined): string {
  const plain = text.replace(/’/g, "'");
  for (const name of ['the user', 'user', owner?.toLowerCase()]) {
    if (!name || !plain.toLowerCase().startsWith(name)) continue;
    const rest = plain.slice(name.length);
    if (/^'s /.test(rest)) return `my${rest.slice(2)}`;
    if (rest.startsWith(' ')) return `I${rest}`;
  }
  return text;
}

/** What to keep of a found fact that takes the place of a known one: of "Milan, not Rome" the known words with Milan. */
export function textInPlace(known: KnownFact, found: FoundFact): string {
  if (found.attribute !== '' || found.replaces === undefined) return found.text;
  return known.text.includes(found.replaces)
    ? known.text.replaceAll(found.replaces, () => found.value)
    : found.text;
}

function isUp({ polarity, temporal }: Statement): boolean {
  return polarity > 0 && temporal === 'now';
}

function isSame(one: Statement, other: Statement): boolean {
  if (one.subject !== other.subject) return false;
  if (one.value.toLowerCase() === other.value.toLowerCase()) return true;
  if (one.polarity !== other.polarity && sameValue(regular(one.value), regular(other.value))) return true;
  return sameValue(one.value, other.value) || (named.has(one.attribute) && overlaps(one.value, other.value));
}

/** "Rex, not Biscuit", "from coffee to tea". */
function isReplaced(old: Statement, found: FoundFact): boolean {
  if (!isUp(old) && found.attribute !== '') return false;
  if (
    found.attribute !== old.attribute &&
    (apart.has(old.attribute) || !['', 'uses', 'name', 'home', 'employer'].includes(found.attribute))
  )
    return false;
  if (found.attribute === 'name' && old.attribute !== 'name' && old.attribute !== 'called') return false;
  return (
    covers(found.replaces!, old.value) ||
    (old.subject !== 'self' &&
      headOf(found.replaces!) === headOf(old.subject) &&
      /^(?:my|our|the) /i.test(found.replaces!)) ||
    (old.attribute === 'home' && overlaps(old.value, found.replaces!))
  );
}

function past(old: Statement, found: FoundFact): Relation {
  if (old.attribute !== found.attribute || !isSame(old, found) || old.polarity !== found.polarity)
    return 'other';
  if (old.temporal === 'ending') return 'other';
  // "I used to", "28,000 until February"; while "in 2019" may well hold on.
  return found.changed || (found.until !== undefined && found.since === undefined) ? 'ends' : 'other';
}

function ending(old: Statement, text: string, found: FoundFact): Relation {
  if (old.temporal === 'ending')
    return old.attribute === found.attribute && isSame(old, found) ? 'same' : 'other';
  if (old.polarity < 0 && old.attribute === found.attribute && found.polarity > 0 && isSame(old, found))
    return 'same';
  if (old.since !== undefined && found.since !== undefined && found.since < old.since) return 'other';
  return (old.polarity > 0 || found.polarity < 0) && isEnded(old, text, found) ? 'ends' : 'other';
}

/** The same thing is said, or denied. */
function again(old: Statement, found: FoundFact): Relation {
  if (isUp(old) === isUp(found)) return 'same';
  return !isUp(found) && deniable.has(found.attribute) ? 'ends' : 'newer';
}

function differing(old: Statement, known: KnownFact, found: FoundFact): Relation {
  if (old.subject !== found.subject || old.attribute !== found.attribute || !isUp(old) || !isUp(found))
    return 'other';
  if (found.attribute === 'prefers' || found.attribute === 'has')
    return found.attribute === 'has' ? counted(old, found) : 'other';
  const values = valuesOf(found.subject, found.attribute);
  if (values === 'many') return 'other';
  // Told late: it was over before the known one began.
  if (found.since !== undefined && found.since < (old.since ?? Math.min(known.at, found.at - yearMs)))
    return found.changed ? 'other' : 'disputed';
  if (found.attribute === 'age') return Number(found.value) > Number(old.value) ? 'newer' : 'disputed';
  if (found.changed || values === 'one') return 'newer';
  if (values === 'fixed') return 'disputed';
  return /\b(?:work(?:ing|s)? as|job is)\b/i.test(found.text) ? 'newer' : 'other';
}

/** "I have a dog", "I have two dogs now". */
function counted(old: Statement, found: FoundFact): Relation {
  const [one, other] = [countOf(old.value), countOf(found.value)];
  if (one === null || other === null || one.what !== other.what || one.count === other.count) return 'other';
  return other.count > one.count || found.changed ? 'newer' : 'disputed';
}

function countOf(value: string): { count: number; what: string } | null {
  const [first, ...rest] = tokensOf(value.replace(/^an? /i, '1 '));
  return first !== undefined && /^\d{1,2}$/.test(first) && rest.length === 1
    ? { count: Number(first), what: rest[0]! }
    : null;
}

/** For what the rules cannot read: nearly the same words, with the same numbers and the same denials. */
function sameWords(one: string, other: string): boolean {
  const [a, b] = [new Set(tokensOf(one)), new Set(tokensOf(other))];
  const both = [...a].filter((word) => b.has(word)).length;
  const all = a.size + b.size - both;
  if (all === 0 || both / all < 0.8) return false;
  const telling = (words: Set<string>) =>
    [...words]
      .filter((word) => /\d|^(?:not|no|never|dont|cant|isnt|longer|anymore|used)$/.test(word))
      .sort()
      .join(' ');
  return telling(a) === telling(b);
}
