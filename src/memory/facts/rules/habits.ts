/** What people do again and again, use and speak. */
import { type Draft, draft, holds, names, type Rule } from './draft.js';
import { verbOf } from './verbs.js';

/** Verbs whose simple present tells a habit. */
const habitual = new Set(
  'eat drink smoke vape play speak use drive study learn practise practice train run swim cycle ride attend teach collect read watch support follow commute volunteer bake cook sing dance paint knit code program manage lead wear take subscribe listen belong walk climb hike surf ski sew juggle meditate jog row box sail gamble garden freelance report write sleep wake get go breed raise foster root major specialise specialize earn pay share visit avoid skip invest identify lift draw'.split(
    ' ',
  ),
);
/** Those that say something without an object. */
const alone = new Set(
  'smoke vape drink cycle swim run knit paint sing dance bake cook code climb hike surf ski sew juggle meditate jog row box sail gamble garden drive volunteer'.split(
    ' ',
  ),
);
/** What an ongoing form tells of more than this minute. */
const ongoing = new Set(
  'study learn train use practise practice teach attend collect volunteer take manage lead play share follow subscribe drive write smoke'.split(
    ' ',
  ),
);
const often =
  /\b(?:every|each|daily|weekly|monthly|(?:once|twice|\d+ times|three times) a|on (?:mondays|tuesdays|wednesdays|thursdays|fridays|saturdays|sundays|weekdays|weekends)|in the (?:morning|evening)s?|most days|for a living|as a hobby|semi-?professionally|at weekends)\b/i;
/** Verbs whose present is often told of this moment, or of the talk itself. */
const vague = new Set(
  'get go take run follow read write watch share visit walk lead report sleep pay draw support wear see use cook raise root'.split(
    ' ',
  ),
);
const canDo =
  /^can (speak|eat|drink|play|swim|drive|cook|read|sing|dance|ski|surf|code|ride|knit|sew|juggle)$/;

export const habits: Rule = (predicate, timing) => {
  const { tense, rest, over, negative } = predicate;
  const able = canDo.exec(predicate.verb);
  const verb = able ? `can ${able[1]}` : predicate.verb;
  if (able)
    return rest !== '' && rest.split(' ').length <= 4 && names(rest)
      ? [draft(`can ${able[1]}`, rest, predicate)]
      : [];
  if (
    [
      'give',
      'cancel',
      'delete',
      'uninstall',
      'unsubscribe',
      'stop',
      'quit',
      'drop',
      'cut',
      'abandon',
      'ditch',
      'terminate',
    ].includes(verb)
  )
    return givenUp(predicate);
  if (['do', 'rename', 'expect'].includes(verb) || !habitual.has(verb)) return [];
  if (verb === 'go' && /^[a-z]+ing\b/i.test(rest)) {
    const [doing = '', ...more] = rest.split(' ');
    const done = verbOf(doing.toLowerCase());
    if (done) return habits({ ...predicate, verb: done.verb, rest: more.join(' ') }, timing);
  }
  // "I haven't smoked since January".
  if (negative && tense === 'perfect' && timing.since)
    return rest === '' && !alone.has(verb)
      ? []
      : [draft(verb, rest, predicate, { polarity: 1, temporal: 'ending', changed: true })];
  if (over) return rest === '' && !alone.has(verb) ? [] : [draft(verb, rest, predicate)];
  if (!holds(predicate, timing)) return [];
  if (tense === 'progressive' && !ongoing.has(verb)) return [];
  if (rest === '')
    return alone.has(verb) && (tense !== 'progressive' || verb === 'smoke')
      ? [draft(verb, '', predicate)]
      : [];
  if (verb === 'earn' || (verb === 'pay' && /\brent\b/i.test(rest))) return pay(predicate);
  if (!names(rest) || rest.split(' ').length > 9) return [];
  if (
    /^(?:along|around|fair|dead|dumb|with fire|a (?:role|part|trick)|the (?:term|word|phrase|same|wrong|right|following|above|example|default|wrong)\b)/i.test(
      rest,
    )
  )
    return [];
  if (verb === 'use' && !/^(?:an?|the|my|our|\p{Lu}|[a-z]+$)/u.test(rest)) return [];
  if (['take', 'get', 'go'].includes(verb)) {
    if (
      !often.test(rest) &&
      !(verb === 'get' && /^up at \d/i.test(rest)) &&
      !(
        verb === 'take' &&
        /^(?:the (?:bus|train|tram|metro|subway)|\p{L}+ (?:lessons|classes)|lessons)/iu.test(rest)
      ) &&
      !(
        verb === 'go' &&
        /^(?:to the|by|swimming|running|climbing|hiking|fishing|dancing|riding) ?/i.test(rest) &&
        tense === 'usedto'
      )
    )
      return [];
  } else if (
    vague.has(verb) &&
    verb !== 'use' &&
    tense !== 'usedto' &&
    tense !== 'perfect' &&
    !often.test(rest) &&
    !negative &&
    !regular(verb, rest)
  )
    return [];
  if (verb === 'wake' && !/^up\b/i.test(rest)) return [];
  return [draft(verb === 'practice' ? 'practise' : verb, rest, predicate)];
};

