/** The chain of audit rows: one line, whoever writes, and whatever is done to it behind the hub's back is told. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { linkedRow, linksAfter } from '../../../src/store/audit-chain.js';
import type { AuditRow, Link } from '../../../src/store/audit-log.js';
import { verifyChain } from '../../../src/store/audit-verification.js';
import { auditRow, bare } from './audit.js';
import type { StoreSubject } from './subject.js';

export function auditChainContract(subject: StoreSubject): void {
  const rows = (count: number) => Array.from({ length: count }, () => auditRow());
  const append = async (count: number) => {
    const added = rows(count);
    await Promise.all(added.map((row) => subject.store.audit.append(row)));
    return added;
  };
  const verify = () => verifyChain(subject.store.audit);
  const links = () => subject.store.audit.links(0, 1_000);
  const faults = async () => (await verify()).faults.map(({ kind, from, to }) => [kind, from, to]);
  /** As by somebody who knows how rows are made: numbers and hashes are right again. */
  const forged = (kept: Link[], added: AuditRow[]) => [...kept, ...linksAfter(kept.at(-1)!, added)];
  const tampering = () => subject.tampering;

  describe('the audit chain', () => {
    it('numbers rows in one line, and each hash can be made again of what is read', async () => {
      expect(await verify()).toMatchObject({ ok: true, rows: 0, head: null, faults: [] });
      await append(30);
      await subject.reopen();
      await append(5);
      const found = await links();
      expect(found.map(({ seq }) => seq)).toEqual(Array.from({ length: 35 }, (_, i) => i + 1));
      let previous = '0'.repeat(64);
      for (const link of found) {
        const { hash, at, ...row } = linkedRow(link)!;
        expect(row.previous).toBe(previous);
        const sorted = Object.entries({ ...row, at: new Date(at).toISOString() }).sort(([a], [b]) =>
          a < b ? -1 : 1,
        );
        const flat = {
          ...Object.fromEntries(sorted),
          principal: { kind: 'token', name: 'admin', tenant: 'default' },
        };
        expect(createHash('sha256').update(JSON.stringify(flat)).digest('hex')).toBe(hash);
        previous = hash;
      }
      expect(await verify()).toMatchObject({
        ok: true,
        rows: 35,
        head: { seq: 35, hash: previous },
        missing: 0,
      });
      expect(await subject.store.audit.links(33, 1)).toEqual([found[33]]);
    });

    it('verifies whatever is in a row, with times that are finer than is kept', async () => {
      const odd = { '\u2028': 'ü\ud800\u0000', b: [undefined, 1e21, 0.1], a: { y: null, x: '"\\' } };
      await subject.store.audit.append(auditRow({ at: 1_700_000_000_000.75, target: odd }));
      await subject.store.audit.append(
        auditRow({ at: performance.timeOrigin + performance.now(), from: {} }),
      );
      await subject.reopen();
      expect(await verify()).toMatchObject({ ok: true, rows: 2 });
      expect((await subject.store.audit.list({ limit: 2 })).items[1]!.at).toBe(1_700_000_000_000);
    });

    it('[governed.38] is one line of all who write at once, the first ones into an empty log', async () => {
      const other = await subject.another();
      const stores = other ? [subject.store, other] : [subject.store];
      await Promise.all(
        stores.map(async ({ audit }) => {
          for (let round = 0; round < 4; round++) await Promise.all(rows(25).map((row) => audit.append(row)));
          for (const row of rows(10)) await audit.append(row);
        }),
      );
      await subject.reopen();
      const count = 110 * stores.length;
      expect(await verify()).toMatchObject({ ok: true, rows: count, head: { seq: count } });
    });

    it('[governed.39] says that rows at the end are gone, which, and when others come after them', async () => {
      await append(50);
      await subject.reopen();
      await tampering().change((all) => all.slice(0, 30));
      expect(await faults()).toEqual([['behind', 31, 50]]);
      expect(await verify()).toMatchObject({ ok: false, rows: 30, missing: 20 });
      await subject.reopen();
      expect(await faults()).toEqual([['behind', 31, 50]]);
      await append(3);
      expect(await faults()).toEqual([['missing', 31, 50]]);
      await subject.reopen();
      await append(2);
      expect(await verify()).toMatchObject({ ok: false, rows: 35, missing: 20, head: { seq: 55 } });
    });

    it('[governed.39] says so of all rows, and where what the database knew of them is gone, too', async () => {
      await append(40);
      await subject.reopen();
      await tampering().change(() => []);
      expect(await verify()).toMatchObject({ ok: false, rows: 0, head: null, missing: 40 });
      await tampering().forgetHead();
      expect(await faults()).toEqual([['behind', 1, 40]]);
      expect((await verify()).faults[0]!.about).toContain('40 rows are missing: 1 to 40. They were the last');
      await subject.reopen();
      await append(1);
      expect(await faults()).toEqual([['missing', 1, 40]]);
    });

    it('[governed.39] says so while the hub runs that wrote them', async () => {
      await append(40);
      await tampering().change((all) => all.slice(0, 20));
      await append(20);
      expect(await faults()).toEqual([['missing', 21, 40]]);
    });

    it('[governed.39] knows rows that were put in the place of others, with hashes of their own', async () => {
      await append(40);
      await subject.reopen();
      await tampering().change((all) => forged(all.slice(0, 20), rows(20)));
      expect(await faults()).toEqual([['changed', 40, 40]]);
      await append(1);
      await tampering().change((all) => forged(all.slice(0, 20), rows(40)));
      expect(await faults()).toContainEqual(['changed', 41, 41]);
      await tampering().change((all) => all.filter(({ seq }) => seq !== 7 && seq !== 12 && seq !== 13));
      expect((await faults()).slice(0, 2)).toEqual([
        ['missing', 7, 7],
        ['missing', 12, 13],
      ]);
    });

    it.each([0, 1, 5])(
      '[governed.39] goes on knowing that rows were put in the place of others, and %i behind them, after a restart',
      async (more) => {
        await append(40);
        await subject.reopen();
        await tampering().change((all) => forged(all.slice(0, 20), rows(20 + more)));
        await tampering().forgetHead();
        for (let restart = 0; restart < 3; restart++) {
          await subject.reopen();
          await append(2);
          expect(await faults()).toEqual([['changed', 40, 40]]);
        }
      },
    );

    it('[governed.39] goes on knowing it where they were put there while the hub runs', async () => {
      await append(40);
      await subject.reopen();
      await append(1);
      await tampering().change((all) => forged(all.slice(0, 20), rows(25)));
      for (let restart = 0; restart < 3; restart++) {
        await append(2);
        await subject.reopen();
        expect((await verify()).ok).toBe(false);
      }
    });

    it('names rows that were changed by hand, also with a hash that fits', async () => {
      await append(30);
      const change = (seq: number, more: (link: Link) => Partial<Link>) =>
        tampering().change((all) =>
          all.map((link) => (link.seq === seq ? { ...link, ...more(link) } : link)),
        );
      const original = await links();
      const changed = async (seq: number, more: (link: Link) => Partial<Link>) => {
        await tampering().change(() => original);
        expect(await faults()).toEqual([]);
        await change(seq, more);
        expect(await faults()).toEqual([['changed', seq, seq]]);
      };
      await changed(3, ({ body }) => ({ body: body.replace('"done"', '"denied"') }));
      await changed(1, ({ body }) => ({ body: body.replace('admin', 'other') }));
      await changed(30, ({ body }) => ({ body: body.replace('admin', 'other') }));
      await changed(9, () => ({ hash: 'f'.repeat(64) }));
      await changed(9, () => ({ operation: 'rooms.other' }));
      await changed(9, () => ({ id: 'another' }));
      await changed(9, () => ({ body: 'no JSON' }));
      await changed(9, () => ({ body: '{"seq":9}' }));
      const rehashed = ({ body }: Link) => {
        const other = body.replace('"done"', '"failed"');
        return { body: other, hash: createHash('sha256').update(other).digest('hex') };
      };
      await changed(14, rehashed);
      await changed(30, rehashed);
      // Its list goes on, and shows what is left of it.
      await change(9, () => ({ body: 'no JSON' }));
      const { items } = await subject.store.audit.list({ limit: 50 });
      expect(items).toHaveLength(30);
      expect(items.find((row) => 'seq' in row && row.seq === 9)).toMatchObject({ error: 'damaged' });
    });

    it('tells two rows that were written after one', async () => {
      await append(10);
      await tampering().change((all) => {
        const [twin] = linksAfter(all[3]!, rows(1));
        const body = twin!.body.replace('"seq":5', '"seq":6');
        const hash = createHash('sha256').update(body).digest('hex');
        return [...all.slice(0, 5), { ...twin!, seq: 6, body, hash }];
      });
      expect((await faults())[0]).toEqual(['forked', 5, 6]);
    });

    it('goes on behind a row that somebody else has put there', async () => {
      await append(3);
      const [foreign] = rows(1);
      await tampering().change((all) => forged(all, [foreign!]));
      await append(2);
      expect(await verify()).toMatchObject({ ok: true, rows: 6 });
    });

    it('lists rows of hubs that knew none with the others, counts them, and leaves them outside', async () => {
      const older = rows(3);
      for (const row of older.slice(0, 2)) await tampering().addOlder(row);
      const chained = [...(await append(1)), ...(await append(1))];
      // One that runs beside a newer one.
      const late = auditRow();
      await tampering().addOlder(late);
      const newest = await append(1);
      const all = [...older.slice(0, 2), ...chained, late, ...newest].toReversed();
      const first = await subject.store.audit.list({ limit: 4 });
      expect(bare(first.items)).toEqual(all.slice(0, 4));
      const second = await subject.store.audit.list({ limit: 4, before: first.nextCursor! });
      expect(bare(second.items)).toEqual(all.slice(4));
      expect(bare((await subject.store.audit.list({ limit: 9, operation: 'rooms.list' })).items)).toEqual(
        all,
      );
      expect(await subject.store.audit.older('', 2)).toEqual(older.slice(0, 2));
      expect(await subject.store.audit.older(older[1]!.id, 5)).toEqual([late]);
      expect(await verify()).toMatchObject({ ok: true, rows: 3, older: 3 });
    });
  });
}
