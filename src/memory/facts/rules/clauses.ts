/** Sentences taken apart into clauses of one subject and one verb each. */
import { plainQuotes } from './own-words.js';
import { verbOf } from './verbs.js';

export interface Clause {
  /** As it stands in the sentence. */
  span: string;
  /** With its subject, where that was left out: "I | started at Beta". */
  text: string;
}

const subjects =
  "(?:i|i'm|i've|i'll|i'd|we|we're|we've|my|our|it's|it is|he's|she's|he is|she is|his name|her name|its name|call me)";
const joints = new RegExp(
  `\\s*(?:[,:]|\\s[-–—]|—)\\s*(?:(?:and|but|so|because|since|as|although|though|while|whereas|then|yet|plus|or|now|these days|nowadays|currently|before that|previously|before|meanwhile|instead|today|after that|eventually|finally|later|who|which)\\s+){0,3}(?=${subjects}\\b)|\\s+(?:and|but|so|because|although|though|while|whereas|then|plus|and then|and now|but now|since|as)\\s+(?:(?:now|these days|nowadays|currently|today)\\s+)?(?=${subjects}\\b)|,\\s+(?:and |but |now )?(?=[$€£]?\\d[\\d.,]*k? (?:\\p{L}+ )?(?:since|now|until|from|before)\\b)|,\\s+(?=(?!who |which |that )\\p{L}+ (?:is|isn't|is not|was) (?:now |no longer |not )?my )`,
  'giu',
);
/** A second verb of the same subject: "quit my job and started at Beta". */
const second =
  /\s*,?\s+(?:and|but|then|and then|before|and now|but now|until)\s+(?:(?:now|then|later|recently|just|finally|instead|eventually|also|actually|currently)\s+){0,2}(?=([a-z]+)\b)/gi;
const flagWords = /\b(?:now|these days|nowadays|currently|instead|today)\b/i;

const first = /^(i|we)\b|^(?:i'm|i've)\b/i;
const secondVerbs = new Set([
  'am',
  'are',
  'is',
  'was',
  'were',
  'do',
  "don't",
  'no',
  'can',
  "can't",
  'cannot',
  'am',
  'used',
  'hate',
  'love',
]);

/** In order. */
export function clausesOf(sentence: string): Clause[] {
  const plain = plainQuotes(sentence);
  const clauses: Clause[] = [];
  let from = 0;
  const cut = (to: number, next: number) => {
    const span = sentence.slice(from, to).trim();
    if (span !== '') clauses.push(...verbsOf(span).map(withSubject));
    from = next;
  };
  for (const joint of plain.matchAll(joints)) {
    // What the joint says of the next clause ("now I …") stays with it.
    // "Tom and I" is one subject.
    const before = sentence.slice(from, joint.index).trim();
    if (
      /^\s+and\s+$/i.test(joint[0]) &&
      /^(?:(?:and|but|so|well|sadly|then)[, ]+)?(?:my \p{L}+|\p{Lu}\p{L}+)$/u.test(
        before.charAt(0).toLowerCase() === 'm' ? before.replace(/^My/, 'my') : before,
      )
    )
      continue;
    const kept = flagWords.exec(joint[0]);
    cut(joint.index, kept ? joint.index + kept.index : joint.index + joint[0].length);
  }
  cut(sentence.length, sentence.length);
  return clauses;
}

function verbsOf(span: string): Clause[] {
  const plain = plainQuotes(span);
  const subject = /\b(?:i|we)\b/i.exec(plain)?.[0];
  if (
    !subject ||
    /\b(?:my|our) [\p{L} ]+ (?:is|are|was|were)\b/iu.test(
      plain.slice(0, plain.toLowerCase().indexOf(subject.toLowerCase())),
    )
  )
    return [{ span, text: span }];
  const clauses: Clause[] = [];
  let from = 0;
  for (const joint of plain.matchAll(second)) {
    const verb = joint[1]!.toLowerCase();
    const form = verbOf(verb)?.form;
    // "eat and drink coffee" would be fine, "fish and run" may be things.
    if (!(secondVerbs.has(verb) || form === 'past' || (form === 'base' && !first.test(verb)))) continue;
    if (
      form === 'base' &&
      /\b(?:love|like|hate|enjoy|prefer|want|need|to)\b/i.test(plain.slice(from, joint.index))
    )
      continue;
    clauses.push(clauseOf(span.slice(from, joint.index), from === 0 ? '' : subject));
    const flag = flagWords.exec(joint[0]);
    from = flag ? joint.index + flag.index : joint.index + joint[0].length;
  }
  clauses.push(clauseOf(span.slice(from), from === 0 ? '' : subject));
  return clauses;
}

function clauseOf(span: string, subject: string): Clause {
  const text = span.trim();
  if (subject === '') return { span: text, text };
  const flag = /^(?:now|these days|nowadays|currently|instead|today)\s+/i.exec(text)?.[0] ?? '';
  return { span: text, text: `${flag}${subject} ${text.slice(flag.length)}` };
}

const without =
  /^(?:(?:so|and|but|also|then|just|finally|recently|already|now|today|unfortunately|sadly|big news|good news|update|news)[,:]?\s+)*([a-z]+)(?:\s|$)/i;
/** Forms that a request or a heading begins with, too. */
const ambiguous = new Set([
  'called',
  'named',
  'read',
  'used',
  'let',
  'put',
  'split',
  'listened',
  'based',
  'given',
  'said',
  'tested',
  'failed',
  'reported',
  'finished',
  'changed',
  'replaced',
  'removed',
  'renamed',
  'transferred',
  'migrated',
  'converted',
  'built',
  'written',
  'closed',
  'had',
  'done',
  'got',
  'lost',
  'quit',
  'run',
  'cut',
  'lead',
  'found',
  'dropped',
  'returned',
]);

/** "Sold the car last week": notes of people about themselves leave "I" out. */
function withSubject(clause: Clause): Clause {
  const found = without.exec(plainQuotes(clause.text));
  const word = (found?.[1] ?? '').toLowerCase();
  const form = verbOf(word)?.form;
  const past = (form === 'past' || form === 'participle') && !ambiguous.has(word);
  const usedTo = /^used to [a-z]+/i.test(clause.text);
  const gotOne =
    word === 'got' &&
    /^(?:just |finally )*got (?:a new job|engaged|married|divorced|laid off|fired|promoted|a (?:dog|cat|puppy|kitten|new car))\b/i.test(
      clause.text,
    );
  const noLonger = /^no longer [a-z]+/i.test(clause.text);
  if (!past && !usedTo && !gotOne && !noLonger) return clause;
  return { span: clause.span, text: `I ${clause.text.charAt(0).toLowerCase()}${clause.text.slice(1)}` };
}
