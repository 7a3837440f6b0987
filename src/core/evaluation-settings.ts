/** What stands under `evaluation` in a character: what its replies must pass before they are sent, and how it is tested. */
import { z } from 'zod';
import { ModelRef } from './model-ref.js';

export const evaluationChecks = ['grounding', 'safety', 'secrets', 'rules'] as const;
export type EvaluationCheck = (typeof evaluationChecks)[number];

/** Flags of every pattern: people write words in any case. */
export const patternFlags = 'iu';

const Pattern = z
  .string()
  .min(1)
  .max(500)
  .superRefine((pattern, context) => {
    try {
      new RegExp(pattern, patternFlags);
    } catch (error) {
      context.addIssue({
        code: 'custom',
        message: `must be a regular expression (${(error as Error).message})`,
      });
    }
  });
const Reason = z.string().min(1).max(500);

export const OwnRule = z.union(
  [
    z.string().min(1).max(500),
    z.strictObject({ never: Pattern, reason: Reason.optional() }),
    z.strictObject({ always: Pattern, reason: Reason.optional() }),
  ],
  'must be a sentence for the judge, {"never": PATTERN, "reason": …} or {"always": PATTERN, "reason": …}',
);
export type OwnRule = z.output<typeof OwnRule>;

const TopicName = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,31}$/, 'must be a-z, 0-9, "_" and "-", at most 32');

/** Said in place of a reply that failed twice, where the character has no words of its own for it. */
const usualAnswer = 'I cannot give you an answer to this that I am sure of. Please ask a person.';

export const EvaluationSettings = z.strictObject({
  checks: z
    .array(z.enum(evaluationChecks))
    .max(evaluationChecks.length)
    .default([])
    .describe('What a reply must pass. `rules` is on wherever there are some.'),
  rules: z.array(OwnRule).max(50).default([]).describe('Sentences are for the judge; patterns need none.'),
  judge: ModelRef.default('none').describe(
    'The model that judges; `none`: rules and checks without a model.',
  ),
  onFailure: z
    .string()
    .trim()
    .min(1)
    .max(2000)
    .default(usualAnswer)
    .describe('What is said where the second draft fails, too.'),
  topics: z
    .record(TopicName, z.array(z.string().trim().min(1).max(100)).min(1).max(50))
    .default({})
    .describe('Words by which a question belongs to a topic, for scores.'),
  requireTests: z
    .boolean()
    .default(false)
    .describe('Whether its behaviour tests must pass before a new version goes live.'),
  tests: z
    .string()
    .min(1)
    .max(512)
    .optional()
    .describe('Folder of its behaviour tests, from where characters are.'),
});
export type EvaluationSettings = z.output<typeof EvaluationSettings>;
