/** Names and values that are given anew. */

import { valued } from './belongings.js';
import { attributeOf } from './changeable.js';
import { type Draft, draft, names, type Rule } from './draft.js';
import { nounOf } from './predicate.js';

const begun = { temporal: 'now', changed: true } as const;
const household =
  /\b(?:dog|puppy|cat|kitten|bird|parrot|hamster|rabbit|horse|fish|baby|son|daughter|kid|car|boat|van|bike|house|team|project|band|company|blog|shop|startup|app|server|bot|podcast|group|product|library)$/i;

/** "We renamed the dog Rex", "I changed my number to …", "we call him Rex now". */
export const renames: Rule = (predicate) => {
  const { verb, rest, tense, negative, changed } = predicate;
  if (negative || tense === 'future') return [];
  const done = tense === 'past' || tense === 'perfect';
  if (verb === 'rename' && done) return renamed(rest, predicate);
  if (verb === 'call' || verb === 'name') {
    const [, who = '', name = ''] =
      /^((?:my|our|the) [\p{L} -]{1,40}?|him|her|it|them) (\p{Lu}.{0,40})$/u.exec(rest) ?? [];
    if (!names(name)) return [];
    const subject = /^(?:him|her|it|them)$/i.test(who) ? 'it' : nounOf(who.replace(/^\S+ /, ''));
    return [
      draft('name', name, predicate, { subject, temporal: 'now', ...(changed ? { changed: true } : {}) }),
    ];
  }
  if (verb === 'change' && done) {
    const [, what = '', to = ''] =
      /^(?:my|our) (.{1,40}?)(?: from .{1,40}?)? (?:to|into) (.+)$/i.exec(rest) ?? [];
    const noun = nounOf(what);
    return names(to) && valued.test(noun)
      ? [draft(attributeOf(noun), to, predicate, { ...begun, subject: 'self' })]
      : [];
  }
  const [, what = '', value = ''] =
    verb === 'have' || verb === 'get'
      ? (/^(?:an?|my) new ((?:[\p{L}-]+ )?(?:number|address|email|phone number|job title|nickname))[:,]? (?:(?:it )?is )?(\S.+)$/iu.exec(
          rest,
        ) ?? [])
      : [];
  return value ? [draft(attributeOf(nounOf(what)), value, predicate, { ...begun, subject: 'self' })] : [];
};

function renamed(rest: string, predicate: Parameters<Rule>[0]): Draft[] {
  const of = /^(?:(?:my|our|the) )(.{1,40}?) (?:from (\S.{0,40}?) )?(?:to |as |into )?(\p{Lu}.{0,40})$/u.exec(
    rest,
  );
  if (of)
    return [
      draft('name', of[3]!, predicate, {
        ...begun,
        subject: nounOf(of[1]!),
        ...(of[2] ? { replaces: of[2] } : {}),
      }),
    ];
  const [, it, old, fresh] =
    /^(?:(him|her|it|them)|(\p{Lu}[\p{L}\d-]*)) (?:to |as |into )?(\p{Lu}.{0,40})$/u.exec(rest) ?? [];
  if (!fresh) return [];
  return [
    draft('name', fresh, predicate, { ...begun, subject: it ? 'it' : '', ...(old ? { replaces: old } : {}) }),
  ];
}

const partners = /^(?:boyfriend|girlfriend|partner|husband|wife|fianc[ée]e?|spouse)$/;

