/** What every `Leases` promises. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Lease, Leases } from '../../src/lease/lease.js';
import { until } from '../support/until.js';

export interface LeaseParty {
  /** As another process sees them. */
  open(): Leases;
  close(): Promise<void>;
}

export function leaseContract(name: string, start: () => Promise<LeaseParty>): void {
  describe(`${name} keeps the lease contract:`, () => {
    let party: LeaseParty;
    let leases: Lease[] = [];
    beforeEach(async () => {
      party = await start();
    });
    afterEach(async () => {
      await Promise.all(leases.map((lease) => lease.release()));
      leases = [];
      await party.close();
    });

    function contend(lease: string, from = party.open()) {
      const seen = { fences: [] as number[], lost: [] as string[] };
      const contender = from.contend(lease, {
        gained: (fence) => void seen.fences.push(fence),
        lost: (reason) => void seen.lost.push(reason),
      });
      leases.push(contender);
      return { ...seen, lease: contender };
    }

    it('one of many holds it', async () => {
      const contenders = Array.from({ length: 5 }, () => contend('bot'));
      const holders = () => contenders.filter(({ lease }) => lease.held);
      await until(() => holders().length > 0);
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(holders()).toHaveLength(1);
      expect(contenders.flatMap(({ fences }) => fences)).toHaveLength(1);
    });

    it('another one follows a holder that releases it, with a higher fence', async () => {
      const first = contend('bot');
      await until(() => first.lease.held);
      const second = contend('bot');
      await first.lease.release();
      expect(first.lease.held).toBe(false);
      await until(() => second.lease.held);
      expect(second.fences[0]!).toBeGreaterThan(first.fences[0]!);
      expect(first.lost).toEqual([]);
    });

    it('leases of different names do not touch', async () => {
      const [one, other] = [contend('one'), contend('other')];
      await until(() => one.lease.held && other.lease.held);
    });

    it('one that stands by can go', async () => {
      const first = contend('bot');
      await until(() => first.lease.held);
      const second = contend('bot');
      await second.lease.release();
      await second.lease.release();
      await first.lease.release();
      const third = contend('bot');
      await until(() => third.lease.held);
      expect(second.fences).toEqual([]);
    });
  });
}
