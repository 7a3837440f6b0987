/** What model calls cost. */
import type { ModelAbilities } from '../core/model-abilities.js';
import type { Usage } from '../core/turn.js';

/** Tokens, and US dollars. */
export interface Cost {
  tokens: number;
  usd: number;
}

export type Price = ModelAbilities['price'];

const million = 1_000_000;

/** @param price absent: it costs tokens alone */
export function costOf({ inputTokens, cachedTokens = 0, outputTokens }: Usage, price: Price): Cost {
  const cached = Math.min(cachedTokens, inputTokens);
  const tokens = inputTokens + outputTokens;
  if (!price) return { tokens, usd: 0 };
  const { input, output, cached: ofCached = input } = price;
  return {
    tokens,
    usd: ((inputTokens - cached) * input + cached * ofCached + outputTokens * output) / million,
  };
}

/** The most tokens of an answer to a prompt of this length that this is enough for; below 0: it is not for the prompt. */
export function mostOutput(promptTokens: number, price: Price, { tokens, usd }: Cost): number {
  const left = usd - costOf({ inputTokens: promptTokens, outputTokens: 0 }, price).usd;
  // Sums of dollars are off by less than this.
  if (left < -1e-9) return -1;
  const each = (price?.output ?? 0) / million;
  const byUsd = each === 0 ? Number.POSITIVE_INFINITY : Math.floor((left + 1e-9) / each);
  return Math.min(tokens - promptTokens, byUsd);
}
