import { describe, expect, it } from 'vitest';
import { descend } from '../../../src/connector/kit/ladder.js';
import { FatalError, RetryableError } from '../../../src/errors.js';

const refusal = (message: string) => new FatalError('delivery_failed', message);
const failing = (name: string, error: Error) => ({ name, send: () => Promise.reject(error) });
const taken = (name: string) => ({ name, send: async () => name });

describe('a ladder', () => {
  it('gives the best form that is taken, and tells of each that is refused', async () => {
    const told: unknown[] = [];
    const rungs = [
      failing('as rendered', refusal('buttons')),
      failing('plain', refusal('long')),
      taken('short'),
    ];
    const sent = await descend(rungs, (error, rung, next) =>
      told.push([error.message, rung.name, next?.name]),
    );
    expect(sent).toBe('short');
    expect(told).toEqual([
      ['buttons', 'as rendered', 'plain'],
      ['long', 'plain', 'short'],
    ]);
  });

  it('ends with the last refusal', async () => {
    const rungs = [failing('as rendered', refusal('a')), failing('plain', refusal('b'))];
    await expect(descend(rungs, () => {})).rejects.toThrow('b');
  });

  it.each([
    ['what may pass', new RetryableError('delivery_failed', 'busy')],
    ['what nobody knows', new Error('socket hang up')],
    ['a refused token', new FatalError('config_invalid', 'token')],
  ])('is not descended for %s', async (_, error) => {
    await expect(descend([failing('as rendered', error), taken('plain')], () => {})).rejects.toBe(error);
  });
});
