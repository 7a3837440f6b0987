/** What is said of somebody's or something of the speaker's: "my dog is called Rex", "my number is …". */
import { attributeOf } from './changeable.js';
import { type Draft, draft, holds, names, type Rule } from './draft.js';
import { isOccupation } from './occupations.js';

const over = { temporal: 'ending', changed: true } as const;
/** Nouns that have a value, and are no things of their own. */
export const valued =
  /(?:^|\s)(?:name|surname|nickname|number|phone|telephone|email|e-mail|mail|address|salary|pay|wage|income|rent|colour|birthday|age|height|weight|size|job|role|title|profession|occupation|employer|boss|manager|time ?zone|language|tongue|plan|goal|deadline|budget|limit|diet|hobby|hobbies|home|hometown|team|handle|username|postcode|zip code|nationality|religion|major|subject|degree|school|university|college|bank|doctor|dentist|landlord|neighbour|appointment|class|lesson|meeting|flight|shift|course|training|schedule|pronoun|star sign|blood type|desk|office|favourite .*|birth ?date|date of birth|wedding|anniversary|exam|interview|standup|password manager|editor|browser|operating system|os|provider|plate|licen[cs]e plate|room)$/i;
const transient =
  /^(?:not |very |so |too |a bit |a little |in |out |off |broken|ill|sick|tired|late|here|there|back|gone|moved|changed|cancelled|canceled|over|fine|ok|okay|good|great|bad|full|empty|dirty|clean|slow|fast|down|up|asleep|awake|home|away|busy|free|right|wrong|killing|about|like|going|getting|having|doing|making|being)\b/i;

const devices =
  /(?:phone|laptop|computer|pc|battery|server|car|tv|mic|microphone|tablet|router|internet|connection|watch|console|printer|app|process|job|build|line|call|screen|code|program|bike|camera|fridge|oven)$/;

export const belongings: Rule = (predicate, timing) => {
  const { subject, verb, rest, tense, negative } = predicate;
  if (subject === 'self' || subject === 'it') return [];
  if (tense === 'future') return [];
  if ((verb === 'die' || (verb === 'be' && /^dead\b/i.test(rest))) && devices.test(subject)) return [];
  if (
    verb === 'die' ||
    (verb === 'pass' && /^away\b/i.test(rest)) ||
    (verb === 'be' && /^(?:dead|put down|stolen|sold|written off|totalled|scrapped)\b/i.test(rest)) ||
    (verb === 'get' && /^stolen\b/i.test(rest)) ||
    (verb === 'run' && /^away\b/i.test(rest))
  )
    return negative ? [] : [draft('exists', '', predicate, over)];
  if (verb === 'move' && !valued.test(subject)) return [];
  if (
    [
      'change',
      'move',
      'switch',
      'rename',
      'be',
      'shift',
      'get',
      'go',
      'increase',
      'rise',
      'drop',
      'fall',
    ].includes(verb)
  ) {
    const to = changedTo(verb, rest, tense);
    if (to && !negative)
      return value(
        to,
        { ...predicate, changed: true, tense: 'present' },
        verb === 'rename' || /^renamed/i.test(rest),
      );
  }
  if (verb === 'go' && /^by /i.test(rest)) return [draft('name', rest.slice(3), predicate)];
  if (verb !== 'be' || /^(?:called|named)\b/i.test(rest)) return [];
  if (tense !== 'past' && !holds(predicate, timing)) return [];
  return value(rest, predicate, false);
};

function changedTo(verb: string, rest: string, tense: string): string | null {
  if (verb === 'be' || verb === 'get')
    return (
      /^(?:changed|moved|renamed|switched|rescheduled|pushed(?: back)?|postponed|shifted) (?:to|as|until) (.+)$/i.exec(
        rest,
      )?.[1] ??
      /^renamed (.+)$/i.exec(rest)?.[1] ??
      null
    );
  if (tense !== 'past' && tense !== 'perfect') return null;
  if (verb === 'go') return /^(?:up|down) (?:from .+? )?to (.+)$/i.exec(rest)?.[1] ?? null;
  return /^(?:from .+? )?to (.+)$/i.exec(rest)?.[1] ?? null;
}

function value(said: string, predicate: Parameters<Rule>[0], naming: boolean): Draft[] {
  const { subject, negative, changed } = predicate;
  const [, what = said, not] =
    /^(.+?)(?:,? (?:and )?(?:not|instead of|rather than) (.+))?$/i.exec(said) ?? [];
  const more: Partial<Draft> = not ? { replaces: not, changed: true } : {};
  if (!names(what) && !/^\p{Lu}/u.test(what)) return [];
  if (what.split(' ').length > 10) return [];
  if (naming) return [draft('name', what, predicate, more)];
  if (subject === 'name')
    return negative || (/^\p{Ll}/u.test(what) && what.includes(' '))
      ? []
      : [draft('name', what, predicate, { ...more, subject: 'self' })];
  if (subject === 'home' || subject === 'address') {
    const where = what.replace(/^(?:in|at|near) /i, '');
    return subject === 'home' && /^(?:\p{Lu}|a |the )/u.test(where)
      ? [draft('home', where, predicate, { ...more, subject: 'self' })]
      : subject === 'address'
        ? [draft('address', what, predicate, { ...more, subject: 'self' })]
        : [];
  }
  if (/^favourite (?:part|thing|bit|moment|one|line|quote|fact)$/.test(subject)) return [];
  if (subject === 'plan' && /^to\b/i.test(what)) return [];
  if (subject === 'partner' && /^\p{Lu}/u.test(what))
    return [draft('partner', what, predicate, { ...more, subject: 'self' })];
  if (valued.test(subject)) {
    if (
      transient.test(what) &&
      !/^(?:in|at|on|out) (?:the )?\S*\d|^in \p{Lu}|^in (?:the )?(?:morning|evening|afternoon)/iu.test(what)
    )
      return [];
    const attribute = /^(?:job|profession|occupation|role|title|job title)$/.test(subject)
      ? 'job'
      : attributeOf(subject);
    return [
      draft(attribute, what.replace(/^(?:on|at) (?=\p{L}*\s?\d|\p{Lu})/u, ''), predicate, {
        ...more,
        subject: 'self',
      }),
    ];
  }
  if (/^(?:\d{1,3})(?: years old| now)?$/.test(what))
    return [draft('age', what.replace(/ .*/, ''), predicate, more)];
  if (/^an? /i.test(what) || isOccupation(what))
    return [
      draft(isOccupation(what) ? 'job' : 'is', what, predicate, {
        ...more,
        ...(changed ? {} : { sure: 0.7 }),
      }),
    ];
  if (/^(?:\p{Lu}|\d)/u.test(what)) return [draft('name', what, predicate, { ...more, sure: 0.7 })];
  if (/^(?:on|at) (?:\p{Lu}|\d|the)/u.test(what)) return [draft('is', what, predicate, more)];
  return [];
}
