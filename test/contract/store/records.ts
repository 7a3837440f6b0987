import { describe, expect, it } from 'vitest';
import { mostRecordBytes, type NewRecord } from '../../../src/store/record-store.js';
import { allPages, madeUpCursors, type StoreSubject } from './subject.js';

export function recordsContract(subject: StoreSubject): void {
  const { reopen, another } = subject;
  const records = () => subject.store.records;
  const of = (id: string, value: unknown = id, more: Partial<NewRecord> = {}): NewRecord => ({
    ...{ kind: 'task', id, value },
    ...more,
  });

  describe('records', () => {
    it('keep any JSON value under any id, with group and due', async () => {
      const made: NewRecord[] = [
        of('', 'the empty id', { group: '' }),
        of('a', null, { due: 0 }),
        of('a\u0000b', { deep: [1, { '$set.x': 'y', __proto: null }] }, { group: 'g\u0000"', due: 2 ** 52 }),
        of('"quoted" \\ and ünï🦜', 0, { group: 'ünï🦜' }),
        of('\ud800 alone', false),
        of('__proto__', ['list'], { due: -5 }),
        of('long'.repeat(200), 'x'.repeat(20_000)),
      ];
      for (const record of made) expect(await records().put(record, 0)).toBe(true);
      await reopen();
      for (const record of made)
        expect(await records().get('task', record.id)).toEqual({ ...record, version: 1 });
      expect(await records().get('task', 'b')).toBeNull();
      expect(await records().get('task', 'A')).toBeNull();
      expect(await records().get('tas', 'a')).toBeNull();
      expect(await records().get('schedule', 'a')).toBeNull();
    });

    it('are replaced whole, and only in the version that was read', async () => {
      expect(await records().put(of('a', 1), 1)).toBe(false);
      expect(await records().get('task', 'a')).toBeNull();
      expect(await records().put(of('a', 1, { group: 'g', due: 7 }), 0)).toBe(true);
      for (const version of [0, 2, 3]) expect(await records().put(of('a', 'wrong'), version)).toBe(false);
      expect(await records().put(of('a', 2), 1)).toBe(true);
      expect(await records().get('task', 'a')).toEqual({ ...of('a', 2), version: 2 });
      expect(await records().put(of('a', 'late'), 1)).toBe(false);
      expect(await records().due('task', 10, 10)).toEqual([]);
      expect((await records().list('task', { limit: 9, group: 'g' })).items).toEqual([]);
      await reopen();
      expect(await records().get('task', 'a')).toEqual({ ...of('a', 2), version: 2 });
    });

    it('are made by one of twenty at once, in however many processes', async () => {
      const stores = [subject.store, (await another()) ?? subject.store];
      const made = await Promise.all(
        Array.from({ length: 20 }, (_, i) => stores[i % 2]!.records.put(of('a', i), 0)),
      );
      expect(made.filter(Boolean)).toHaveLength(1);
      const { value } = (await records().get('task', 'a'))!;
      expect(made[value as number]).toBe(true);
    });

    it.skipIf(subject.cannot.updateAtOnce)('are changed by one of twenty at once, each time', async () => {
      const stores = [subject.store, (await another()) ?? subject.store];
      await records().put(of('a', 0), 0);
      for (let version = 1; version <= 5; version++) {
        const puts = Array.from({ length: 20 }, (_, i) =>
          stores[i % 2]!.records.put(of('a', version * 100 + i), version),
        );
        const changed = await Promise.all(puts);
        expect(changed.filter(Boolean)).toHaveLength(1);
        const found = (await stores[1]!.records.get('task', 'a'))!;
        expect(found).toMatchObject({ version: version + 1, value: version * 100 + changed.indexOf(true) });
      }
    });

    it('are removed once, and in one version where it is named', async () => {
      await records().put(of('a'), 0);
      expect(await records().remove('task', 'a', 2)).toBe(false);
      expect(await records().remove('schedule', 'a')).toBe(false);
      expect(await records().remove('task', 'a', 1)).toBe(true);
      expect(await records().remove('task', 'a')).toBe(false);
      expect(await records().put(of('a', 'lost'), 1)).toBe(false);
      expect(await records().put(of('a', 'new'), 0)).toBe(true);
      expect(await records().get('task', 'a')).toMatchObject({ version: 1, value: 'new' });
      expect(await records().remove('task', 'a')).toBe(true);
      expect(await records().get('task', 'a')).toBeNull();
    });

    it('are listed by id, all or of a group, page by page', async () => {
      const ids = ['b', 'a', 'a ', 'a!', 'ab', 'c"', 'c', 'B', '1'];
      for (const [i, id] of ids.entries()) await records().put(of(id, id, i % 2 ? { group: 'odd' } : {}), 0);
      await records().put({ ...of('a'), kind: 'tas' }, 0);
      await records().put({ ...of('a', 'other', { group: 'odd' }), kind: 'task-list' }, 0);
      const listed = async (group?: string, limit?: number) =>
        (await allPages((page) => records().list('task', { ...page, group }), limit)).items;
      expect((await listed()).map(({ id }) => id)).toEqual([...ids].sort());
      const odd = ids.filter((_, i) => i % 2).sort();
      expect((await listed('odd', 3)).map(({ id }) => id)).toEqual(odd);
      expect((await listed('odd'))[0]).toEqual({ ...of('B', 'B', { group: 'odd' }), version: 1 });
      expect(await listed('od')).toEqual([]);
      expect((await records().list('none', { limit: 5 })).items).toEqual([]);
      expect((await records().list('task', { limit: 9 })).nextCursor).toBeNull();
    });

    it('refuse a cursor that they did not give', async () => {
      for (const id of ['a', 'b']) await records().put(of(id), 0);
      const { nextCursor } = await records().list('task', { limit: 1 });
      for (const cursor of madeUpCursors)
        await expect(records().list('task', { limit: 1, cursor })).rejects.toMatchObject({
          code: 'invalid_field',
        });
      await expect(records().list('tasks', { limit: 1, cursor: nextCursor! })).rejects.toMatchObject({
        code: 'invalid_field',
      });
    });

    it('that are due come earliest first', async () => {
      const dues: [string, number | undefined][] = [
        ['late', 30],
        ['never', undefined],
        ['b', 10],
        ['a', 10],
        ['first', -1],
        ['now', 20],
        ['soon', 21],
      ];
      for (const [id, due] of dues) await records().put(of(id, id, { due, group: 'g' }), 0);
      await records().put({ ...of('other', 1, { due: 1 }), kind: 'schedule' }, 0);
      const due = async (now: number, limit = 10) =>
        (await records().due('task', now, limit)).map(({ id }) => id);
      expect(await due(20)).toEqual(['first', 'a', 'b', 'now']);
      expect(await due(20, 2)).toEqual(['first', 'a']);
      expect(await due(20, 0)).toEqual([]);
      expect(await due(-2)).toEqual([]);
      expect((await records().due('task', 0, 5))[0]).toEqual({
        ...of('first', 'first', { due: -1, group: 'g' }),
        version: 1,
      });
      await records().put(of('first', 1), 1);
      await records().put(of('never', 1, { due: 0 }), 1);
      await records().remove('task', 'a');
      await reopen();
      expect(await due(25)).toEqual(['never', 'b', 'now', 'soon']);
    });

    it('refuse what is too long, and what is no kind or time, and keep what was there', async () => {
      await records().put(of('a', 1), 0);
      const long = 'é'.repeat(mostRecordBytes / 2 - 1);
      expect(await records().put(of('b', long), 0)).toBe(true);
      expect(await records().get('task', 'b')).toMatchObject({ value: long });
      const refused: Partial<NewRecord>[] = [
        { value: `${long}x` },
        { kind: 'Task' },
        { kind: 'task/a' },
        { due: Number.NaN },
        { due: 1.5 },
      ];
      for (const more of refused) {
        const put = async () => records().put({ ...of('a', 2), ...more }, 1);
        await expect(put()).rejects.toMatchObject({ code: 'invalid_field', field: Object.keys(more)[0] });
      }
      expect(await records().get('task', 'a')).toMatchObject({ version: 1, value: 1 });
    });
  });
}
