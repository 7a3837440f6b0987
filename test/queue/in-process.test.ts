import { afterEach, expect, it, vi } from 'vitest';
import { InProcessQueue } from '../../src/queue/in-process.js';
import { queueContract } from '../contract/queue.js';
import { until } from '../support/until.js';

const open = () => new InProcessQueue({ concurrency: 8, attempts: 3, retryBaseMs: 20 });

queueContract('InProcessQueue', async () => {
  const queue = open();
  return { queue, dispose: () => queue.close(0) };
});

afterEach(() => vi.restoreAllMocks());

it('a room that was scheduled while it ran runs again, although the clock was put back meanwhile', async () => {
  const queue = open();
  let runs = 0;
  let end = () => {};
  const first = new Promise<void>((resolve) => {
    end = resolve;
  });
  queue.process(
    async () => {
      if (++runs === 1) await first;
    },
    async () => {},
  );
  await queue.schedule('r');
  await until(() => runs === 1);
  await queue.schedule('r');
  const earlier = Date.now() - 3_600_000;
  vi.spyOn(Date, 'now').mockImplementation(() => earlier);
  end();
  await vi.waitFor(() => expect(runs).toBe(2), { timeout: 2_000 });
  await queue.close(0);
});
