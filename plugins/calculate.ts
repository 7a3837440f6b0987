/** Calculate: exact arithmetic and conversions of units, so that no model has to do sums in its head. */
import { z } from 'zod';
import { defineAction, type Plugin } from '../src/extension-api.js';
import { calculate, maxExpressionLength } from './calculate/arithmetic.js';
import { asExpression, phrases } from './calculate/english.js';

const parameters = z.object({
  expression: z
    .string()
    .min(1)
    .max(maxExpressionLength)
    .describe('For example: 12.5 * (3 + 4)^2, 15% of 80, sqrt(2), sin(30 deg), 5 km to miles'),
});

const action = defineAction({
  name: 'calculate',
  description:
    'Calculates: numbers, + - * / ^ % !, parentheses, functions such as sqrt, log, sin, round, mean, and conversions of units with "to". Use it for every calculation, however small.',
  parameters,
  timeoutMs: 5000,
  repeatable: true,
  phrases,
  async run({ expression }, { signal }) {
    signal.throwIfAborted();
    const { value, rounded } = calculate(asExpression(expression));
    return `${expression.trim()} ${rounded ? '≈' : '='} ${value}`;
  },
});

export default { name: 'calculate', actions: [action] } satisfies Plugin;
