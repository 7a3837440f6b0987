/**
 * Score: how replies of one agent fared in a day, by version and topic. A record holds counts and ids, no words.
 *
 * What is not judged counts for itself and is in no average.
 */
import { z } from 'zod';
import type { EvaluationRecord } from '../core/evaluation-record.js';
import { defineRecord } from '../store/record.js';

/** What is counted. */
export const counted = [
  /** Replies that were sent as they were, after another draft, and not at all. */
  ...['sent', 'revised', 'safe'],
  /** Those of which nobody could say whether they might be sent. */
  'notJudged',
  /** Reactions for and against, and messages that say a reply was wrong. */
  ...['up', 'down', 'corrections'],
  /** Operators' ratings. */
  'ratings',
] as const;
export type Counted = (typeof counted)[number];

const count = z.number().default(0);

export const Score = z.looseObject({
  agentId: z.string(),
  version: z.string(),
  topic: z.string(),
  /** UTC. */
  day: z.string(),
  ...(Object.fromEntries(counted.map((name) => [name, count])) as Record<Counted, typeof count>),
  /** Of all ratings, each from 0 to 1. */
  ratingSum: count,
  judged: count,
  /** Of all that a judge gave, each from 0 to 1. */
  judgeSum: count,
  /** How often a draft failed by each check or rule. */
  failures: z.record(z.string(), z.number()).default({}),
  /** Turns that failed or were corrected, the latest ones. */
  turns: z.array(z.string()).default([]),
});
export type Score = z.infer<typeof Score>;

export interface ScoreKey {
  agentId: string;
  version: string;
  topic: string;
  day: string;
}

export const scoreRecord = defineRecord<Score>({
  kind: 'score',
  schema: Score as z.ZodType<Score>,
  group: ({ agentId }) => agentId,
});

/** Sorts by day. */
export function scoreIdOf({ agentId, day, version, topic }: ScoreKey): string {
  return [agentId, day, version, topic].join('/');
}

export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** What is added to a score. */
export interface Delta {
  counts: Partial<Record<Counted | 'ratingSum' | 'judged' | 'judgeSum', number>>;
  failures?: Record<string, number>;
  turnId?: string;
}

const mostTurns = 20;
const mostFailures = 100;
const longestName = 200;

export function added(score: Score | null, key: ScoreKey, { counts, failures = {}, turnId }: Delta): Score {
  const now = score ?? Score.parse(key);
  const sums: Partial<Score> = {};
  for (const [name, more] of Object.entries(counts)) {
    const sum = (now[name as Counted] ?? 0) + more;
    // A reaction may be taken back that was never counted.
    sums[name as Counted] = Math.max(0, sum);
  }
  const failed = { ...now.failures };
  for (const [said, more] of Object.entries(failures)) {
    const name = said.slice(0, longestName);
    if (name in failed || Object.keys(failed).length < mostFailures)
      failed[name] = (failed[name] ?? 0) + more;
  }
  const turns = turnId ? [...now.turns.filter((id) => id !== turnId), turnId].slice(-mostTurns) : now.turns;
  return { ...now, ...key, ...sums, failures: failed, turns };
}

/** A name for what a draft failed by: the agent's rule, or the check. */
export function failureOf({ check, rule }: EvaluationRecord['findings'][number]): string {
  return rule === undefined ? check : `${check}: ${rule}`.slice(0, longestName);
}

/** What a turn adds. */
export function deltaOf({ outcome, findings, score }: EvaluationRecord, turnId: string): Delta {
  const last = findings.filter(
    ({ draft }) => draft === (outcome === 'safe' ? Math.max(...findings.map((one) => one.draft)) : draft),
  );
  const unjudged = outcome === 'safe' && last.some(({ verdict }) => verdict === 'not judged');
  const name = unjudged ? 'notJudged' : outcome;
  const failures: Record<string, number> = {};
  // Once a turn, however many of its drafts failed by it.
  for (const finding of findings) if (finding.verdict === 'fail') failures[failureOf(finding)] = 1;
  return {
    counts: { ...(name && { [name]: 1 }), ...(score !== undefined && { judged: 1, judgeSum: score }) },
    failures,
    ...(outcome !== 'sent' && { turnId }),
  };
}

/** Half a point for what had to be written twice. */
const half = 0.5;

/** From 0 to 1; null: nothing of it is known. */
export function averageOf(score: Pick<Score, Counted | 'ratingSum'>): number | null {
  const { sent, revised, safe, up, down, corrections, ratings, ratingSum } = score;
  const all = sent + revised + safe + up + down + corrections + ratings;
  if (all === 0) return null;
  return Math.round(((sent + half * revised + up + ratingSum) / all) * 1000) / 1000;
}
