/** How a turn's reply was judged before it was sent, and what its scores count for. It holds no words of anybody. */
import { z } from 'zod';
import { evaluationChecks } from './evaluation-settings.js';

/** `not judged`: nobody can say. A reply goes out by a pass alone. */
export const verdicts = ['pass', 'fail', 'not judged'] as const;
export type Verdict = (typeof verdicts)[number];

/** `sent`: the first draft; `revised`: the second; `safe`: neither, and what the agent says instead. */
export const evaluationOutcomes = ['sent', 'revised', 'safe'] as const;

export const Finding = z.object({
  check: z.enum(evaluationChecks),
  verdict: z.enum(verdicts),
  /** Of the agent's rules, which: `never: PATTERN` or its sentence. */
  rule: z.string().optional(),
  /** In the hub's words, or those of the agent's definition. */
  reason: z.string(),
  /** Who judged, where that was a model. */
  judge: z.string().optional(),
});
export type Finding = z.infer<typeof Finding>;

export const EvaluationRecord = z.object({
  /** Of the agent's definition and its lessons. */
  version: z.string(),
  topic: z.string(),
  /** Absent: nothing was checked. */
  outcome: z.enum(evaluationOutcomes).optional(),
  /** What did not pass, of the first draft, then of the second. */
  findings: z.array(Finding.extend({ draft: z.number().int() })),
  /** The judge's, of what was judged last; 0 to 1. */
  score: z.number().optional(),
});
export type EvaluationRecord = z.infer<typeof EvaluationRecord>;
