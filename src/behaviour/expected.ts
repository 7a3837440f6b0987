/** What of an answer is not as a test expects it. */
import { judgedByPatterns } from '../evaluation/rules.js';
import type { Expectations } from './case.js';

export interface Answered {
  text: string;
  /** Names of the tools that were called. */
  tools: readonly string[];
  steps: number;
  /** It is what the agent says where it may not answer. */
  safe: boolean;
}

export interface Misses {
  /** Empty: all is as expected, as far as it could be compared. */
  failures: string[];
  /** What could not be compared. */
  errors: string[];
}

/** What a judge must say is asked elsewhere. */
export async function misses(answer: Answered, expected: Expectations): Promise<Misses> {
  const { not, maxSteps, safe } = expected;
  const [wanted, unwanted] = await Promise.all([
    compared(answer, expected, true),
    compared(answer, not ?? {}, false),
  ]);
  const found = [...wanted.failures, ...unwanted.failures];
  if (maxSteps !== undefined && answer.steps > maxSteps)
    found.push(`takes ${answer.steps} steps, at most ${maxSteps} are expected`);
  if (safe === true && !answer.safe) found.push('was answered, where the agent should not');
  if (safe !== true && answer.safe)
    found.push('did not pass what the agent itself asks for, and was not sent');
  // Of nothing it is true that it does not contain something.
  if (answer.text.trim() === '') found.push('is empty');
  return { failures: found, errors: [...wanted.errors, ...unwanted.errors] };
}

type Wanted = Pick<Expectations, 'contains' | 'matches' | 'tool'>;

/** @param wanted whether it must be so, or must not */
async function compared(
  answer: Answered,
  { contains = [], matches = [], tool = [] }: Wanted,
  wanted: boolean,
): Promise<Misses> {
  const text = plain(answer.text);
  const rules = matches.map((pattern) => ({ name: pattern, pattern, wanted, reason: '' }));
  const judged = await judgedByPatterns(answer.text, rules);
  const verb = (positive: string, negative: string) => (wanted ? positive : negative);
  return {
    failures: [
      ...contains
        .filter((words) => text.includes(plain(words)) !== wanted)
        .map((words) => `${verb('does not contain', 'contains')} ${JSON.stringify(words)}`),
      ...judged
        .filter(({ verdict }) => verdict === 'fail')
        .map(({ rule }) => `${verb('does not match', 'matches')} /${rule}/`),
      ...tool
        .filter((name) => answer.tools.includes(name) !== wanted)
        .map((name) => `${verb('does not call', 'calls')} ${name}`),
    ],
    errors: judged
      .filter(({ verdict }) => verdict === 'not judged')
      .map(({ rule }) => `could not be compared with /${rule}/, which takes too long`),
  };
}

function plain(text: string): string {
  return text.normalize('NFKC').replace(/\s+/g, ' ').trim().toLowerCase();
}
