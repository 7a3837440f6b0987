import { expect, it } from 'vitest';
import type { TurnStep } from '../../src/core/turn.js';
import { blankOutSteps } from '../../src/memory/secret-steps.js';

const action = (argument: string) => ({
  ...{ callId: 'c', name: 'tell', arguments: JSON.stringify({ text: argument }), result: 'told', ok: true },
  ...{ startedAt: 1, durationMs: 1, state: 'done' as const },
});
const usage = { inputTokens: 1, outputTokens: 1 };

async function editsOf(steps: TurnStep[], status: 'done' | 'waiting' = 'done') {
  const seen: unknown[] = [];
  const turns = { edit: async (_: string, edited: unknown) => void seen.push(edited) };
  const delivered = async () => void seen.push('delivered');
  await blankOutSteps({ turnId: 't', status, steps }, turns as never, delivered);
  return seen;
}

it('leaves steps alone that hide nothing, whatever order older hubs stored their fields in', async () => {
  expect(await editsOf([{ text: 'a', actions: [action('hello')], usage }])).toEqual([]);
  expect(await editsOf([{ usage, actions: [action('hello')], text: 'a' }])).toEqual([]);
  expect(await editsOf([])).toEqual([]);
});

it('blanks secrets out once the reply is delivered, and not while the turn waits', async () => {
  const steps = [{ text: 'a', actions: [action('my password is hunter2x')], usage }];
  const [first, edited] = await editsOf(steps);
  expect(first).toBe('delivered');
  expect(JSON.stringify(edited)).toContain('[not kept]');
  expect(JSON.stringify(edited)).not.toContain('hunter2x');
  expect(await editsOf(steps, 'waiting')).toEqual([]);
});