function regular(verb: string, rest: string): boolean {
  if (verb === 'support' || verb === 'wear')
    return (
      rest.split(' ').length <= 3 &&
      /^(?:\p{Lu}|glasses|contact lenses|hearing aids?|a hearing aid|size|the \p{Lu})/u.test(rest)
    );
  if (verb === 'lead' || verb === 'run')
    return (
      /^(?:an?|the|my|our) (?:\p{L}+ ){0,2}(?:team|group|club|shop|company|business|blog|podcast|project|department|bakery|café|cafe|restaurant|marathons?)\b/iu.test(
        rest,
      ) || /^(?:marathons|half marathons|ultras)\b/i.test(rest)
    );
  return false;
}

function pay(predicate: Parameters<Rule>[0]): Draft[] {
  const [, amount] =
    /((?:[$€£¥]\s?)?\d[\d,.'k ]*(?:k\b)?(?:\s?(?:euros?|eur|dollars?|usd|pounds?|gbp|francs|chf|[$€£]))?)/i.exec(
      predicate.rest,
    ) ?? [];
  return amount ? [draft(predicate.verb === 'earn' ? 'salary' : 'rent', amount, predicate)] : [];
}

/** "I gave up coffee", "I cancelled my gym membership": whatever was done with it is over. */
function givenUp(predicate: Parameters<Rule>[0]): Draft[] {
  const { verb, rest, tense, negative } = predicate;
  if (negative || tense === 'future' || (tense === 'present' && verb !== 'quit')) return [];
  const [, up] = /^up (?:on )?(.+)$/i.exec(rest) ?? [];
  if (verb === 'give' && !up) return [];
  if (verb === 'cut') {
    const [, out] = /^out (.+)$/i.exec(rest) ?? [];
    return out && names(out)
      ? [draft('given up', out, predicate, { temporal: 'ending', changed: true })]
      : [];
  }
  if (verb === 'drop' && !/^out of /i.test(rest)) return [];
  const what = (up ?? rest)
    .replace(/^(?:out of|from|going to|with) /i, '')
    .replace(
      / (?:for (?:good|health|now|lent).*|completely|because .*|subscription|membership|account)$/i,
      '',
    )
    .replace(/^to /, '');
  if (
    !names(what) ||
    /^(?:on|at|by|in|for|to|off|over|outside|near|with|after|before|along|out|trying|hope|smoking around|the idea|my seat|here|there|laughing|worrying)\b/i.test(
      what,
    ) ||
    /\b(?:meeting|order|call|appointment|file|line|message|flight|hotel|trip|booking|reservation|branch|row|column|code|test|process|server|job|function|bug|game|app|program|session|terminal|shell|window|vim|emacs)\b/i.test(
      what,
    )
  )
    return [];
  return [draft('given up', what, predicate, { temporal: 'ending', changed: true })];
}
