/** Jobs, employers, studies. */
import { type Draft, draft, holds, names, type Rule } from './draft.js';
import { isOccupation } from './occupations.js';

const over = { temporal: 'ending', changed: true } as const;
const begun = { temporal: 'now', changed: true } as const;

export const work: Rule = (predicate, timing) => {
  const { verb, rest, tense, negative } = predicate;
  const done = tense === 'past' || tense === 'perfect';
  if (verb === 'work') return working(predicate, timing);
  if (verb === 'be') return being(predicate, timing);
  if ((verb === 'become' || verb === 'retrain') && done && !negative)
    return asJob(rest.replace(/^as /i, ''), predicate, begun);
  if (verb === 'freelance' && holds(predicate, timing))
    return [draft('employer', 'self-employed', predicate)];
  if (verb === 'hand' && done && /^in my (?:notice|resignation)\b/i.test(rest)) return lost(rest, predicate);
  if (!done || negative) return verb === 'quit' || verb === 'resign' ? ends(predicate) : [];
  if (verb === 'join') return joined(predicate);
  if (verb === 'start' || verb === 'begin') return started(predicate);
  if (verb === 'get' || verb === 'find' || verb === 'take') {
    const [, role, at] =
      /^(?:hired|(?:an? |the |my )?(?:new )?(?:(.+?) )?(?:job|position|role|gig))(?: (?:as .+? )?(?:at|with|by|for|in) (.+))?$/i.exec(
        rest,
      ) ?? [];
    if (at)
      return [
        draft('employer', at, predicate, begun),
        ...(role && isOccupation(role) ? [draft('job', role, predicate, begun)] : []),
      ];
    if (/^(?:fired|laid off|let go|sacked|made redundant)\b/i.test(rest)) return lost(rest, predicate);
    const [, to] = /^promoted to (.+)$/i.exec(rest) ?? [];
    if (to) return [draft('job', to, predicate, begun)];
    return [];
  }
  if (verb === 'lose' && /^(?:my|the|our) job\b/i.test(rest)) return lost(rest, predicate);
  if (verb === 'retire')
    return [draft('employer', '', predicate, over), draft('is', 'retired', predicate, begun)];
  if (['quit', 'resign', 'leave', 'give'].includes(verb)) return ends(predicate);
  if (verb === 'graduate' || (verb === 'drop' && /^out\b/i.test(rest)))
    return [draft('studies', '', predicate, over)];
  if (['switch', 'change', 'move'].includes(verb)) {
    const [, to] =
      /^(?:jobs?|employers?|companies|careers?),?(?: (?:and|to)(?: now)?)?(?: (?:work (?:at|for)|to|at))? (.+)$/i.exec(
        rest,
      ) ?? [];
    return to ? [draft(isOccupation(to) ? 'job' : 'employer', to, predicate, begun)] : [];
  }
  return [];
};

function working(predicate: Parameters<Rule>[0], timing: Parameters<Rule>[1]): Draft[] {
  const { rest, tense, negative } = predicate;
  const was = tense === 'past';
  if (!was && !holds(predicate, timing)) return [];
  const words = rest.replace(/^(?:full[- ]time|part[- ]time|remotely) (?=\p{L})/iu, '');
  const as = /^(?:as (.+?))(?: (?:at|for|with) (.+))?$/i.exec(words);
  if (as) return [...asJob(as[1]!, predicate), ...(as[2] ? [draft('employer', as[2], predicate)] : [])];
  const at = /^(?:at|for|with) (.+?)(?: as (.+))?$/i.exec(words);
  if (at && names(at[1]!)) {
    // "I worked on it at home" tells of a day.
    if (/^(?:home|night|the weekend|weekends|the moment|least|this|it|hours?|\d)/i.test(at[1]!))
      return /^(?:home|night)/i.test(at[1]!) && !was ? [draft('works', words, predicate)] : [];
    if (/^with\b/i.test(words)) return was ? [] : [draft('works with', at[1]!, predicate)];
    return [draft('employer', at[1]!, predicate), ...(at[2] ? asJob(at[2], predicate) : [])];
  }
  if (was && !timing.when) return [];
  const [, where] = /^in (?:the )?(.+)$/i.exec(words) ?? [];
  if (where && names(where)) return [draft('works in', where, predicate)];
  const [, on] = /^on (.+)$/i.exec(words) ?? [];
  if (on && !was && names(on) && /^(?:an?|the|\p{Lu})/u.test(on) && !negative)
    return [draft('works on', on, predicate)];
  if (
    !was &&
    /^(?:nights?|days|weekends|shifts|part[- ]time|full[- ]time|remotely|from home|mondays|four days|freelance|late|early)\b/i.test(
      rest,
    )
  )
    return [draft('works', rest, predicate)];
  return [];
}

