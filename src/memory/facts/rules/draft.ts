/** What a rule makes of a predicate, before its dates and words are added. */
import type { Statement } from './fact.js';
import type { Predicate } from './predicate.js';

export interface Draft extends Omit<Statement, 'subject' | 'since' | 'until'> {
  /** Where it is not the predicate's subject. */
  subject?: string;
  /** Below 1 where the words allow other readings. */
  sure?: number;
  /** Understood from what was said before: its own words would not say it alone. */
  leaning?: boolean;
  /** Its value is a date: that is not from when on it holds. */
  dated?: boolean;
}

/** Whether a date is behind it, which makes the past and plans worth keeping. */
export interface Timing {
  since: boolean;
  when: boolean;
}

export type Rule = (predicate: Predicate, timing: Timing) => Draft[];

/** A draft with the time and sign that its predicate says. */
export function draft(
  attribute: string,
  value: string,
  { tense, over, changed, negative }: Predicate,
  more: Partial<Draft> = {},
): Draft {
  const temporal = over ? 'ending' : tense === 'usedto' || tense === 'past' ? 'past' : 'now';
  return {
    ...{
      attribute,
      value: value.trim().replace(/^[,:\s]+|[,.\s]+$/g, ''),
      temporal,
      polarity: negative ? -1 : 1,
    },
    ...(changed || tense === 'usedto' ? { changed: true } : {}),
    ...more,
  };
}

export function holds(predicate: Predicate, timing: Timing): boolean {
  const { tense } = predicate;
  return (
    tense === 'present' ||
    tense === 'progressive' ||
    tense === 'usedto' ||
    (tense === 'perfect' && timing.since)
  );
}

/** Pronouns and words that name nothing that could be told again. */
export function names(value: string): boolean {
  return (
    value !== '' &&
    value.length <= 80 &&
    !/^(?:it|that|this|these|those|you|your|yours|one|here|there|so|how|when|what|where|why|who|if|whether|out|up|down|off|nothing|something|anything|everything|someone|everyone|stuff|things?|at all|more|most|less|much|many|few|better|best|worse|worst|later|first|last|next|such|than|like|as|not|no|and|or|but|the same|the other|the one|the ones)\b/i.test(
      value,
    )
  );
}
