/** What people have, get and part with. */
import { type Draft, draft, names, type Rule } from './draft.js';
import { headOf, singular } from './values.js';

const over = { temporal: 'ending', changed: true } as const;
/** What is "had" for a moment, or is no thing at all. */
const passing =
  /^(?:questions?|problems?|issues?|ideas?|minutes?|seconds?|moments?|times?|looks?|chat|talk|feelings?|hunch|doubts?|trouble|fun|breakfast|lunch|dinner|supper|coffee|tea|drink|drinks|beer|snack|bite|meal|break|rest|nap|sleep|shower|bath|walk|day|week|weekend|night|evening|morning|summer|trip|flight|party|meetings?|calls?|appointments?|interviews?|exams?|tests?|class|deadline|headache|cold|flu|fever|cough|hangover|pain|stomach ache|dream|nightmare|baby on the way|hope|faith|plans?|choice|chance|clue|point|reason|problem|luck|work|homework|stuff|things?|lot|lots|bit|access|permission|error|bug|errors|bugs|crush|say|go|try|word|words|opinion|news|business|money|energy|interest|respect|need|kind|sort|type|mess|list|table|file|function|variable|array|string|script|server|query|page|image|code|draft|text|document|email|message|photo|picture|job|haircut|promotion|raise|offer|reply|answer|refund|ticket|invite|invitation|visitors?|guests?|company|impression|tendency|habit|right|responsibility|accident|surprise|present|argument|fight|row|discussion|conversation|experience|memory|experiences|memories|laugh|ball|blast|deal|option|way|case|version|thing|choices|clue|look|taste|clue|preference|request|suggestion|favour|favor|complaint|theory|goal|mission|vision|view|understanding|knowledge|rash|crash|breakdown|power cut|leak|delivery|package|parcel|letter|bill)$/;
const health =
  /^(?:diabetes|asthma|cancer|epilepsy|depression|anxiety|adhd|autism|arthritis|migraines?|hypertension|covid|hiv|.*\b(?:disease|disorder|syndrome|condition|intolerance|infection|surgery|operation|tumou?r|injury))$/i;
const allergy =
  /^(?:an? |the |any |no |)(?:(?:severe|bad|mild|serious|strong|terrible|slight) )?(?:(.+?)[ -]allerg(?:y|ies)|allerg(?:y|ies) to (.+))$/i;

export const possessions: Rule = (predicate) => {
  const { verb, rest, tense } = predicate;
  const allergic =
    verb === 'be' &&
    /^(?:(?:badly|severely|very|highly|deathly|slightly|terribly|seriously|so) )?(?:an? )?allergic to (.+)$/i.exec(
      rest,
    );
  if (allergic && tense !== 'future') return [draft('allergy', allergic[1]!, predicate)];
  if (verb === 'have' || verb === 'own' || verb === 'possess' || verb === 'keep') return having(predicate);
  if (tense === 'future' || predicate.negative) return [];
  const done = tense === 'past' || tense === 'perfect';
  if (!done && tense !== 'present') return [];
  if (['get', 'buy', 'adopt', 'acquire', 'purchase', 'foster'].includes(verb)) {
    if (verb === 'get' && /^rid of /i.test(rest)) return parted(rest.slice(7), predicate);
    return done ? got(predicate) : [];
  }
  if (!done) return [];
  const given = verb === 'give' && /^(?:(.+?) away|away (.+)|up (my .+))$/i.exec(rest);
  if (given) return parted(given[1] ?? given[2] ?? given[3]!, predicate);
  if (verb === 'throw') {
    const [, one, two] = /^(?:(.+?) (?:out|away)|(?:out|away) (.+))$/i.exec(rest) ?? [];
    return one || two ? parted(one ?? two!, predicate) : [];
  }
  if (['sell', 'donate', 'scrap', 'ditch', 'total', 'return', 'dump', 'rehome'].includes(verb))
    return parted(rest, predicate);
  if (
    [
      'trade',
      'swap',
      'exchange',
      'replace',
      'switch',
      'change',
      'upgrade',
      'downgrade',
      'convert',
      'migrate',
      'go',
      'shift',
      'transfer',
    ].includes(verb)
  )
    return swapped(predicate);
  return [];
};

function having(predicate: Parameters<Rule>[0]): Draft[] {
  const { rest, tense, over: gone, verb } = predicate;
  if (tense === 'future' || tense === 'perfect' || tense === 'progressive') return [];
  const [, one, two] = allergy.exec(rest) ?? [];
  const none = /^no (?!idea|clue|time|doubt|problem|choice|plans?|need|interest)(.+)$/i.exec(rest);
  const sign: Partial<Draft> = none ? { polarity: -1 } : {};
  if (one ?? two)
    return [draft('allergy', (one ?? two)!.replace(/^(?:an?|the|any|no) /i, ''), predicate, sign)];
  if (
    verb === 'keep' &&
    !/^(?:an?|\d+|two|three|four|five|bees|chickens|hens|goats|sheep|rabbits)\b/i.test(rest)
  )
    return [];
  const thing = (none?.[1] ?? rest).replace(/^any /i, '');
  const [, what = thing, name] =
    /^(.+?),? (?:called|named|whose name is|by the name of) (.+)$/i.exec(thing) ?? [];
  if (!owned(what, /^(?:own|possess|keep)$/.test(verb) || gone || Boolean(none))) return [];
  const drafts = [draft('has', what, predicate, sign)];
  if (name && !gone && !none && tense === 'present')
    drafts.push({ ...draft('name', name, predicate), subject: headOf(what) });
  return drafts;
}

