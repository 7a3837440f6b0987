import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyedQueue, pause } from '../../../src/extension-api.js';

describe('[structure.12] a queue by key', () => {
  it('runs the jobs of one key in order, one at a time, and settles as they do', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(3), fc.boolean()), { maxLength: 20 }),
        async (jobs) => {
          const queue = new KeyedQueue();
          const ran: Record<string, number[]> = { a: [], b: [], c: [] };
          const running = new Set<string>();
          const results = await Promise.allSettled(
            jobs.map(([key, ms, fails], index) =>
              queue.run(key, async () => {
                expect(running.has(key)).toBe(false);
                running.add(key);
                await pause(ms);
                running.delete(key);
                ran[key]!.push(index);
                if (fails) throw new Error(`job ${index}`);
                return index;
              }),
            ),
          );
          for (const [key, order] of Object.entries(ran)) {
            const asked = jobs.flatMap(([of], index) => (of === key ? [index] : []));
            expect(order).toEqual(asked);
          }
          expect(results.map(({ status }) => status === 'rejected')).toEqual(
            jobs.map(([, , fails]) => fails),
          );
          expect(queue.size).toBe(0);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('does not have a key wait for another', async () => {
    const queue = new KeyedQueue();
    let open = () => {};
    const slow = queue.run('slow', () => new Promise<void>((resolve) => (open = resolve)));
    expect(await queue.run('quick', () => 'done')).toBe('done');
    open();
    await slow;
  });

  it('waits at its close for what runs, and drops the rest', async () => {
    const queue = new KeyedQueue();
    const ran: string[] = [];
    let open = () => {};
    const first = queue.run('a', async () => {
      await new Promise<void>((resolve) => (open = resolve));
      ran.push('first');
    });
    const second = queue.run('a', () => void ran.push('second'));
    await pause(1);
    const closed = queue.close().then(() => ran.push('closed'));
    open();
    await first;
    await expect(second).rejects.toMatchObject({ code: 'shutting_down', retryable: true });
    await closed;
    expect(ran).toEqual(['first', 'closed']);
    await expect(queue.run('b', () => {})).rejects.toMatchObject({ code: 'shutting_down' });
  });
});
