/** Facts in a message, found by rules alone: few and sure ones. */
import { answered } from './answers.js';
import { type Clause, clausesOf } from './clauses.js';
import { type Dated, dated } from './dates.js';
import type { Draft, Timing } from './draft.js';
import type { FoundFact, Said } from './fact.js';
import { german } from './german.js';
import { ownSentences, plainQuotes } from './own-words.js';
import { type Predicate, predicateOf } from './predicate.js';
import { correction, namings } from './renames.js';
import { statementsOf } from './statements.js';
import { headOf } from './values.js';

const mostFacts = 20;
const base = 0.8;
const pronoun = /^(?:it|him|her|them|that)$/i;
const pastWords =
  /\b(?:was|were|did|had|used to|ago|until|[a-z]{2,}ed|lived|went|moved|bought|sold|got|left|quit|broke|became)\b/i;

/** What was spoken of before in the same message. */
interface Talk {
  /** Of the last fact: what "it" may be. */
  last?: FoundFact;
  /** The last of the speaker's people, animals or things that was named. */
  noun?: string;
}

/** In the order of the message. Says nothing of who is asked, quoted or told of. */
export function extractFacts({ text, at, zone, question, quote }: Said): FoundFact[] {
  const facts: FoundFact[] = [];
  const talk: Talk = {};
  const sentences = ownSentences(text, quote);
  for (const { text: sentence, trust } of sentences) {
    for (const clause of clausesOf(sentence)) {
      for (const fact of factsOf(clause, at, zone, talk)) {
        facts.push({ ...fact, confidence: fact.confidence * trust });
        talk.last = fact;
        if (fact.subject !== 'self') talk.noun = fact.subject;
        else if (fact.attribute === 'has') talk.noun = headOf(fact.value);
      }
    }
  }
  if (facts.length === 0 && question && sentences.length > 0 && sentences.length <= 2) {
    const [first] = sentences;
    const sentence = answered(question, first!.text);
    if (sentence)
      for (const fact of factsOf({ span: first!.text, text: sentence }, at, zone, {})) facts.push(fact);
  }
  return merged(facts).slice(0, mostFacts);
}

function factsOf(clause: Clause, at: number, zone: string | undefined, talk: Talk): FoundFact[] {
  const plain = plainQuotes(clause.text);
  const time = dated(plain, at, zone, pastWords.test(plain) ? -1 : 1);
  const drafts = draftsOf(time.rest, plain, time, talk);
  return drafts.flatMap((draft, index) => factOf(draft, clause, time, at, talk, index > 0));
}

function draftsOf(text: string, plain: string, time: Dated, talk: Talk): Draft[] {
  const ellipsis = elliptic(plain, time, talk);
  if (ellipsis) return [ellipsis];
  const named = namings(text);
  if (named.length > 0) return named;
  const predicate = predicateOf(text);
  const timing = { since: time.since !== undefined, when: time.when !== undefined };
  const drafts = predicate ? ofSubject(predicate, timing) : [];
  if (drafts.length > 0) return drafts;
  // "born on 4 May": the date is what it says.
  const bare =
    /\bborn\b|\bbirthday\b|\b(?:class|appointment|meeting|flight|exam|shift|lesson|wedding|anniversary|deadline|interview|number|address)\b/i.test(
      plain,
    )
      ? predicateOf(plain)
      : null;
  const again = bare ? ofSubject(bare, timing) : [];
  if (again.length > 0) return again;
  const put = correction(plain);
  return put.length > 0 ? put : german(plain);
}

function ofSubject(predicate: Predicate, timing: Timing): Draft[] {
  return statementsOf(predicate, timing).map((draft) => ({ subject: predicate.subject, ...draft }));
}

