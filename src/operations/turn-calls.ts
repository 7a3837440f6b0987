/** What models were asked in a turn, and what that took and cost. */
import { z } from 'zod';
import { ModelCall } from '../core/model-call.js';
import type { Turn } from '../core/turn.js';
import { instant } from './shapes.js';

const Call = z.object({
  ...{ model: z.string(), for: ModelCall.shape.for, startedAt: instant, durationMs: z.number() },
  firstMs: z.number().nullable().describe('until it began to answer; null: it never did'),
  inputTokens: z.number().describe('as the provider says it; 0: it does not'),
  ...{ outputTokens: z.number(), cachedTokens: z.number().optional() },
  usd: z.number().nullable().describe('null: nobody knew the price, or the provider said no tokens'),
  tools: z.number().describe('that it asked for'),
  failed: z.string().optional().describe('why it gave no answer'),
});

export const callShapes = {
  calls: z
    .array(Call)
    .describe(
      'what models were asked, in order, by the prices as they were then; what is learnt from it later is none of it',
    ),
  cost: z.object({
    usd: z.number().nullable().describe('of the calls whose cost is known; null: of none'),
    unpriced: z.number().describe('calls that were answered, and whose cost is not known'),
    modelMs: z.number().describe('for which models were waited for'),
  }),
};

export function callsOf({ steps, calls = [] }: Pick<Turn, 'steps'> & { calls?: ModelCall[] | undefined }) {
  const all = [...steps.flatMap(({ made = [] }) => made), ...calls];
  const priced = all.flatMap(({ usd }) => usd ?? []);
  return {
    calls: all.map((call) => ({ ...call, firstMs: call.firstMs ?? null, usd: call.usd ?? null })),
    cost: {
      usd: priced.length === 0 ? null : priced.reduce((sum, usd) => sum + usd, 0),
      unpriced: all.filter(({ usd, failed }) => usd === undefined && failed === undefined).length,
      modelMs: all.reduce((sum, { durationMs }) => sum + durationMs, 0),
    },
  };
}
