import { describe, expect, it } from 'vitest';
import type { StoreSubject } from './subject.js';

export function notesContract(subject: StoreSubject): void {
  const { reopen } = subject;

  describe('notes', () => {
    it('keep any JSON value under any key', async () => {
      const values: [string, unknown][] = [
        ['', 'the empty key'],
        ['a', null],
        ['a\u0000b', { deep: [1, { '$set.x': 'y' }] }],
        ['"quoted" \\ and ünï🦜', 0],
        ['\ud800 alone', false],
        ['__proto__', ['list']],
        ['long'.repeat(250), 'x'.repeat(20_000)],
      ];
      for (const [key, value] of values) await subject.store.notes.put(key, value);
      await reopen();
      for (const [key, value] of values) expect(await subject.store.notes.get(key)).toEqual(value);
      expect(await subject.store.notes.get('b')).toBeNull();
      expect(await subject.store.notes.get('A')).toBeNull();
    });

    it('are replaced whole, their time too', async () => {
      await subject.store.notes.put('a', 1, { ttlMs: 1 });
      await subject.store.notes.put('a', 2);
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(await subject.store.notes.get('a')).toBe(2);
      await subject.store.notes.put('a', 3, { ttlMs: 60_000 });
      expect(await subject.store.notes.get('a')).toBe(3);
    });

    it('are not seen when their time is over', async () => {
      for (const key of ['a', 'b', 'c']) await subject.store.notes.put(key, key, { ttlMs: 20 });
      await new Promise((resolve) => setTimeout(resolve, 30));
      expect(await subject.store.notes.get('a')).toBeNull();
      expect(await subject.store.notes.take('b')).toBeNull();
      expect(await subject.store.notes.list('', 10)).toEqual([]);
      await reopen();
      expect(await subject.store.notes.get('c')).toBeNull();
    });

    it('go to one of twenty who take them at once', async () => {
      await subject.store.notes.put('code', { for: 'one' });
      const taken = await Promise.all(Array.from({ length: 20 }, () => subject.store.notes.take('code')));
      expect(taken.filter((value) => value !== null)).toEqual([{ for: 'one' }]);
      expect(await subject.store.notes.get('code')).toBeNull();
    });

    it('are listed by the beginning of their keys', async () => {
      for (const key of ['pair:2', 'pair:1', 'pairs', 'pair', 'pair:"3', 'other'])
        await subject.store.notes.put(key, key);
      const keys = async (prefix: string, limit = 10) =>
        (await subject.store.notes.list(prefix, limit)).map(({ key }) => key).sort();
      expect(await keys('pair:')).toEqual(['pair:"3', 'pair:1', 'pair:2']);
      expect(await keys('pair:"')).toEqual(['pair:"3']);
      expect(await keys('nothing')).toEqual([]);
      expect(await keys('')).toHaveLength(6);
      expect(await keys('pair', 2)).toHaveLength(2);
      expect(await keys('pair', 0)).toEqual([]);
      expect(await subject.store.notes.list('pair:1', 10)).toEqual([{ key: 'pair:1', value: 'pair:1' }]);
    });
  });
}
