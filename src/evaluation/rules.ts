/** An agent's own rules: those that are patterns are looked at here, those that are sentences by a judge. */
import { aside } from '../core/aside.js';
import type { Finding } from '../core/evaluation-record.js';
import type { OwnRule } from '../core/evaluation-settings.js';

const searched = aside<typeof import('./pattern-search.js')>(
  new URL('./pattern-search.js', import.meta.url),
  {
    deadlineMs: 300,
    memoryMb: 64,
    threads: 2,
  },
);

export interface PatternRule {
  /** As findings and scores name it. */
  name: string;
  pattern: string;
  /** Whether it must be found, or must not. */
  wanted: boolean;
  reason: string;
}

export function patternsIn(rules: readonly OwnRule[]): PatternRule[] {
  return rules.flatMap((rule): PatternRule[] => {
    if (typeof rule === 'string') return [];
    if ('never' in rule) {
      const { never: pattern, reason = 'It says what the agent must never say.' } = rule;
      return [{ name: `never: ${pattern}`, pattern, wanted: false, reason }];
    }
    const { always: pattern, reason = 'It lacks what the agent must always say.' } = rule;
    return [{ name: `always: ${pattern}`, pattern, wanted: true, reason }];
  });
}

export function sentencesIn(rules: readonly OwnRule[]): string[] {
  return rules.filter((rule) => typeof rule === 'string');
}

/** One finding a rule. A pattern that takes too long is not judged, and no other is held up by it. */
export async function judgedByPatterns(draft: string, rules: readonly PatternRule[]): Promise<Finding[]> {
  const texts = formsOf(draft);
  return Promise.all(
    rules.map(async ({ name, pattern, wanted, reason }): Promise<Finding> => {
      const common = { check: 'rules', rule: name } as const;
      try {
        const [isThere] = await searched('found', [pattern], texts);
        return isThere === wanted
          ? { ...common, verdict: 'pass', reason: '' }
          : { ...common, verdict: 'fail', reason };
      } catch {
        return { ...common, verdict: 'not judged', reason: 'The pattern took too long, or cannot be run.' };
      }
    }),
  );
}

/** As it is written, and as it is read: without what is invisible, and without Markdown's signs. */
function formsOf(draft: string): string[] {
  const plain = draft
    .normalize('NFKC')
    .replace(/[\p{Cf}\u00ad]/gu, '')
    .replace(/[*_~`\\]+/g, '')
    .replace(/\[([^\]\n]{0,300})\]\([^)\n]{0,1000}\)/g, '$1')
    .replace(/[^\S\n]+/g, ' ');
  return [...new Set([draft, plain, plain.replace(/\s+/g, ' ')])];
}
