import { describe, expect, it } from 'vitest';
import { newId } from '../../../src/core/ids.js';
import type { AuditRow } from '../../../src/store/audit-log.js';
import { message } from './samples.js';
import type { StoreSubject } from './subject.js';

export function auditContract(subject: StoreSubject): void {
  const row = (more: Partial<AuditRow> = {}): AuditRow => ({
    id: newId(),
    at: Date.now(),
    principal: { kind: 'token', name: 'admin', tenant: 'default' },
    operation: 'rooms.list',
    target: {},
    outcome: 'done',
    ...more,
  });
  const append = async (...rows: AuditRow[]) => {
    for (const one of rows) await subject.store.audit.append(one);
    return rows;
  };
  const list = (request: Partial<Parameters<typeof subject.store.audit.list>[0]> = {}) =>
    subject.store.audit.list({ limit: 10, ...request });

  describe('audit', () => {
    it('gives rows back whole, newest first', async () => {
      expect(await list()).toEqual({ items: [], nextCursor: null });
      const rows = await append(
        row({ principal: { kind: 'person', name: 'Grüße \u0000', 'a.b': { $set: [null, 1] } } }),
        row({ outcome: 'failed', error: 'store_unavailable', target: { 'agent.id': 'ada', $where: '1' } }),
        row({ principal: { kind: 'system', name: 'retention' }, outcome: 'denied', error: 'not_allowed' }),
      );
      for (const restart of [false, true]) {
        if (restart) await subject.reopen();
        expect((await list()).items).toEqual(rows.toReversed());
      }
    });

    it('is paged, and can be asked for one operation', async () => {
      const rows: AuditRow[] = [];
      for (let i = 0; i < 7; i++)
        rows.push(...(await append(row({ operation: i % 3 === 0 ? 'tokens.remove' : 'rooms.list' }))));
      const newest = rows.toReversed();
      const first = await list({ limit: 3 });
      expect(first.items).toEqual(newest.slice(0, 3));
      await append(row());
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

    it('takes a row once: a second one under its id changes nothing', async () => {
      const [first] = await append(row());
      await append({ ...first!, outcome: 'failed', operation: 'other' });
      expect((await list()).items).toEqual([first]);
      expect((await list({ operation: 'other' })).items).toEqual([]);
    });

    it('keeps rows of all who write at once', async () => {
      const rows = Array.from({ length: 50 }, () => row());
      await Promise.all(rows.map((one) => subject.store.audit.append(one)));
      expect((await list({ limit: 100 })).items).toEqual(rows.toReversed());
    });

    it('is not touched by forgetting and retention', async () => {
      const rows = await append(row({ at: 1, target: { agentId: 'ada' } }));
      const memory = message({ status: 'kept', createdAt: 1 });
      await subject.store.memories.append(memory);
      await subject.store.memories.expire({ agentId: 'ada', before: 5, kinds: ['message'], limit: 5 });
      await subject.store.memories.forget([memory.id, rows[0]!.id]);
      expect((await list()).items).toEqual(rows);
    });
  });
}
