import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../../src/store/libsql/database.js';
import { Group } from '../../src/store/libsql/group.js';
import { temporaryFolder } from './folder.js';

let folder: ReturnType<typeof temporaryFolder>;
let db: Database;
let undone: number;
let group: Group;

beforeEach(() => {
  folder = temporaryFolder();
  db = new Database(`${folder.path}/group.db`);
  db.exec('create table words (word text primary key)');
  undone = 0;
  group = new Group(db, () => undone++);
});
afterEach(() => {
  db.close();
  folder.remove();
});

const add = (word: string) => () => db.prepare('insert into words values (?)').run(word).changes;
const fails = () => {
  db.exec("insert into words values ('half done')");
  throw new Error('no');
};
const words = () => JSON.parse(db.prepare('select json_group_array(word) from words').value<string>()!);

describe('a group', () => {
  it('shares one transaction', () => {
    const inTransaction = () => db.inTransaction;
    expect(group.run([add('a'), add('b'), inTransaction])).toEqual([
      { value: 1 },
      { value: 1 },
      { value: true },
    ]);
    expect(db.inTransaction).toBe(false);
    expect(undone).toBe(0);
  });

  it('keeps the failure of one from the others', () => {
    const outcomes = group.run([add('a'), fails, add('b'), add('a'), add('c')]);
    expect(outcomes).toMatchObject([
      { value: 1 },
      { error: { code: 'internal', retryable: false } },
      { value: 1 },
      { error: { code: 'internal' } },
      { value: 1 },
    ]);
    expect(words()).toEqual(['a', 'b', 'c']);
    expect(undone).toBeGreaterThan(0);
  });

  it('goes no further than its time, whole or apart', () => {
    expect(group.run([add('a'), add('b')], 0)).toEqual([{ value: 1 }]);
    const slow = () => {
      for (const until = performance.now() + 5; performance.now() < until; );
      return add('slow')();
    };
    expect(group.run([add('b'), slow, fails, add('c')], 5)).toEqual([{ value: 1 }, { value: 1 }]);
    expect(group.run([add('a'), add('c')], 0)).toMatchObject([{ error: { code: 'internal' } }]);
    expect(words()).toEqual(['a', 'b', 'slow']);
  });

  it('of one that fails leaves nothing', () => {
    expect(group.run([fails])).toMatchObject([{ error: { message: expect.stringContaining('no') } }]);
    expect(words()).toEqual([]);
  });

  it('fails as a whole when it cannot be committed, and works again afterwards', () => {
    db.exec('pragma busy_timeout = 0');
    const other = new Database(`${folder.path}/group.db`);
    other.exec('begin immediate');
    expect(group.run([add('a'), add('b')])).toMatchObject([
      { error: { code: 'store_unavailable', retryable: true } },
      { error: { code: 'store_unavailable', retryable: true } },
    ]);
    other.exec('rollback');
    other.close();
    expect(group.run([add('a')])).toEqual([{ value: 1 }]);
    expect(words()).toEqual(['a']);
  });

  it('tells a full disk from a fault, and loses nothing that was there', () => {
    group.run([add('a')]);
    const pages = db.prepare('pragma page_count').value<number>()!;
    db.exec(`pragma max_page_count = ${pages}`);
    const outcomes = group.run([add('b'), add('x'.repeat(100_000)), add('c')]);
    expect(outcomes[1]).toMatchObject({
      error: { code: 'store_unavailable', message: expect.stringContaining('full') },
    });
    db.exec('pragma max_page_count = 100000');
    for (const [i, word] of [
      [0, 'b'],
      [2, 'c'],
    ] as const) {
      expect(words().includes(word)).toBe('value' in outcomes[i]!);
    }
    expect(words()).toContain('a');
    expect(group.run([add('d')])).toEqual([{ value: 1 }]);
  });
});
