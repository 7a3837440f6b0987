import { describe, expect, it } from 'vitest';
import { Character } from '../../src/core/character.js';
import { judgedByPatterns, patternsIn } from '../../src/evaluation/rules.js';

const verdictsOf = async (draft: string, ...rules: Parameters<typeof patternsIn>[0]) =>
  (await judgedByPatterns(draft, patternsIn(rules))).map(({ verdict }) => verdict);

describe('rules that are patterns', () => {
  it.each([
    ['We promise a full refund.', 'fail'],
    ['We promise a FULL   **ref**und.', 'fail'],
    ['We promise a fu\u200bll re\u00adfund.', 'fail'],
    ['A ｆｕｌｌ refund!', 'fail'],
    ['A full [refund](https://shop.example)', 'fail'],
    ['We do not refund in full.', 'pass'],
  ])('forbid however it is written: %s', async (draft, expected) => {
    expect(await verdictsOf(draft, { never: 'full refund' })).toEqual([expected]);
  });

  it('demand', async () => {
    const rule = { always: 'not legal advice' };
    expect(await verdictsOf('It is legal. This is **not** legal\nadvice.', rule)).toEqual(['pass']);
    expect(await verdictsOf('It is legal.', rule)).toEqual(['fail']);
  });

  it('that would take for ever are not judged, and hold no other up', async () => {
    const draft = `${'a'.repeat(60)}!`;
    expect(await verdictsOf(draft, { never: '^(a+)+$' }, { never: 'b' })).toEqual(['not judged', 'pass']);
  });

  it('are refused where they are none', () => {
    const read = Character.safeParse({ name: 'Ada', bio: '', evaluation: { rules: [{ never: '(' }] } });
    expect(read.success).toBe(false);
    expect(
      Character.safeParse({ name: 'Ada', bio: '', evaluation: { rules: [{ nevr: 'x' }] } }).success,
    ).toBe(false);
  });
});