/** "28,000 until February, 32,000 since". */
function elliptic(text: string, time: Dated, { last }: Talk): Draft | null {
  const found =
    /^(?:(?:and|but|then|now) )?(?:it(?:'s| is| was) )?((?:[$€£]\s?)?\d[\d.,]*k?(?:\s?(?:euros?|eur|dollars?|pounds?|[$€£]))?)(?: (?:now|since|since then|from then on|now on))?$/i.exec(
      (time.rest || text).replace(/[.!,\s]+$/, ''),
    );
  if (!found || !last || !/\d/.test(last.value)) return null;
  return {
    subject: last.subject,
    attribute: last.attribute,
    value: found[1]!,
    polarity: 1,
    temporal: 'now',
    changed: true,
  };
}

function factOf(
  draft: Draft,
  clause: Clause,
  time: Dated,
  at: number,
  talk: Talk,
  further: boolean,
): FoundFact[] {
  const { sure = 1, ...statement } = draft;
  let subject = statement.subject ?? 'self';
  let { value } = statement;
  if (subject === 'it') {
    if (!talk.noun) return [];
    subject = talk.noun;
  }
  if (pronoun.test(value)) {
    if (!talk.last?.value || statement.attribute === 'name') return [];
    value = talk.last.value;
  }
  const fact: FoundFact = {
    ...statement,
    subject,
    value,
    text:
      (further && furtherText(subject, statement.attribute, value, statement.temporal)) ||
      textOf(clause, time, talk, subject),
    at,
    span: clause.span,
    confidence: base * sure,
  };
  placed(fact, time, at, talk);
  return [fact];
}

/** Sets from when to when it holds. */
function placed(fact: FoundFact, { since, until, when }: Dated, at: number, { last }: Talk): void {
  if (since !== undefined) fact.since = since;
  if (until !== undefined) fact.until = until;
  if (until !== undefined && until <= at && fact.temporal === 'now') fact.temporal = 'past';
  if (when && (fact.temporal === 'past' || fact.attribute === 'did' || fact.attribute === 'plan')) {
    fact.since ??= when.from;
    fact.until ??= when.to;
  } else if (when && fact.changed) {
    fact.since ??= when.from;
  }
  if (/\bsince(?: then)?[.!]?$/i.test(fact.text) && fact.since === undefined && last?.until !== undefined)
    fact.since = last.until;
}

/** Of a clause that says two things, the second in words of our own. */
function furtherText(subject: string, attribute: string, value: string, temporal: string): string | null {
  const who = subject === 'self' ? 'I' : `My ${subject}`;
  const no = temporal === 'ending' ? 'no longer ' : '';
  if (value === '' || temporal === 'past') return null;
  if (attribute === 'name') return `My ${subject} is called ${value}.`;
  if (attribute === 'employer') return `${who} ${no}work${subject === 'self' ? '' : 's'} at ${value}.`;
  if (attribute === 'job' && no === '') return `${who} work${subject === 'self' ? '' : 's'} as ${value}.`;
  if (attribute === 'home') return `${who} ${no}live${subject === 'self' ? '' : 's'} in ${value}.`;
  if (attribute === 'uses') return `${who} ${no}use ${value}.`;
  if (attribute === 'partner') return `My partner is ${value}.`;
  return null;
}

/** As a sentence that can stand alone. */
function textOf(clause: Clause, { shown }: Dated, { last, noun }: Talk, subject: string): string {
  let text = plainQuotes(clause.text)
    .trim()
    .replace(/[,;:\s]+$/, '')
    .replace(/^(?:and|but|so|because|then|well|oh|btw|actually)[,\s]+/i, '');
  if (/^(?:he|she|it)\b/i.test(text) && noun && subject === noun)
    text = text.replace(/^(?:(he|she|it)('s)?)\b/i, (_, _word, is) => `My ${noun}${is ? ' is' : ''}`);
  else if (/^[\d$€£]/.test(text) && last) text = `My ${last.attribute} is ${text}`;
  text = `${text.charAt(0).toUpperCase()}${text.slice(1)}`.replace(/\bi\b(?=[ '])/g, 'I');
  const end = /[.!]$/.exec(text)?.[0] ?? '';
  const body = end ? text.slice(0, -1) : text;
  return `${body}${shown && relative.test(text) ? ` (${shown})` : ''}.`;
}

const relative =
  /\b(?:yesterday|today|tonight|tomorrow|last|next|this|ago|past|monday|tuesday|wednesday|thursday|friday|saturday|sunday|in (?:\d+|an?|two|three|four|five|six) (?:days?|weeks?|months?|years?))\b/i;

/** What is said twice in one message is found once. */
function merged(facts: FoundFact[]): FoundFact[] {
  const seen = new Set<string>();
  return facts.filter((fact) => {
    const key = `${fact.subject}\n${fact.attribute}\n${fact.value.toLowerCase()}\n${fact.temporal}\n${fact.polarity}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
