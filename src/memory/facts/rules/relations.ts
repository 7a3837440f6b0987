/** Partners: together, married, apart. */
import { type Draft, draft, names, type Rule } from './draft.js';

const over = { temporal: 'ending', changed: true } as const;
const begun = { temporal: 'now', changed: true } as const;

export const relations: Rule = (predicate) => {
  const { verb, rest, tense, negative } = predicate;
  if (tense === 'future') return [];
  if (verb === 'be' || verb === 'get') return state(predicate);
  if (negative) return [];
  const done = tense === 'past' || tense === 'perfect';
  if (verb === 'marry' && done)
    return names(rest) && /^(?:\p{Lu}|my )/u.test(rest)
      ? together('married', rest, predicate, begun)
      : rest === ''
        ? [draft('relationship', 'married', predicate, begun)]
        : [];
  if (verb === 'date' && (tense === 'progressive' || tense === 'present') && names(rest))
    return together('dating', rest, predicate);
  if ((verb === 'break' && done) || (verb === 'split' && tense !== 'progressive')) {
    const [, from] = /^up(?: with (.+))?$/i.exec(rest) ?? [];
    return /^up\b/i.test(rest) && (rest.toLowerCase() === 'up' || from) ? apart(from, predicate) : [];
  }
  if (['separate', 'divorce'].includes(verb) && done)
    return apart(rest.replace(/^(?:from|with) /i, ''), predicate);
  if (verb === 'call' && done && /^it (?:quits|off)\b|^off (?:the|our) (?:wedding|engagement)\b/i.test(rest))
    return apart('', predicate);
  if (
    verb === 'leave' &&
    done &&
    /^my (?:husband|wife|boyfriend|girlfriend|partner|fiancé|fiancée|fiance|fiancee)\b/i.test(rest)
  )
    return apart(rest, predicate);
  if (verb === 'dump' && done && names(rest)) return apart(rest, predicate);
  if (verb === 'end' && done && /^(?:my|our|the) (?:relationship|engagement|marriage)\b/i.test(rest))
    return apart(rest.replace(/^.*? with /i, ''), predicate);
  return [];
};

function state(predicate: Parameters<Rule>[0]): Draft[] {
  const { verb, rest, tense } = predicate;
  const turned = verb === 'get' && tense !== 'present' ? begun : {};
  if (verb === 'get' && tense === 'present') return [];
  const [, , other] = /^(together)?(?: ?with ((?:my )?[\p{L}é]+))?$/iu.exec(rest) ?? [];
  if (
    verb === 'be' &&
    (predicate.over || predicate.negative) &&
    /^(?:together|with)\b/i.test(rest) &&
    (/^together/i.test(rest) ||
      /^(?:\p{Lu}|my (?:boyfriend|girlfriend|husband|wife|partner))/u.test(other ?? ''))
  )
    return apart(other, predicate);
  if (tense === 'progressive') return [];
  const [, how = '', who] =
    /^(?:happily |recently |newly )?(single|married|engaged|divorced|separated|widowed|dating|seeing|a widow(?:er)?|in a relationship|a bachelor)(?: (?:to|with|from)?\s?(.+))?$/i.exec(
      rest,
    ) ?? [];
  if (how === '') return [];
  if (/^(?:divorced|separated)$/i.test(how)) {
    const temporal = tense === 'usedto' ? 'past' : 'now';
    const said = draft('relationship', how, predicate, {
      ...turned,
      ...(predicate.over ? {} : { temporal }),
    });
    return verb === 'get' ? [...apart('', predicate), said] : [said, ...apart('', predicate)];
  }
  if (tense === 'past' && verb === 'be') return who ? [draft('partner', who, predicate)] : [];
  const person = who && names(who) && /^(?:\p{Lu}|an? |my |the )/u.test(who) ? who : undefined;
  if (who && !person) return [];
  return person
    ? together(how.toLowerCase(), person, predicate, turned)
    : [draft('relationship', how.toLowerCase(), predicate, turned)];
}

function together(
  how: string,
  who: string,
  predicate: Parameters<Rule>[0],
  more: Partial<Draft> = {},
): Draft[] {
  return [
    draft('relationship', how === 'seeing' ? 'dating' : how, predicate, more),
    draft('partner', who, predicate, more),
  ];
}

function apart(who: string | undefined, predicate: Parameters<Rule>[0]): Draft[] {
  const [, name] =
    /^(?:(?:my|our) (?:[\p{L}é-]+ ?(?:of [\p{L}\d ]+)?,? ?)?)?(\p{Lu}\p{L}+)$/u.exec(who ?? '') ?? [];
  return [draft('partner', name ?? '', predicate, over)];
}