/** Clauses without a subject of the speaker's. */
export function namings(clause: string): Draft[] {
  const now = /\b(?:now|from now on|instead|these days)\b/i.test(clause);
  const text = clause
    .replace(
      /^(?:(?:please|just|actually|you can|so|but|and|well|now|everyone|everybody|friends|people|my friends|they all)[,\s]+)+/i,
      (words) => (/everyone|everybody|friends|people|they/i.test(words) ? 'everyone ' : ''),
    )
    .replace(/\b(?:from now on|these days|instead|now)\b/gi, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[.!,\s]+$/, '');
  const base = { polarity: 1, temporal: 'now', ...(now ? { changed: true } : {}) } as const;
  const [, name, before] =
    /^(?:everyone )?(?:calls? me|address me as|refer to me as) (\p{Lu}[\p{L}'-]{0,30}(?: \p{Lu}[\p{L}'-]{0,30}){0,2})(?:, (?:everybody|everyone|they all|people) [\p{L} ]+)?(?:,? (?:please|not|instead of|rather than)(?: (\p{Lu}\S*))?)?$/u.exec(
      decapitalised(text),
    ) ?? [];
  if (name)
    return [
      { ...base, attribute: 'called', value: name, subject: 'self', ...(before ? { replaces: before } : {}) },
    ];
  const favourite =
    /^(.{2,60}?) (?:is|are) (?:definitely |still |by far |probably |clearly )?my (?:new |all-time |absolute )?(favou?rite [\p{L} ]{2,30})$/iu.exec(
      text,
    );
  if (favourite && names(favourite[1]!))
    return [
      {
        ...base,
        attribute: nounOf(favourite[2]!),
        value: favourite[1]!,
        subject: 'self',
        ...(/my new/i.test(text) ? { changed: true } : {}),
      },
    ];
  const place = /^(.{2,40}?) is (?:where (?:i|we) live|(?:my|our) (?:new )?home)$/iu.exec(text);
  if (place && names(place[1]!))
    return [
      {
        ...base,
        attribute: 'home',
        value: place[1]!,
        subject: 'self',
        ...(/new home/i.test(text) ? { changed: true } : {}),
      },
    ];
  const fresh = /^(?:my |our )?new ([\p{L} -]{3,30}?)(?::| is) (\S.{1,60})$/iu.exec(text);
  if (fresh && valued.test(nounOf(fresh[1]!)) && names(fresh[2]!))
    return [
      {
        ...base,
        attribute: attributeOf(nounOf(fresh[1]!)),
        value: fresh[2]!,
        subject: 'self',
        changed: true,
      },
    ];
  const reach =
    /^(?:you can )?(?:reach|call|text|email|mail|write to) me (?:at|on|under) (\S+@\S+|[+\d][\d ()/-]{4,})$/i.exec(
      text,
    );
  if (reach)
    return [
      {
        ...base,
        attribute: reach[1]!.includes('@') ? 'email' : 'phone number',
        value: reach[1]!,
        subject: 'self',
      },
    ];
  const sent =
    /^(\p{Lu}[\p{L}\d&. -]{1,30}?) (?:let me go|laid me off|fired me|sacked me|made me redundant)$/u.exec(
      text,
    );
  if (sent)
    return [
      { ...base, attribute: 'employer', value: sent[1]!, subject: 'self', temporal: 'ending', changed: true },
    ];
  const lastDay =
    /^(?:(?:.{2,30}? )?(?:was|is) )?my last day (?:of work )?at (.{2,40}?)(?: (?:was|is) .+)?$/iu.exec(text);
  if (lastDay)
    return [
      {
        ...base,
        attribute: 'employer',
        value: lastDay[1]!,
        subject: 'self',
        temporal: 'ending',
        changed: true,
      },
    ];
  const nobody =
    /^(\p{Lu}\S*(?: \p{Lu}\S*)?) (?:is no longer|isn't|is not) my ([\p{L} -]{2,30}?)(?: any ?more| any longer)?$/u.exec(
      text,
    );
  if (nobody && /no longer|any ?more|any longer/.test(text))
    return [
      {
        ...base,
        attribute:
          /friend|partner|husband|wife|fianc/.test(nobody[2]!) && !/^(?:best )?friend$/.test(nobody[2]!)
            ? 'partner'
            : attributeOf(nounOf(nobody[2]!)),
        value: nobody[1]!,
        subject: 'self',
        temporal: 'ending',
        changed: true,
      },
    ];
  const being = /^(\p{Lu}\S*(?: \p{Lu}\S*)?) is my (new )?([\p{L} -]{2,30})$/u.exec(text);
  const what = being && nounOf(being[3]!);
  if (being && (partners.test(what!) || valued.test(what!)))
    return [
      {
        ...base,
        attribute: partners.test(what!) ? 'partner' : attributeOf(what!),
        value: being[1]!,
        subject: 'self',
        ...(being[2] ? { changed: true } : {}),
      },
    ];
  // "Biscuit is called Rex now".
  const again =
    /^(\p{Lu}[\p{L}\d-]{1,30}) (?:is|was|has been|got) (?:renamed|called|named|known as)(?: to| as)? (\p{Lu}[\p{L}\d -]{0,40})$/u.exec(
      text,
    );
  if (again && (now || /renamed/.test(text)))
    return [
      { ...base, attribute: 'name', value: again[2]!, subject: '', replaces: again[1]!, changed: true },
    ];
  // "The dog is Rex now" is read as the household's own.
  const thing = /^(?:the|our|my) ([\p{L} -]{2,40}?) (?:is|goes by) (\p{Lu}[\p{L}\d-]*)$/u.exec(
    decapitalised(text),
  );
  if (thing && now && household.test(thing[1]!))
    return [{ ...base, attribute: 'name', value: thing[2]!, subject: nounOf(thing[1]!) }];
  return [];
}

function decapitalised(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** "Milan, not Rome", "not Rome but Milan", "I meant Milan instead of Rome". */
export function correction(clause: string): Draft[] {
  const text = clause
    .replace(
      /^(?:(?:sorry|correction|wait|oops|actually|no|i mean|i meant|it is|it's|that is|that's|make that|should be|it should be|to be precise)[,:\s]+)+/i,
      '',
    )
    .replace(/[.!\s]+$/, '');
  const told = text !== clause.replace(/[.!\s]+$/, '');
  const [, fresh, old] =
    /^((?:on |in |at )?[\p{Lu}\d][^,]{0,40}?)(?:,| and)? not (?:on |in |at )?([\p{Lu}\d].{0,40})$/u.exec(
      text,
    ) ?? [];
  const [, was, is] =
    /^not (?:on |in |at )?([\p{Lu}\d][^,]{0,40}?)(?:,? but |, )(?:on |in |at |it's |it is )?([\p{Lu}\d].{0,40})$/u.exec(
      text,
    ) ?? [];
  const [value, replaces] = [fresh ?? is, old ?? was];
  if (!value || !replaces || !(told || /^(?:not )/i.test(text) || text.split(' ').length <= 6)) return [];
  return [
    {
      attribute: '',
      subject: 'self',
      value: value.replace(/^(?:on|in|at) /i, ''),
      replaces,
      polarity: 1,
      temporal: 'now',
      changed: true,
      sure: 0.6,
    },
  ];
}