function owned(thing: string, plainly: boolean): boolean {
  if (!names(thing) || thing.split(' ').length > 9 || /^(?:to|been|got to)\b/i.test(thing)) return false;
  if (health.test(thing)) return true;
  const head = headOf(thing);
  if (
    passing.test(head) ||
    passing.test(singular(head)) ||
    passing.test(thing.toLowerCase().replace(/^(?:an?|the|my|our|some|any) /, ''))
  )
    return false;
  if (/^(?:the|some|this|enough)\b/i.test(thing) && !plainly) return false;
  return (
    plainly ||
    /^(?:an?|my own|our own|\d{1,2}|one|two|three|four|five|six|seven|eight|several|another|twin|twins)\b/i.test(
      thing,
    ) ||
    /^(?:kids|children|cats|dogs|siblings|brothers|sisters|twins|grandchildren|netflix|spotify|tattoos|chickens|bees)\b/i.test(
      thing,
    )
  );
}

function got(predicate: Parameters<Rule>[0]): Draft[] {
  const { rest } = predicate;
  const [, what = rest, name] = /^(.+?),? (?:called|named) (.+)$/i.exec(rest) ?? [];
  const thing = what
    .replace(/^(?:myself|ourselves|me|us) /i, '')
    .replace(/ (?:from|for|at|in|on|instead) .*$/i, '');
  if (!/^(?:an?|two|three|four|my|our|another|\p{Lu}|the \p{Lu})/u.test(thing) || !owned(thing, false))
    return [];
  // Few things that are bought are worth knowing for long.
  const lasting =
    /\b(?:car|van|truck|motorbike|motorcycle|scooter|bike|bicycle|e-bike|boat|house|flat|apartment|condo|cottage|cabin|home|place|farm|land|dog|puppy|cat|kitten|rabbit|hamster|parrot|bird|horse|pony|fish|tortoise|turtle|snake|guinea pigs?|pet|goat|sheep|chickens|hens|tv|television|laptop|computer|pc|phone|tablet|camera|console|guitar|piano|violin|drum kit|drums|keyboard|printer|watch|telescope|caravan|camper|campervan|motorhome|tent|kayak|canoe|surfboard|skis|tattoo|telly|sofa|suit|ring|allotment|garden|shop|restaurant|company|business)s?\b/i;
  const model =
    /^(?:an? |my first |my new |the )(?:(?:new|used|second[- ]hand|old|red|blue|green|black|white|grey|gray|silver) )*\p{Lu}/u;
  if (predicate.verb !== 'adopt' && predicate.verb !== 'foster' && !lasting.test(thing) && !model.test(thing))
    return [];
  const drafts = [draft('has', thing, predicate, { temporal: 'now' })];
  if (name) drafts.push({ ...draft('name', name, predicate, { temporal: 'now' }), subject: headOf(thing) });
  return drafts;
}

function parted(what: string, predicate: Parameters<Rule>[0]): Draft[] {
  const thing = what.replace(/ (?:to|on|for|at|in|via|through|because|as|so|from) .*$/i, '');
  if (!names(thing) && !/^it$/i.test(thing)) return [];
  return [draft('has', thing, predicate, over)];
}

/** "I switched from coffee to tea", "I replaced the Golf with a Polo", "I traded my car for a bike". */
function swapped(predicate: Parameters<Rule>[0]): Draft[] {
  const { verb, rest } = predicate;
  const [, old, fresh] =
    (verb === 'replace' || verb === 'trade' || verb === 'swap' || verb === 'exchange'
      ? /^(?:in )?(.+?)(?: in)? (?:for|with|by|against) (.+)$/i
      : /^(?:over )?from (.+?) (?:over )?to (.+)$/i
    ).exec(rest) ?? [];
  if (old && fresh && names(old) && names(fresh) && !/\b(?:bed|sleep|work|school)$/i.test(fresh))
    return [draft('uses', fresh, predicate, { temporal: 'now', changed: true, replaces: old })];
  if (verb === 'trade' && /^in (.+)$/i.test(rest)) return parted(rest.slice(3), predicate);
  const [, to] = /^(?:over )?to ((?:an? |the )?[\p{L}\d].*)$/iu.exec(rest) ?? [];
  if (
    to &&
    ['switch', 'change', 'convert', 'upgrade', 'downgrade', 'migrate'].includes(verb) &&
    names(to) &&
    !/\b(?:branch|tab|window|channel|account|mode|view|page|version|gear|line|side|seat|topic|subject|step|language)$|^(?:the|my|a different)\b/i.test(
      to,
    )
  )
    return [draft('uses', to, predicate, { temporal: 'now', changed: true })];
  return [];
}
