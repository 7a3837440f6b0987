/** What happened to the speaker on a day, and what will: only with its date. */
import { type Draft, draft, names, type Rule } from './draft.js';

const going = new Set([
  'go',
  'travel',
  'fly',
  'visit',
  'move',
  'come',
  'meet',
  'start',
  'marry',
  'retire',
  'graduate',
  'return',
  'leave',
  'drive',
  'celebrate',
  'get',
  'run',
  'have',
  'be',
  'do',
  'stay',
  'relocate',
]);
const worth =
  /\b(?:to|in|at|from)? ?\p{Lu}\p{L}+|\b(?:exam|wedding|surgery|operation|interview|flight|holiday|vacation|conference|concert|marathon|appointment|party|trip|married|job|school|university|court|moving|birthday|funeral|graduation|presentation|deadline|dentist|doctor)\b/u;

export const events: Rule = (predicate, { when }) => {
  const { verb, rest, tense, negative, subject } = predicate;
  if (!when || negative || !going.has(verb) || !worth.test(rest) || !names(rest)) return [];
  if (verb === 'be' && !/^(?:in|at|on|back|off|away|getting|married) /i.test(rest) && subject === 'self')
    return [];
  if (subject === 'it') return [];
  if (tense === 'past') return [draft('did', `${verb} ${rest}`, predicate, { temporal: 'past', sure: 0.6 })];
  if (
    tense === 'future' ||
    tense === 'progressive' ||
    (tense === 'present' && verb !== 'get' && verb !== 'go')
  )
    return [draft('plan', `${verb} ${rest}`, predicate, { temporal: 'now', sure: 0.6 })];
  return [] satisfies Draft[];
};
