/** What every `RateCounter` promises. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RateCounter } from '../../src/rate/rate.js';
import { until } from '../support/until.js';

export interface RateParty {
  /** As another process sees it; where nothing is shared, the same one. */
  open(): RateCounter;
  close(): Promise<void>;
}

export function rateContract(name: string, start: () => Promise<RateParty>): void {
  describe(`${name} keeps the contract of rates:`, () => {
    let party: RateParty;
    beforeEach(async () => {
      party = await start();
    });
    afterEach(() => party.close());

    it('all of a window get another number, however many count at once', async () => {
      const counters = [party.open(), party.open(), party.open()];
      const counting = Array.from({ length: 300 }, (_, i) => counters[i % 3]!.count('address', 'a', 60));
      const counts = (await Promise.all(counting)).map(({ count }) => count);
      expect(counts.sort((one, other) => one - other)).toEqual(counts.map((_, i) => i + 1));
    });

    it('amounts add up, however many count at once', async () => {
      const counters = [party.open(), party.open()];
      const counting = Array.from({ length: 40 }, (_, i) => counters[i % 2]!.count('tokens', 'a', 60, 500));
      const counts = (await Promise.all(counting)).map(({ count }) => count);
      expect(counts.sort((one, other) => one - other)).toEqual(counts.map((_, i) => (i + 1) * 500));
      expect((await counters[0]!.count('tokens', 'a', 60)).count).toBe(20_001);
    });

    it('kinds, keys and windows do not touch', async () => {
      const counter = party.open();
      const all = [
        ['address', 'a', 60],
        ['address', 'b', 60],
        ['address', 'a', 61],
        ['token', 'a', 60],
        // Not the same when put together.
        ['address', '60:a', 6],
        ['address', 'a"\n', 60],
      ] as const;
      for (const expected of [1, 2])
        for (const [kind, key, seconds] of all)
          expect((await counter.count(kind, key, seconds)).count).toBe(expected);
    });

    it('a window ends, and another one begins with the next', async () => {
      const counter = party.open();
      expect(await counter.count('address', 'a', 1)).toMatchObject({ count: 1 });
      const { count, leftMs } = await counter.count('address', 'a', 600);
      expect(count).toBe(1);
      expect(leftMs).toBeGreaterThan(1000);
      expect(leftMs).toBeLessThanOrEqual(600_000);
      await until(async () => {
        const seen = await counter.count('address', 'a', 1);
        expect(seen.leftMs).toBeGreaterThan(0);
        return seen.count === 1;
      });
    });
  });
}