function being(predicate: Parameters<Rule>[0], timing: Parameters<Rule>[1]): Draft[] {
  const { rest, tense, negative } = predicate;
  if (/^(?:fired|laid off|let go|sacked|made redundant)\b/i.test(rest) && !negative && tense !== 'future')
    return lost(rest, predicate);
  const [, since] = /^(?:at|with) ((?:the )?\p{Lu}.*)$/u.exec(rest) ?? [];
  if (since && tense === 'perfect' && timing.since && !negative) return [draft('employer', since, predicate)];
  const [, to] = /^(?:promoted|hired) (?:to|as) (?:be )?(.+)$/i.exec(rest) ?? [];
  if (to && !negative) return asJob(to, predicate, begun);
  if (tense === 'future') return [];
  if (
    /^(?:self[- ]employed|freelancing|a freelancer|unemployed|between jobs|out of work|my own boss)$/i.test(
      rest,
    )
  )
    return [draft('employer', rest, predicate)];
  const [, at] = /^(?:working|employed|hired|with the company) (?:at|by|for|with) (.+)$/i.exec(rest) ?? [];
  if (at) return [draft('employer', at, predicate)];
  if (/^retired$/i.test(rest) && !negative && tense !== 'past')
    return [draft('is', 'retired', predicate), draft('employer', '', predicate, over)];
  const [, role, where] =
    /^((?:an?|the) .+?|head of .+?|in charge of .+?)(?: (?:at|for|with) ((?:the )?\p{Lu}.*|a .+|the .+))?$/u.exec(
      rest,
    ) ?? [];
  if (!role) return [];
  const job = asJob(role, predicate, predicate.changed ? { changed: true } : { sure: 0.7 });
  return job.length > 0 && where ? [...job, draft('employer', where, predicate)] : job;
}

function asJob(role: string, predicate: Parameters<Rule>[0], more: Partial<Draft> = {}): Draft[] {
  const [, name = role, at] = /^(.+?) (?:at|for|with) (.+)$/i.exec(role) ?? [];
  const job = name.replace(/^(?:an?|the) /i, '').replace(/ (?:in|near) \p{Lu}.*$/u, '');
  const explicit = predicate.verb === 'work';
  if (!names(job) || job.split(' ').length > 6 || !(explicit || isOccupation(job))) return [];
  return [draft('job', job, predicate, more), ...(at ? [draft('employer', at, predicate, more)] : [])];
}

function joined(predicate: Parameters<Rule>[0]): Draft[] {
  const { rest } = predicate;
  const [, group] =
    /^(?:an?|the|my|our) ((?:.{1,40} )?(?:gym|choir|band|club|team|orchestra|party|society|league|church|library|co-?op|union|group))$/i.exec(
      rest,
    ) ?? [];
  if (group) return [draft('member of', group, predicate, { temporal: 'now' })];
  const [, org, role] = /^((?:the )?\p{Lu}[^,]{1,40}?)(?: as (.+))?$/u.exec(rest) ?? [];
  if (!org) return [];
  return [
    draft('employer', org, predicate, { ...begun, sure: 0.7 }),
    ...(role ? asJob(role, { ...predicate, verb: 'work' }, begun) : []),
  ];
}

function started(predicate: Parameters<Rule>[0]): Draft[] {
  const { rest } = predicate;
  const at =
    /^(?:(?:working|work|(?:an?|my) (?:new )?(?:.{1,30} )?(?:job|position|role)|to work|out) )?(?:at|with|for) (.+?)(?: as (.+))?$/i.exec(
      rest,
    );
  if (at && names(at[1]!) && !/^(?:the beginning|zero|\d|work|school|once)\b/i.test(at[1]!))
    return [
      draft('employer', at[1]!, predicate, begun),
      ...(at[2] ? asJob(at[2], { ...predicate, verb: 'work' }, begun) : []),
    ];
  const [, role] = /^(?:(?:working|work|out|a new job|my new job) )?as (.+)$/i.exec(rest) ?? [];
  return role ? asJob(role, { ...predicate, verb: 'work' }, begun) : [];
}

function lost(rest: string, predicate: Parameters<Rule>[0]): Draft[] {
  const [, at] = /\b(?:from|by|at|with) ((?:the )?\p{Lu}.+)$/u.exec(rest) ?? [];
  return [draft('employer', at ?? '', predicate, over)];
}

/** "I quit", "I quit my job at Acme", "I resigned from Acme". */
function ends(predicate: Parameters<Rule>[0]): Draft[] {
  const { verb, rest, tense, negative } = predicate;
  if (negative || tense === 'future') return [];
  const job =
    /^(?:up )?(?:(?:my|the|that|our) (?:old )?(?:.{1,30} )?(?:job|position|role|work|post)|(?:as .{1,40}?))(?: (?:at|with|as|in|for) (.+))?$/i.exec(
      rest,
    );
  if (job) return [draft('employer', job[1] ?? '', predicate, over)];
  if (verb === 'give' || verb === 'leave') return [];
  if (rest === '') return [draft('employer', '', predicate, { ...over, sure: 0.6 })];
  const [, from] = /^(?:from )((?:the |my )?.+)$/i.exec(rest) ?? [];
  if (verb === 'resign') return from ? [draft('employer', from, predicate, over)] : [];
  return [];
}
