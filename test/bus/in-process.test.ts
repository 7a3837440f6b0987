import { expect, it } from 'vitest';
import { InProcessBus } from '../../src/bus/in-process.js';
import { busContract } from '../contract/bus.js';

busContract('InProcessBus', async () => {
  const bus = new InProcessBus(() => {});
  return { bus, other: bus, dispose: () => bus.close() };
});

it('reports what a listener throws', async () => {
  const errors: unknown[] = [];
  const bus = new InProcessBus((error) => errors.push(error));
  await bus.subscribe('a', () => {
    throw new Error('broken');
  });
  bus.publish('a', { type: 'text.delta', turnId: 't', text: '' });
  expect(errors).toMatchObject([{ message: 'broken' }]);
});
