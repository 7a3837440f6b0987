/** Facts in a message, found by rules alone: few and sure ones. */
import { answered } from './answers.js';
import { valued } from './belongings.js';
import { attributeOf } from './changeable.js';
import { type Clause, clausesOf } from './clauses.js';
import { type Dated, dated } from './dates.js';
import type { Draft, Timing } from './draft.js';
import type { FoundFact, Said } from './fact.js';
import { german } from './german.js';
import { ownSentences, plainQuotes } from './own-words.js';
import { nounOf, type Predicate, predicateOf } from './predicate.js';
import { correction, namings } from './renames.js';
import { statementsOf } from './statements.js';
import { headOf } from './values.js';
import { verbOf } from './verbs.js';
import { namedIn, sentenceOf, wordsOf } from './wording.js';

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
  /** Whose value was said to have changed, before the new one. */
  topic?: { subject: string; attribute: string };
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
  if (corrects.test(plainQuotes(text)))
    for (const fact of facts) if (fact.temporal === 'now') fact.changed = true;
  return merged(withoutBareEnd(facts)).slice(0, mostFacts);
}

/** Who takes back what they said before says what takes its place. */
const corrects =
  /\b(?:typo|correction|i (?:mistyped|misspoke|misspelled|misspelt|misremembered|meant)|my (?:mistake|bad)|no,? wait|wait,? no|actually,? no|scratch that)\b/i;

/** "I quit, I no longer smoke": where something else was given up, it was not the job. */
function withoutBareEnd(facts: readonly FoundFact[]): FoundFact[] {
  const isBare = ({ attribute, value, span }: FoundFact) =>
    attribute === 'employer' &&
    value === '' &&
    !/\b(?:job|work|notice|fired|laid|retired|resign)/i.test(span);
  const isHabit = ({ attribute, temporal, polarity }: FoundFact) =>
    temporal !== 'now' && polarity > 0 && (attribute === 'given up' || verbOf(attribute)?.form === 'base');
  const others = facts.some((fact) => !isBare(fact) && isHabit(fact));
  return facts.filter((fact) => !others || !isBare(fact));
}

const datedNouns =
  /(?:^|\s)(?:birthday|class|appointment|meeting|flight|exam|shift|lesson|wedding|anniversary|deadline|interview|standup|course|training)$/;

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
  const moved =
    /^(?:now )?(?:i am|i'm|we are|we're) (?:now )?(?:based )?in (\p{Lu}[\p{L}' -]+?)(?: now| these days| instead)?[.!]*$/iu.exec(
      text,
    );
  const away = talk.last && ['home', 'left'].includes(talk.last.attribute) && talk.last.temporal !== 'now';
  if (moved && (away || talk.topic?.attribute === 'home'))
    return [
      {
        subject: 'self',
        attribute: 'home',
        value: moved[1]!,
        polarity: 1,
        temporal: 'now',
        changed: true,
        leaning: true,
      },
    ];
  const timing = { since: time.since !== undefined, when: time.when !== undefined };
  // Of these the date is what is said.
  const whole = predicateOf(plain);
  const dateSays = whole !== null && (/^born\b/.test(whole.rest) || datedNouns.test(whole.subject));
  const predicate = dateSays ? whole : predicateOf(text);
  if (predicate?.verb === 'change' && predicate.rest === '' && valued.test(predicate.subject))
    talk.topic = { subject: 'self', attribute: attributeOf(predicate.subject) };
  const [, renamed] = /^(?:my|our|the) ([\p{L} -]{1,40})$/iu.exec(predicate?.rest ?? '') ?? [];
  if (predicate?.verb === 'rename' && renamed) talk.noun = nounOf(renamed);
  if (
    predicate?.verb === 'move' &&
    /^(?:house|flats?|again|away|out)?$/i.test(predicate.rest) &&
    predicate.subject === 'self'
  )
    talk.topic = { subject: 'self', attribute: 'home' };
  const drafts = predicate ? ofSubject(predicate, timing) : [];
  if (drafts.length > 0) return dateSays ? drafts.map((draft) => ({ ...draft, dated: true })) : drafts;
  const put = correction(plain);
  return put.length > 0 ? put : german(plain);
}

function ofSubject(predicate: Predicate, timing: Timing): Draft[] {
  return statementsOf(predicate, timing).map((draft) => ({ subject: predicate.subject, ...draft }));
}

const itIs =
  /^(?:(?:and|but|then|so) )?(?:now )?(?:it(?:'s| is)|he(?:'s| is)|she(?:'s| is)) (now |actually |called )?(.{1,40}?)( now| instead)?$/i;

/** "It's Rex now", "28,000 until February, 32,000 since". */
function elliptic(text: string, time: Dated, { last, topic }: Talk): Draft | null {
  const of =
    topic ??
    (last && (['name', 'called'].includes(last.attribute) || valued.test(last.attribute)) ? last : undefined);
  const it = itIs.exec(text.replace(/[.!,\s]+$/, ''));
  const over = last !== undefined && (last.polarity < 0 || last.temporal !== 'now');
  if (
    it &&
    of &&
    (/^[\p{Lu}\d+]|@/u.test(it[2]!) || (of.attribute.startsWith('favourite') && /^\p{L}+$/u.test(it[2]!))) &&
    (topic || it[1] || it[3] || over || /^now\b/i.test(text))
  )
    return {
      ...{
        subject: of.subject,
        attribute: of.attribute,
        value: it[2]!,
        polarity: 1,
        temporal: 'now',
        changed: true,
        leaning: true,
      },
      ...(topic ? {} : { replaces: last!.value }),
    };
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
    leaning: true,
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
  const { sure = 1, dated: says, leaning, ...statement } = draft;
  let subject = statement.subject ?? 'self';
  let { value } = statement;
  if (subject === 'it') {
    if (!talk.noun) return [];
    subject = talk.noun;
  }
  let said = clause.text;
  if (pronoun.test(value)) {
    if (!talk.last?.value || statement.attribute === 'name') return [];
    said = said.replace(new RegExp(`\\b${value}\\b(?!.*\\b${value}\\b)`, 'i'), () => talk.last!.value);
    value = talk.last.value;
  } else if (subject !== 'self' && statement.subject === 'it') {
    said = namedIn(said, subject);
  }
  const stated = { ...statement, subject, value };
  const fact: FoundFact = {
    ...stated,
    text: ((further || leaning) && wordsOf(stated)) || sentenceOf(said, time.shown),
    at,
    span: clause.span,
    confidence: base * sure,
  };
  if (!says) placed(fact, clause, time, at, talk);
  return [fact];
}

/** Sets from when to when it holds. */
function placed(
  fact: FoundFact,
  clause: Clause,
  { since, until, when }: Dated,
  at: number,
  { last }: Talk,
): void {
  if (since !== undefined) fact.since = since;
  if (until !== undefined) fact.until = until;
  if (until !== undefined && until <= at && fact.temporal === 'now') fact.temporal = 'past';
  if (when && (fact.temporal === 'past' || fact.attribute === 'did' || fact.attribute === 'plan')) {
    fact.since ??= when.from;
    fact.until ??= when.to;
  } else if (when && fact.changed) {
    fact.since ??= when.from;
  }
  if (/\bsince(?: then)?[.!]?$/i.test(clause.text) && fact.since === undefined && last?.until !== undefined)
    fact.since = last.until;
}

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
