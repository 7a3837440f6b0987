import { describe, expect, it } from 'vitest';
import { newId } from '../../../src/core/ids.js';
import type { AuditRow } from '../../../src/store/audit-log.js';
import { message } from './samples.js';
import type { StoreSubject } from './subject.js';

export const auditRow = (more: Partial<AuditRow> = {}): AuditRow => ({
  id: newId(),
  at: Date.now(),
  principal: { kind: 'token', name: 'admin', tenant: 'default' },
  operation: 'rooms.list',
  target: {},
  outcome: 'done',
  ...more,
});

/** Without what the chain adds. */
export function bare(rows: AuditRow[]): AuditRow[] {
  return rows.map((row) => {
    const { seq: _, previous: __, hash: ___, ...rest } = row as AuditRow & Record<string, unknown>;
    return rest as unknown as AuditRow;
  });
}

export function auditContract(subject: StoreSubject): void {
  const append = async (...rows: AuditRow[]) => {
    for (const one of rows) await subject.store.audit.append(one);
    return rows;
  };
  const list = async (request: Partial<Parameters<typeof subject.store.audit.list>[0]> = {}) => {
    const { items, nextCursor } = await subject.store.audit.list({ limit: 10, ...request });
    return { items: bare(items), nextCursor };
  };

  describe('audit', () => {
    it('gives rows back whole, newest first', async () => {
      expect(await list()).toEqual({ items: [], nextCursor: null });
      const rows = await append(
        auditRow({ principal: { kind: 'person', name: 'Grüße \u0000\ud800', 'a.b': { $set: [null, 1] } } }),
        auditRow({
          outcome: 'failed',
          error: 'store_unavailable',
          target: { 'agent.id': 'ada', $where: '1' },
        }),
        auditRow({
          principal: { kind: 'system', name: 'retention' },
          outcome: 'denied',
          error: 'not_allowed',
        }),
        auditRow({ from: { address: '::1' }, target: JSON.parse('{"__proto__": {"b": 1, "a": [2.5, -0]}}') }),
        auditRow({
          from: { connector: 'c', roomId: 'r' },
          principal: { kind: 'token', name: '', '1': 1, '': 2 },
        }),
      );
      for (const restart of [false, true]) {
        if (restart) await subject.reopen();
        expect((await list()).items).toEqual(JSON.parse(JSON.stringify(rows.toReversed())));
      }
    });

    it('is paged, and can be asked for one operation', async () => {
      const rows: AuditRow[] = [];
      for (let i = 0; i < 7; i++)
        rows.push(...(await append(auditRow({ operation: i % 3 === 0 ? 'tokens.remove' : 'rooms.list' }))));
      const newest = rows.toReversed();
      const first = await list({ limit: 3 });
      expect(first.items).toEqual(newest.slice(0, 3));
      await append(auditRow());
      const second = await list({ limit: 3, before: first.nextCursor! });
      expect(second.items).toEqual(newest.slice(3, 6));
      const third = await list({ limit: 3, before: second.nextCursor! });
      expect(third).toEqual({ items: newest.slice(6), nextCursor: null });
      const removals = newest.filter(({ operation }) => operation === 'tokens.remove');
      const one = await list({ limit: 2, operation: 'tokens.remove' });
      expect(one.items).toEqual(removals.slice(0, 2));
      expect(await list({ limit: 2, operation: 'tokens.remove', before: one.nextCursor! })).toEqual({
        items: removals.slice(2),
        nextCursor: null,
      });
      expect(await list({ operation: 'tokens' })).toEqual({ items: [], nextCursor: null });
    });

    it('can be asked for a principal, an outcome and a time, each alone and all together', async () => {
      const names = ['ann', 'bob'] as const;
      const rows = await append(
        ...Array.from({ length: 12 }, (_, i) =>
          auditRow({
            at: 1_000 + i,
            principal: { kind: i % 4 === 0 ? 'token' : 'person', name: names[i % 2]! },
            outcome: i % 3 === 0 ? 'denied' : 'done',
          }),
        ),
      );
      const newest = rows.toReversed();
      const at = async (request: Parameters<typeof list>[0]) =>
        (await list(request)).items.map((row) => row.at - 1_000);
      expect(await at({ principal: 'bob' })).toEqual([11, 9, 7, 5, 3, 1]);
      expect(await at({ principal: 'person:ann' })).toEqual([10, 6, 2]);
      expect(await at({ principal: 'an' })).toEqual([]);
      expect(await at({ outcome: 'denied' })).toEqual([9, 6, 3, 0]);
      expect(await at({ since: 1_004, until: 1_006 })).toEqual([6, 5, 4]);
      expect(
        await at({ since: 1_004, outcome: 'denied', principal: 'ann', operation: 'rooms.list' }),
      ).toEqual([6]);
      const first = await list({ outcome: 'denied', limit: 3 });
      expect(first.items).toEqual([newest[2], newest[5], newest[8]]);
      const second = await list({ outcome: 'denied', limit: 3, before: first.nextCursor! });
      expect(second).toEqual({ items: [newest[11]], nextCursor: null });
    });

    it('takes a row once: a second one under its id changes nothing', async () => {
      const [first] = await append(auditRow());
      await append({ ...first!, outcome: 'failed', operation: 'other' });
      expect((await list()).items).toEqual([first]);
      expect((await list({ operation: 'other' })).items).toEqual([]);
      const again = auditRow();
      await Promise.all([subject.store.audit.append(again), subject.store.audit.append(again)]);
      await subject.reopen();
      await append(again, first!);
      expect((await list()).items).toEqual([again, first]);
    });

    it('keeps rows of all who write at once', async () => {
      const rows = Array.from({ length: 50 }, () => auditRow());
      await Promise.all(rows.map((one) => subject.store.audit.append(one)));
      expect((await list({ limit: 100 })).items).toEqual(rows.toReversed());
    });

    it('is not touched by forgetting and retention', async () => {
      const rows = await append(auditRow({ at: 1, target: { agentId: 'ada' } }));
      const memory = message({ status: 'kept', createdAt: 1 });
      await subject.store.memories.append(memory);
      await subject.store.memories.expire({ agentId: 'ada', before: 5, kinds: ['message'], limit: 5 });
      await subject.store.memories.forget([memory.id, rows[0]!.id]);
      expect((await list()).items).toEqual(rows);
    });
  });
}
