/** A clause read as subject, verb and what follows. */
import { plainQuotes } from './own-words.js';
import { isVerb, withoutRemark } from './remarks.js';
import { singular } from './values.js';
import { verbOf } from './verbs.js';

export interface Predicate {
  /** `self`, or whom or what of the speaker's: `dog`; `it` for a pronoun. */
  subject: string;
  /** The base form; `be` for am, is, was. */
  verb: string;
  /** What follows the verb, without flags. */
  rest: string;
  tense: 'present' | 'progressive' | 'past' | 'perfect' | 'usedto' | 'future';
  negative: boolean;
  /** No longer, not any more, stopped, gave up. */
  over: boolean;
  /** Now, instead, from now on. */
  changed: boolean;
  still: boolean;
}

const fillers =
  /^(?:(?:well|so|oh|hey|hi|hello|hiya|btw|by the way|also|and|but|anyway|ok|okay|yes|no|nope|yeah|yep|honestly|sorry|fyi|update|correction|edit|note|ps|unfortunately|sadly|luckily|happily|finally|just so you know|so you know|guess what|good news|bad news|big news|news|fun fact|remember that|remember|please remember that|please remember|please note that|note that|keep in mind that|don't forget that|for the record|to be honest|tbh|actually|in fact|i think|i guess|i believe|i mean|i meant|you know|as you know|turns out|it turns out that|that|because|since|though|although|then|plus|please|thanks|oops|hm+|ah|wait|good morning|good afternoon|good evening|everyone|all|there|as of now|fyi all|just to say|for what it's worth|the thing is|truth is|in my case|as for me|personally|recently|lately|at last|that was not me|that wasn't me|after all)\b[,:!.\s-]*)+/i;
const nows =
  /\b(?:now|nowadays|these days|currently|at the moment|at present|presently|from now on|as of now|by now|right now|today)\b/gi;
const instead = /\b(?:instead|meanwhile|again|since then|after all|for good)\b/gi;
const anymore = /\b(?:any ?more|any longer|no longer|no more)\b/gi;
const adverbs =
  /\b(?:really|actually|just|always|recently|finally|already|definitely|absolutely|totally|completely|kind of|sort of|officially|basically|mostly|usually|often|regularly|sometimes|generally|truly|honestly|simply|obviously|certainly|very much|so much|a lot|quite|both|also|too|as well|ever|even|literally|frankly|originally|formerly|previously|personally|lately|newly|once|back then|at all|in general|permanently|fully|sadly|unfortunately|happily|gladly|quickly|eventually|temporarily|formally|luckily|apparently|all)\b/gi;

const contractions: [RegExp, string][] = [
  [/\bcan't\b|\bcannot\b/gi, 'can not'],
  [/\bwon't\b/gi, 'will not'],
  [/\bain't\b/gi, 'am not'],
  [/n't\b/gi, ' not'],
  [/\b(i)'m\b/gi, '$1 am'],
  [/\bim\b(?= (?:not |a |an |from |in |at |allergic|vegan|vegetarian|married|single|called))/gi, 'i am'],
  [/'ve\b/gi, ' have'],
  [/'re\b/gi, ' are'],
  [/'ll\b/gi, ' will'],
  [/'d\b/gi, ' would'],
  [/\b(he|she|it|that|there|name)'s\b/gi, '$1 is'],
  [/\bdont\b/gi, 'do not'],
  [
    /^((?:my|our) (?:\p{L}+ )?(?:name|surname|nickname|birthday|number|email|address))'s (?=[\p{Lu}\d])/iu,
    '$1 is ',
  ],
  [/^((?:my|our) (?:\p{L}+ )?\p{L}+)'s (?=(?:called|named|not|in|from|based|allergic) )/iu, '$1 is '],
];

/** "my dog", "our old flat in Rome": up to the verb. */
const mine =
  /^(?:my|our|the|both my|all my) ((?:[^\s,]+ ){0,5}?[^\s,]+?)(?:'s (name|birthday|age|number|phone number|email)|) ((?:has|have|had|will|used to|does|do|did|would|can|could|no longer|never|not|got|gets) .*|[a-z]+(?: .*)?)$/i;

/** Null where it has no subject that is the speaker or theirs, or no verb that is known. */
export function predicateOf(clause: string): Predicate | null {
  let text = plainQuotes(clause)
    .trim()
    .replace(fillers, '')
    .replace(/[.!…\s]+$/, '');
  for (const [short, long] of contractions) text = text.replace(short, long);
  const changed = text.search(nows) >= 0 || text.search(instead) >= 0;
  const still = /\bstill\b/i.test(text);
  const over = text.search(anymore) >= 0;
  const never = /\bnever\b/i.test(text);
  text = text
    .replace(nows, ' ')
    .replace(instead, ' ')
    .replace(anymore, ' ')
    .replace(/\b(?:still|never)\b/gi, ' ')
    .replace(adverbs, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[,\s]+|[,\s]+$/g, '')
    .replace(/^(?:and|but|so|then|that|as) /i, '');
  const [subject, words] = subjectOf(text) ?? [];
  if (!subject || !words) return null;
  const read = verbPart(words.replace(/^([a-z]+),/i, '$1 ,'));
  if (!read) return null;
  read.rest = withoutRemark(read.rest);
  const gaveUp = over || read.over;
  // "I don't smoke any more" and "I no longer smoke" say the same.
  const negative = (read.negative || never) && !(over && read.tense !== 'usedto');
  if (gaveUp)
    read.rest = read.rest.replace(
      /(?:^| )(?:because|due to|since my|after my|for (?:health|good)|as my)\b.*$/i,
      '',
    );
  return { subject, ...read, negative, over: gaveUp, changed: changed || gaveUp, still };
}

function subjectOf(text: string): [subject: string, words: string] | null {
  const self = /^(?:i|we|me and (?:my )?\p{L}+|((?:my )?\p{L}+) and i) (.+)$/iu.exec(text);
  if (self) {
    const parting =
      self[1] &&
      /^(?:(?:have |had )?(?:broken?|broke|split) up|separated|are (?:not )?together|got divorced)\b/i.test(
        self[2]!,
      );
    return ['self', parting ? `${self[2]} with ${self[1]}` : self[2]!];
  }
  const pronoun = /^(?:he|she|it|they|(?:his|her|its|their) name) (.+)$/i.exec(text);
  if (pronoun)
    return [
      'it',
      /name/i.test(text.slice(0, 10)) ? pronoun[1]!.replace(/^(is|was)\b/i, '$1 called') : pronoun[1]!,
    ];
  const own = mine.exec(text);
  if (!own) return null;
  // The first verb that is known ends the noun.
  const all = text.slice(text.indexOf(' ') + 1).split(' ');
  const at = all.findIndex((word, index) => index > 0 && index < 7 && isVerb(word, all[index + 1]));
  if (at < 0) return null;
  const noun = all.slice(0, at).join(' ');
  const definite = /^the /i.test(text);
  if (
    definite &&
    !/^the (?:\p{L}+ )?(?:dog|puppy|cat|kitten|car|kid|baby|boat|team|project|band|company|house|bike|horse|hamster|parrot|rabbit|fish|van)\b/iu.test(
      text,
    )
  )
    return null;
  const owned = /^(.*)'s (name|birthday|age|number|phone number|email)$/i.exec(noun);
  if (owned && owned[2]!.toLowerCase() === 'name')
    return [
      nounOf(owned[1]!),
      all
        .slice(at)
        .join(' ')
        .replace(/^(is|was)\b/i, '$1 called'),
    ];
  return [nounOf(noun), all.slice(at).join(' ')];
}

/** Lower case, without what describes it. */
export function nounOf(noun: string): string {
  return noun
    .toLowerCase()
    .replace(
      /^(?:(?:new|old|own|little|big|dear|beloved|lovely|current|former|ex-|older|younger|first|second|youngest|oldest|eldest) )+(?=\p{L})/u,
      '',
    )
    .replace(/\bfavorite\b/g, 'favourite')
    .replace(/\bcolor\b/g, 'colour')
    .split(' ')
    .map(singular)
    .join(' ');
}

type Verb = Pick<Predicate, 'verb' | 'rest' | 'tense' | 'negative' | 'over'>;

const be = /^(am|are|is|was|were|be|been|being)(?: (not))?(?: (.*))?$/i;

function verbPart(words: string): Verb | null {
  const usedTo = /^(?:did )?(not )?(?:used?) to (?:(be)(?: (.*))?|([a-z]+)(?: (.*))?)$/i.exec(words);
  if (usedTo) {
    const verb = usedTo[2] ? 'be' : verbOf(usedTo[4]!.toLowerCase())?.verb;
    return verb
      ? {
          verb,
          rest: usedTo[3] ?? usedTo[5] ?? '',
          tense: 'usedto',
          negative: Boolean(usedTo[1]),
          over: false,
        }
      : null;
  }
  const isWord = be.exec(words);
  if (isWord) return beOf(isWord[1]!.toLowerCase(), Boolean(isWord[2]), isWord[3] ?? '');
  const aux = /^(do|does|did|will|would|can|could|should|may|might|must|have|has|had)( not)? (.+)$/i.exec(
    words,
  );
  if (aux) {
    const [, word, not, rest] = aux as unknown as [string, string, string | undefined, string];
    return auxiliary(word.toLowerCase(), Boolean(not), rest);
  }
  const [head = '', ...tail] = words.split(' ');
  const known = verbOf(head.toLowerCase());
  if (!known) return null;
  const rest = tail.join(' ');
  if (['stop', 'quit', 'finish', 'give'].includes(known.verb)) {
    const given =
      known.verb === 'give'
        ? /^up (?:on )?([a-z]+ing)\b ?(.*)$/i.exec(rest)
        : /^([a-z]+ing)\b ?(.*)$/i.exec(rest);
    const verb = given && verbOf(given[1]!.toLowerCase());
    if (verb) return { verb: verb.verb, rest: given[2]!, tense: 'present', negative: false, over: true };
  }
  if (['start', 'begin'].includes(known.verb) && /^(?:to )?[a-z]+(?:ing)?\b/i.test(rest)) {
    const begun = /^(?:to )?([a-z]+)\b ?(.*)$/i.exec(rest)!;
    const verb = verbOf(begun[1]!.toLowerCase());
    if (verb && (verb.form === 'ing' || /^to /i.test(rest)))
      return { verb: verb.verb, rest: begun[2]!, tense: 'present', negative: false, over: false };
  }
  const past = known.form === 'past' || known.form === 'participle';
  const same = verbOf(known.verb)?.form === 'base' && known.verb === head.toLowerCase();
  return { verb: known.verb, rest, tense: past && !same ? 'past' : 'present', negative: false, over: false };
}

function beOf(word: string, negative: boolean, rest: string): Verb {
  const past = word === 'was' || word === 'were';
  const going = /^(?:going to|planning to|about to|supposed to) ([a-z]+)(?: (.*))?$/i.exec(rest);
  if (going)
    return {
      verb: verbOf(going[1]!.toLowerCase())?.verb ?? 'do',
      rest: going[2] ?? '',
      tense: 'future',
      negative,
      over: false,
    };
  const [head = '', ...tail] = rest.split(' ');
  const doing = verbOf(head.toLowerCase());
  if (doing?.form === 'ing')
    return {
      verb: doing.verb,
      rest: tail.join(' '),
      tense: past ? 'past' : 'progressive',
      negative,
      over: false,
    };
  return { verb: 'be', rest, tense: past ? 'past' : 'present', negative, over: false };
}

function auxiliary(word: string, negative: boolean, rest: string): Verb | null {
  if (['would', 'could', 'should', 'may', 'might', 'must'].includes(word)) return null;
  const [head = '', ...tail] = rest.split(' ');
  const verb = verbOf(head.toLowerCase());
  const after = tail.join(' ');
  if (word === 'can')
    return { verb: `can ${head.toLowerCase()}`, rest: after, tense: 'present', negative, over: false };
  if (word === 'will')
    return {
      verb: verb?.verb ?? (head === 'be' ? 'be' : 'do'),
      rest: after,
      tense: 'future',
      negative,
      over: false,
    };
  if (word.startsWith('ha')) return having(word, negative, head, after, rest, verb);
  return verb
    ? { verb: verb.verb, rest: after, tense: word === 'did' ? 'past' : 'present', negative, over: false }
    : null;
}

function having(
  word: string,
  negative: boolean,
  head: string,
  after: string,
  rest: string,
  verb: ReturnType<typeof verbOf>,
): Verb {
  const past = word === 'had';
  if (head.toLowerCase() === 'been') {
    const [doing = '', ...more] = after.split(' ');
    const lasting = verbOf(doing.toLowerCase());
    if (lasting?.form === 'ing')
      return {
        verb: lasting.verb,
        rest: more.join(' '),
        tense: past ? 'past' : 'perfect',
        negative,
        over: false,
      };
    return { verb: 'be', rest: after, tense: past ? 'past' : 'perfect', negative, over: false };
  }
  if (
    head.toLowerCase() === 'got' &&
    after !== '' &&
    !/^(?:married|engaged|divorced|rid|used|into|over|back|to)\b/i.test(after)
  )
    return { verb: 'have', rest: after, tense: past ? 'past' : 'present', negative, over: false };
  if (
    verb &&
    (verb.form === 'participle' ||
      verb.form === 'past' ||
      ['run', 'become', 'come', 'quit', 'let', 'put', 'split', 'read'].includes(head))
  )
    return verb.verb === 'stop' || verb.verb === 'quit' || verb.verb === 'give' || verb.verb === 'start'
      ? (verbPart(
          [verb.verb === 'give' ? 'gave' : verb.verb === 'start' ? 'started' : 'stopped', after].join(' '),
        ) ?? { verb: verb.verb, rest: after, tense: 'perfect', negative, over: false })
      : { verb: verb.verb, rest: after, tense: past ? 'past' : 'perfect', negative, over: false };
  return { verb: 'have', rest, tense: past ? 'past' : 'present', negative, over: false };
}
