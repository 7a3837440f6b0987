/** `defineRecord` on the embedded store: what fits no schema, and changes by many at once. */
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openLibsqlStore } from '../../src/store/libsql/store.js';
import { defineRecord, type TypedRecords } from '../../src/store/record.js';
import type { Store } from '../../src/store/store.js';
import { log, temporaryFolder } from './folder.js';

const Job = z.looseObject({ owner: z.string(), count: z.number(), at: z.number().optional() });
type Job = z.infer<typeof Job>;
const jobRecord = defineRecord<Job>({
  ...{ kind: 'job', schema: Job },
  group: ({ owner }) => owner,
  due: ({ at }) => at,
});

let folder: ReturnType<typeof temporaryFolder>;
let store: Store;
let lines: string[];
let jobs: TypedRecords<Job>;

beforeEach(async () => {
  folder = temporaryFolder();
  store = await openLibsqlStore({ dataDir: folder.path, log });
  lines = [];
  jobs = jobRecord.in(store.records, pino({ level: 'warn' }, { write: (line) => void lines.push(line) }));
});
afterEach(async () => {
  await store.close();
  folder.remove();
});

describe('a record', () => {
  it('is put in its version, listed by its group and found when it is due', async () => {
    expect(await jobs.put('a', { owner: 'ann', count: 1, at: 5 }, 0)).toBe(true);
    expect(await jobs.put('b', { owner: 'bob', count: 1 }, 0)).toBe(true);
    expect(await jobs.put('a', { owner: 'ann', count: 2 }, 0)).toBe(false);
    expect(await jobs.get('a')).toEqual({ id: 'a', version: 1, value: { owner: 'ann', count: 1, at: 5 } });
    expect((await jobs.list({ limit: 5, group: 'ann' })).items.map(({ id }) => id)).toEqual(['a']);
    expect((await jobs.due(5, 5)).map(({ id }) => id)).toEqual(['a']);
    await jobs.put('a', { owner: 'bob', count: 2 }, 1);
    expect((await jobs.list({ limit: 5, group: 'bob' })).items.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(await jobs.due(99, 5)).toEqual([]);
  });

  it('of a newer version keeps the fields that this one does not know', async () => {
    await store.records.put({ kind: 'job', id: 'a', value: { owner: 'ann', count: 1, zone: 'UTC' } }, 0);
    await jobs.change('a', (job) => ({ ...job!, count: 2 }));
    expect((await store.records.get('job', 'a'))!.value).toEqual({ owner: 'ann', count: 2, zone: 'UTC' });
  });

  it('is changed by many at once, and each change counts', async () => {
    const add = () => jobs.change('a', (job) => ({ owner: 'ann', ...job, count: (job?.count ?? 0) + 1 }));
    await Promise.all(Array.from({ length: 40 }, add));
    expect(await jobs.get('a')).toMatchObject({ version: 40, value: { count: 40 } });
    expect(await jobs.change('a', () => undefined)).toMatchObject({ count: 40 });
    expect(await jobs.change('none', () => undefined)).toBeNull();
    expect((await jobs.get('a'))!.version).toBe(40);
  });

  it.each(['text', 7, null, [], {}, { owner: 1, count: 1 }])(
    'that is damaged counts as none, is told in the log, and takes no place of others: %j',
    async (value) => {
      for (const id of ['a', 'b', 'c', 'd', 'e', 'f'])
        await store.records.put({ kind: 'job', id, value, group: 'ann', due: 1 }, 0);
      await jobs.put('x', { owner: 'ann', count: 1, at: 2 }, 0);
      await jobs.put('y', { owner: 'ann', count: 1, at: 3 }, 0);
      expect(await jobs.get('a')).toBeNull();
      expect(JSON.parse(lines[0]!)).toMatchObject({
        record: 'job/a',
        msg: expect.stringContaining('damaged'),
      });
      expect((await jobs.list({ limit: 9, group: 'ann' })).items.map(({ id }) => id)).toEqual(['x', 'y']);
      expect((await jobs.due(9, 1)).map(({ id }) => id)).toEqual(['x']);
      expect((await jobs.due(9, 2)).map(({ id }) => id)).toEqual(['x', 'y']);
      expect((await jobs.due(9, 9)).map(({ id }) => id)).toEqual(['x', 'y']);
      expect(await jobs.put('a', { owner: 'ann', count: 1 }, 0)).toBe(false);
      expect(await jobs.remove('a')).toBe(true);
      expect(await jobs.put('a', { owner: 'ann', count: 1 }, 0)).toBe(true);
    },
  );
});
