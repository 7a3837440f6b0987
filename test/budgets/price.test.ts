import { describe, expect, it } from 'vitest';
import { costOf, mostOutput } from '../../src/budgets/price.js';

const price = { input: 1, cached: 0.1, output: 4 };

describe('what a model call costs', () => {
  it('[act.44] counts cached input and reasoning as parts of the whole', () => {
    const usage = { inputTokens: 10_000, cachedTokens: 8_000, outputTokens: 1_000 };
    expect(costOf(usage, price)).toEqual({ tokens: 11_000, usd: expect.closeTo(0.0068, 10) });
  });

  it('[act.44] counts cached input like the rest where nobody says what it costs, and never less than nothing', () => {
    const usage = { inputTokens: 10_000, cachedTokens: 8_000, outputTokens: 1_000 };
    expect(costOf(usage, { input: 1, output: 4 }).usd).toBeCloseTo(0.014, 10);
    expect(costOf({ inputTokens: 100, cachedTokens: 800, outputTokens: 0 }, price).usd).toBeCloseTo(
      0.00001,
      10,
    );
  });

  it('is tokens alone without a price', () => {
    expect(costOf({ inputTokens: 1, outputTokens: 2 }, undefined)).toEqual({ tokens: 3, usd: 0 });
  });

  it('says how long an answer some money and tokens are enough for', () => {
    expect(mostOutput(1000, price, { tokens: 1500, usd: 1 })).toBe(500);
    expect(mostOutput(1000, price, { tokens: 9000, usd: 0.005 })).toBe(1000);
    expect(mostOutput(1000, price, { tokens: 9000, usd: 0.0009 })).toBeLessThan(0);
    expect(mostOutput(1000, price, { tokens: 900, usd: 1 })).toBeLessThan(0);
    expect(mostOutput(1000, { input: 0, output: 0 }, { tokens: 9000, usd: 0.001 })).toBe(8000);
    expect(mostOutput(1000, undefined, { tokens: Infinity, usd: Infinity })).toBe(Infinity);
  });
});
