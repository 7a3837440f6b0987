/** Where people live, lived and come from. */
import { type Draft, draft, holds, names, type Rule } from './draft.js';

const place =
  /^(?:(?:right|down|up|out|over|back|here) )?(?:in|at|near|on|outside|close to|not far from) (.+)$/i;
const company = /^(?:with|together with|alone|by myself|on my own)\b(.*)$/i;

export const homes: Rule = (predicate, timing) => {
  const { verb, rest, tense } = predicate;
  if (['live', 'reside', 'stay', 'rent'].includes(verb)) return living(predicate, timing);
  if (verb === 'be' && /^(?:based|living|located|resident|situated|at home|settled) /i.test(rest))
    return living({ ...predicate, verb: 'live', rest: rest.replace(/^(?:at home )?\S+ /, '') }, timing);
  if (
    ['move', 'relocate', 'settle', 'migrate', 'transfer'].includes(verb) &&
    ['past', 'perfect'].includes(tense) &&
    !predicate.negative
  )
    return moved({ ...predicate, over: false });
  if (verb === 'leave' && ['past', 'perfect'].includes(tense)) return left(predicate);
  if (
    verb === 'be' &&
    tense === 'present' &&
    /^from /i.test(rest) &&
    /^from (?:\p{Lu}|the \p{Lu})/u.test(rest)
  )
    return [draft('origin', rest.slice(5), predicate)];
  if (verb === 'come' && tense === 'present' && /^(?:originally )?from \p{Lu}/u.test(rest))
    return [draft('origin', rest.replace(/^.*?from /i, ''), predicate)];
  if (verb === 'grow' && /^up (?:in|near|on) /i.test(rest) && names(rest.replace(/^up \S+ /i, '')))
    return [draft('grew up', rest.replace(/^up \S+ /i, ''), predicate, { temporal: 'now' })];
  if (verb === 'be' && tense === 'past' && /^born in (?!(?:19|20)\d\d|a\b|the)/i.test(rest))
    return [draft('birthplace', rest.slice(8), predicate, { temporal: 'now' })];
  return [];
};

function living(predicate: Parameters<Rule>[0], timing: Parameters<Rule>[1]): Draft[] {
  const { verb, rest, tense } = predicate;
  const past = tense === 'past' && (verb === 'live' || verb === 'reside');
  if (predicate.negative && (past || tense === 'perfect')) {
    const [, never] = place.exec(rest) ?? [];
    return never && names(never) && !timing.when
      ? [draft('home', never, predicate, { temporal: 'now' })]
      : [];
  }
  if (verb === 'stay' || verb === 'rent') {
    // A stay is where somebody is for a while.
    return verb === 'rent' && holds(predicate, timing) && names(rest) ? [draft('rent', rest, predicate)] : [];
  }
  if (!past && !holds(predicate, timing)) return [];
  const [, where] = place.exec(rest) ?? [];
  if (
    where &&
    names(where) &&
    !/^(?:a (?:dream|bubble|world|society|simulation|box)|fear|peace|hope|the (?:past|moment|present|future)|denial|my (?:head|car|own world))\b/i.test(
      where,
    )
  )
    return [
      draft(
        'home',
        where.replace(/ (?:with|for|because|since|so|after|when|due|together|by myself|alone)\b.*$/i, ''),
        predicate,
      ),
    ];
  return company.test(rest) && !past
    ? [draft('lives with', rest.replace(/^(?:together )?with /i, ''), predicate)]
    : [];
}

function moved(predicate: Parameters<Rule>[0]): Draft[] {
  const rest = predicate.rest
    .replace(/(?<=\S .*) (?:for|because|since|so|after|when|due|together|alone|as)\b.*$/i, '')
    .replace(/^(?:back|over|down|up|house|flat|again|away|out)\s+(?=to |from |of |into )/i, (word) =>
      /away|out/i.test(word) ? word : '',
    );
  const now = { temporal: 'now', changed: true } as const;
  const both = /^from (.+?) (?:back )?(?:to|into) (.+)$/i.exec(rest) ?? null;
  const swapped = /^(?:to|into) (.+?) from (.+)$/i.exec(rest);
  const [from, to] = both
    ? [both[1], both[2]]
    : swapped
      ? [swapped[2], swapped[1]]
      : [undefined, /^(?:to|into|in|in with|in to) (.+)$/i.exec(rest)?.[1]];
  if (/^in with /i.test(rest)) return [draft('lives with', rest.slice(8), predicate, now)];
  const out = /^(?:out of|away from|out from|from) (.+)$/i.exec(rest)?.[1];
  const drafts: Draft[] = [];
  if (to && names(to) && !isThing(to) && isPlace(to))
    drafts.push(draft('home', to, predicate, { ...now, ...(from ? { replaces: from } : {}) }));
  const old = from ?? out;
  // Where both are named, the new one takes the old one's place.
  if (drafts.length === 0 && old && names(old) && to === undefined)
    drafts.push(draft('home', old, predicate, { temporal: 'ending', changed: true }));
  return drafts;
}

/** A name, or a kind of place; "i moved to milan" is written in small letters. */
function isPlace(to: string): boolean {
  return /^(?:the )?[\p{Lu}\d]/u.test(to) || /^[\p{Ll}-]{3,}$/u.test(to)
    ? !/^(?:production|staging|main|master|trash|spam|inbox|done|next|bed|work|school)$/i.test(to)
    : /\b(?:house|flat|apartment|city|town|village|country|countryside|coast|suburbs?|farm|cottage|place|studio|dorm|neighbou?rhood|island|mountains|street|floor)\b/i.test(
        to,
      ) || /^(?:new|san|st|los|las|the|el|la|le) [\p{L}-]+$/iu.test(to);
}

function isThing(to: string): boolean {
  return /^(?:an?|the|my|our) (?:new (?:team|job|role|position|project|desk|system|version|server|framework|phone|plan|topic)|team|role|position|project|next|other|meeting|topic|point|question|front|back|cloud|end|top|bottom|side|left|right|kitchen|sofa|couch|bed)\b/i.test(
    to,
  );
}

function left({ rest, ...predicate }: Parameters<Rule>[0]): Draft[] {
  const both =
    /^(\p{Lu}[\p{L}\d&.' -]{1,40}?) (?:for|to join|to work (?:for|at)|and joined) (\p{Lu}.{1,40})$/u.exec(
      rest,
    );
  const over = { temporal: 'ending', changed: true } as const;
  const self = { ...predicate, rest };
  if (both)
    return [
      draft('left', both[1]!, self, over),
      draft('employer', both[2]!, self, { temporal: 'now', changed: true, replaces: both[1]!, sure: 0.6 }),
    ];
  if (/^\p{Lu}[\p{L}\d&.'-]+(?: \p{Lu}[\p{L}\d&.'-]+){0,3}$/u.test(rest))
    return [draft('left', rest, self, over)];
  const [, group] =
    /^(?:the|my|our) ((?:\p{L}+ )?(?:band|choir|club|team|gym|church|party|company|firm|orchestra|course|school|university|army|navy))$/iu.exec(
      rest,
    ) ?? [];
  return group ? [draft('left', group, self, over)] : [];
}
