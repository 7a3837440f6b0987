/** What one request to a model took and cost, as the turn that made it keeps it. It holds no words of anybody. */
import { z } from 'zod';

export const ModelCall = z.object({
  model: z.string(),
  for: z.enum(['answer', 'revision', 'judge']),
  /** Unix ms. */
  startedAt: z.number(),
  durationMs: z.number(),
  /** Until it began to answer; absent: it never did. */
  firstMs: z.number().optional(),
  /** As the provider says it; 0: it does not. */
  inputTokens: z.number(),
  outputTokens: z.number(),
  cachedTokens: z.number().optional(),
  /** US dollars, by the price as it was then; absent: nobody knew the price, or the provider said no tokens. */
  usd: z.number().optional(),
  /** Tools that it asked for. */
  tools: z.number().int(),
  /** Why it gave no answer: an error's code. */
  failed: z.string().optional(),
});
export type ModelCall = z.infer<typeof ModelCall>;
