import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Maintenance } from '../../src/maintenance/maintenance.js';
import { until } from '../support/until.js';

export interface MaintenanceUnderTest {
  maintenance: Maintenance;
  /** A second one on the same schedule, as another process would have; absent where it belongs to one process. */
  second?: Maintenance;
  dispose(): Promise<void>;
}

/** The five points of `src/maintenance/maintenance.ts`, for every implementation. */
export function maintenanceContract(name: string, open: () => Promise<MaintenanceUnderTest>): void {
  describe(`${name} keeps the Maintenance contract`, () => {
    let under: MaintenanceUnderTest;
    let all: Maintenance[];

    beforeEach(async () => {
      under = await open();
      all = [under.maintenance, ...(under.second ? [under.second] : [])];
    });
    afterEach(() => under.dispose());

    const every = (work: string, ms: number, run: (signal: AbortSignal) => Promise<void>) => {
      for (const maintenance of all) maintenance.every(work, ms, run);
    };

    it('runs a work again and again, about every interval', async () => {
      const began = Date.now();
      let runs = 0;
      every('sweep', 100, async () => void runs++);
      await until(() => runs >= 5);
      // Slots are a property of the clock, so the first two may follow closely; a noisy machine makes it slower only.
      expect(Date.now() - began).toBeGreaterThanOrEqual(3 * 100 - 20);
    });

    it('never runs a work twice at once, even if it takes longer than its interval', async () => {
      let running = 0;
      let most = 0;
      let runs = 0;
      every('slow', 40, async () => {
        most = Math.max(most, ++running);
        await pause(130);
        running--;
        runs++;
      });
      await until(() => runs >= 5);
      expect(most).toBe(1);
    });

    it('goes on after a run that failed', async () => {
      let runs = 0;
      every('failing', 40, async () => {
        runs++;
        throw new Error('no');
      });
      await until(() => runs >= 3);
    });

    it('lets no work wait for another', async () => {
      let stuck = 0;
      let runs = 0;
      every('stuck', 40, async (signal) => {
        stuck++;
        await until(() => signal.aborted, 30_000);
      });
      await until(() => stuck > 0);
      every('free', 40, async () => void runs++);
      await until(() => runs >= 3);
      expect(stuck).toBe(1);
    });

    it('ends with the run that is under way, whose signal is aborted', async () => {
      let ended = 0;
      let began = 0;
      every('long', 20, async (signal) => {
        began++;
        await until(() => signal.aborted, 30_000);
        await pause(20);
        ended++;
      });
      await until(() => began > 0);
      await Promise.all(all.map((maintenance) => maintenance.close()));
      expect(ended).toBe(began);
      await pause(100);
      expect(ended).toBe(began);
      await under.maintenance.close();
    });

    it('begins nothing while it ends, however long that takes, but what it hears that it is over', async () => {
      const [first] = all;
      let over = false;
      let long = 0;
      const late: boolean[] = [];
      first!.every('long', 20, async (signal) => {
        long++;
        await until(() => signal.aborted, 30_000);
        await pause(500);
      });
      first!.every('short', 20, async (signal) => {
        if (over) late.push(signal.aborted);
      });
      await until(() => long > 0);
      over = true;
      await first!.close();
      expect(late.length).toBeLessThanOrEqual(1);
      expect(late).not.toContain(false);
    });

    it('goes on in another process when one ends', async () => {
      const [first, second] = all;
      if (!second) return;
      const ran = new Set<string>();
      first!.every('shared', 40, async () => void ran.add('first'));
      await until(() => ran.has('first'));
      second.every('shared', 40, async () => void ran.add('second'));
      await first!.close();
      ran.clear();
      await until(() => ran.has('second'));
      expect(ran.has('first')).toBe(false);
    });
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
