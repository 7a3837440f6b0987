import { within } from '../core/deadline.js';
import type { Memory } from '../core/memory.js';
import type { Turn } from '../core/turn.js';
import type { Logger } from '../logger.js';
import type { Evaluator, TurnContext } from '../plugin/plugin.js';

/** An evaluator that takes longer has no say. */
const judgeMs = 15_000;
const learnMs = 60_000;

/** The advice of all evaluators that reject the draft, or null when it may be sent. A failing evaluator has no say. */
export async function adviceOn(
  draft: string,
  evaluators: Evaluator[],
  context: TurnContext,
  log: Logger,
): Promise<string | null> {
  const advice = await Promise.all(
    evaluators.map(async (evaluator) => {
      if (!evaluator.judge) return null;
      const verdict = await limited(evaluator, judgeMs, context, log, (inner) =>
        evaluator.judge!(draft, inner),
      );
      return verdict && !verdict.accept ? verdict.advice : null;
    }),
  );
  const rejections = advice.filter((text) => text !== null);
  return rejections.length === 0 ? null : rejections.join('\n');
}

/** Lets evaluators learn from a finished turn; never throws. */
export async function learnFrom(
  turn: Turn,
  reply: Memory | null,
  evaluators: Evaluator[],
  context: TurnContext,
  log: Logger,
): Promise<void> {
  await Promise.all(
    evaluators.map(async (evaluator) => {
      if (!evaluator.learn) return;
      await limited(evaluator, learnMs, context, log, (inner) => evaluator.learn!(turn, reply, inner));
    }),
  );
}

async function limited<T>(
  evaluator: Evaluator,
  ms: number,
  context: TurnContext,
  log: Logger,
  work: (context: TurnContext) => Promise<T>,
): Promise<T | undefined> {
  try {
    return await within(ms, (signal) => work({ ...context, signal }), context.signal);
  } catch (err) {
    if (!context.signal.aborted)
      log.warn({ err, evaluator: evaluator.name, turnId: context.turnId }, 'evaluator failed');
    return undefined;
  }
}
