/** Likes and dislikes. */
import { type Draft, draft, names, type Rule } from './draft.js';

const liking = new Set(['like', 'love', 'adore', 'enjoy', 'appreciate', 'fancy']);
const hating = new Set([
  'hate',
  'dislike',
  'detest',
  'loathe',
  'despise',
  'can stand',
  'can bear',
  'can tolerate',
  'can abide',
]);
const fond =
  /^(?:an? )?(?:(?:big|huge|great|massive|real|true|lifelong|avid) )?(?:fan of|lover of|fond of|keen on|crazy about|mad about|wild about|into|obsessed with|addicted to|in love with|hooked on|partial to|passionate about|enthusiastic about) (.+)$/i;
const tired =
  /^(?:so )?(?:sick(?: and tired)? of|tired of|fed up with|bored (?:of|with)|over|done with|through with|out of love with|off) (.+)$/i;
/** What is judged here and now is no taste. */
const passing =
  /^(?:the|an?) (?:idea|way|look|sound|plan|result|answer|design|fact|part|version|suggestion|title|feeling|concept|approach|solution|thought|point|one|second|first|last|option|joke|tone|other|latter|former|new|old|style|font|current|previous|next|whole|end|ending)\b|^(?:the )?(?:idea|sound|look) of\b|^(?:him|her)$/i;

export const tastes: Rule = (predicate) => {
  const { verb, tense, over } = predicate;
  if (tense === 'future' || (tense === 'past' && !/^(?:fall|grow|get|go|lose)$/.test(verb))) return [];
  if (verb === 'prefer') return preference(predicate);
  const taste = tasteOf(predicate);
  if (!taste) return [];
  const value = taste.value
    .replace(/^(?:to|eating|drinking) /i, '')
    .replace(/ (?:more than anything|to death|to bits|with all my heart)$/i, '');
  if (!(names(value) || /^(?:it|them)$/i.test(value)) || passing.test(value)) return [];
  const past = tense === 'usedto';
  if (over && !past) {
    // "I don't like it any more" says what is now; "I no longer hate it" says less.
    if (taste.polarity > 0)
      return [draft('likes', value, predicate, { polarity: -1, temporal: 'now', changed: true })];
    if (!verb.startsWith('can ') && verb !== 'be')
      return [draft('likes', value, predicate, { polarity: -1 })];
    return [draft('likes', value, predicate, { polarity: -1, temporal: 'now', changed: true })];
  }
  const temporal = past ? 'past' : 'now';
  return [
    draft('likes', value, predicate, {
      polarity: taste.polarity,
      temporal,
      ...(taste.turned ? { changed: true } : {}),
    }),
  ];
};

function tasteOf({
  verb,
  rest,
  negative,
  over,
}: Parameters<Rule>[0]): { value: string; polarity: 1 | -1; turned?: boolean } | null {
  if (liking.has(verb)) return { value: rest, polarity: negative ? -1 : 1 };
  if (hating.has(verb)) {
    if (verb.startsWith('can ') && /^(?:to|the (?:thought|idea|sight))\b/i.test(rest)) return null;
    if (verb.startsWith('can ') ? !(negative || over) : negative) return null;
    return { value: rest, polarity: -1 };
  }
  if (verb === 'be') {
    const [, liked] = fond.exec(rest) ?? [];
    if (liked) return { value: liked, polarity: negative ? -1 : 1 };
    const [, tiredOf] = tired.exec(rest) ?? [];
    if (
      tiredOf &&
      /^(?:so )?(?:over|done|through|off)\b/i.test(rest) &&
      /^(?:the|this|that|these|those|my|our|it|work|duty|sick|to|for|on|a)\b/i.test(tiredOf)
    )
      return null;
    return tiredOf && !negative ? { value: tiredOf, polarity: -1, turned: true } : null;
  }
  if (negative) return null;
  const turns: [string, RegExp, 1 | -1][] = [
    ['go', /^off (.+)$/i, -1],
    ['go', /^(?:mad|crazy) (?:for|about) (.+)$/i, 1],
    ['get', /^(?:sick|tired|bored|fed up) (?:of|with) (.+)$/i, -1],
    ['get', /^(?:into|hooked on) (.+)$/i, 1],
    ['grow', /^(?:tired|bored|sick) of (.+)$/i, -1],
    ['grow', /^(?:to (?:love|like)|fond of) (.+)$/i, 1],
    ['come', /^to (?:love|like|enjoy) (.+)$/i, 1],
    ['come', /^to (?:hate|dislike|loathe) (.+)$/i, -1],
    ['fall', /^out of love with (.+)$/i, -1],
    ['fall', /^in love with (.+)$/i, 1],
    [
      'lose',
      /^(?:interest in|(?:my|all) (?:interest in|taste for|appetite for)|(?:my|the) love (?:of|for)) (.+)$/i,
      -1,
    ],
    ['outgrow', /^(.+)$/i, -1],
  ];
  for (const [one, pattern, polarity] of turns) {
    const [, value] = one === verb ? (pattern.exec(rest) ?? []) : [];
    if (value) return { value, polarity, turned: true };
  }
  return null;
}

function preference(predicate: Parameters<Rule>[0]): Draft[] {
  const [, value = '', less] =
    /^(.+?)(?: (?:to|over|than|rather than|instead of|more than) (.+))?$/i.exec(predicate.rest) ?? [];
  if (!names(value) || passing.test(value) || predicate.negative || predicate.over) return [];
  return [draft('prefers', value, predicate, less ? { replaces: less } : {})];
}
