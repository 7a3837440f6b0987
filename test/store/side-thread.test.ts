/** The thread beside the hub's own: what it may do, and what becomes of its callers when it dies. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isRetryable } from '../../src/errors.js';
import { Bodies } from '../../src/store/libsql/bodies.js';
import { Changes } from '../../src/store/libsql/changes.js';
import { Database } from '../../src/store/libsql/database.js';
import { Lexicon } from '../../src/store/libsql/lexicon.js';
import { MemoryTable } from '../../src/store/libsql/memory-table.js';
import { Names } from '../../src/store/libsql/names.js';
import { rowOf, statusNumber } from '../../src/store/libsql/row.js';
import { migrate } from '../../src/store/libsql/schema.js';
import { SideThread } from '../../src/store/libsql/side-thread.js';
import { Upkeep } from '../../src/store/libsql/upkeep.js';
import { message } from '../contract/store.js';
import { temporaryFolder } from './folder.js';

let folder: ReturnType<typeof temporaryFolder>;
let file: string;
let db: Database;
let side: SideThread;
beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder.path, 'carrier.db');
  db = new Database(file);
  migrate(db);
  side = new SideThread(file);
});
afterEach(async () => {
  await side.close();
  db.close();
  folder.remove();
});

const query = {
  ...{ scopes: [1], kinds: [0], questions: [{ text: 'parrot', vector: null }], exclude: [] },
  ...{ depth: 5, around: 0 },
};
const found = async () => (await side.call('search', query, [])).hits.rows.flatMap(([, hits]) => hits);
const logBytes = () => statSync(`${file}-wal`).size;

function say(count: number, text = 'a parrot'): void {
  const memories = new MemoryTable(db, new Names(db));
  db.transaction(() => {
    for (let i = 0; i < count; i++) memories.insert(rowOf(message({ text, status: 'kept' })));
  });
}

describe('the side thread', () => {
  it('sees what was committed before each call', async () => {
    expect(await found()).toEqual([]);
    say(1);
    expect(await found()).toHaveLength(1);
    say(1);
    expect(await found()).toHaveLength(2);
  });

  it('gives the segments that it makes to whoever can save them', async () => {
    say(600);
    const { unsaved } = await side.call('search', query, []);
    expect(unsaved).toHaveLength(2);
    const lexicon = new Lexicon(db, { most: 1, follows: true });
    lexicon.offer(unsaved);
    db.transaction(() => lexicon.save(lexicon.takeUnsaved(5)));
    expect(db.prepare('select count(*) from words').value()).toBe(2);
  });

  it('that dies fails what waits, retryably, and is started anew by the next call', async () => {
    say(1);
    await side.call('search', query, []);
    const waiting = side.call('search', query, []).catch((error: unknown) => error);
    await side.kill();
    const error = await waiting;
    expect(error).toMatchObject({ code: 'store_unavailable' });
    expect(isRetryable(error)).toBe(true);
    expect(await found()).toHaveLength(1);
    await side.close();
    await expect(side.call('search', query, [])).rejects.toMatchObject({ code: 'store_unavailable' });
  });

  it('tells what went wrong as the store does, and goes on', async () => {
    db.exec('drop table words');
    await expect(side.call('search', query, [])).rejects.toMatchObject({
      code: 'internal',
      retryable: false,
    });
    await expect(side.call('search', query, [])).rejects.toMatchObject({ code: 'internal' });
    db.exec('create table words (id integer primary key, scope, first, last, version, body)');
    expect(await found()).toEqual([]);
  });

  it('lets a checkpoint pass by a long search, for which the writer waits', async () => {
    say(6_000, 'a parrot and some words more, so that it takes a while');
    const order: string[] = [];
    const searches = [1, 2].map(() => side.call('search', query, []).then(() => order.push('search')));
    await side.call('emptyLog').then((emptied) => order.push(`emptied: ${emptied}`));
    await Promise.all(searches);
    expect(order).toEqual(['emptied: true', 'search', 'search']);
  });

  it('does not empty a log that another program reads from', async () => {
    say(1);
    const other = new Database(file);
    other.exec('begin');
    other.prepare('select count(*) from memories').value();
    say(1);
    expect(await side.call('emptyLog')).toBe(false);
    other.exec('rollback');
    other.close();
    expect(await side.call('emptyLog')).toBe(true);
  });

  it('moves the log, and empties it', async () => {
    say(500);
    const { pages, moved } = await side.call('checkpoint');
    expect(pages).toBeGreaterThan(10);
    expect(moved).toBe(pages);
    expect(logBytes()).toBeGreaterThan(0);
    expect(await side.call('emptyLog')).toBe(true);
    expect(logBytes()).toBe(0);
  });
});

describe('upkeep', () => {
  const upkeepWith = (hold = (work: () => Promise<void>) => work()) =>
    new Upkeep({
      ...{ db, side, hold, sweepNotes: () => false },
      lexicon: new Lexicon(db, { most: 1, follows: true }),
    });

  it('moves a log of 4 MB while writing goes on, so that SQLite starts it anew', async () => {
    const upkeep = upkeepWith();
    let most = 0;
    for (let i = 0; i < 60; i++) {
      say(200, 'x'.repeat(1_000));
      upkeep.afterWork(200);
      await side.call('listTurns', 1, 1, null, null, null); // stands behind the checkpoint in its line
      most = Math.max(most, logBytes());
    }
    const written = 60 * 200 * 1_000;
    expect(most).toBeLessThan(written);
    expect(most).toBeLessThan(16_000_000);
    upkeep.stop();
  });

  it('empties the log of what was forgotten, when nobody writes any more, also after a restart', async () => {
    say(5);
    const before = upkeepWith();
    db.transaction(() => before.purgeSoon());
    before.stop();
    const held: string[] = [];
    const upkeep = upkeepWith(async (work) => {
      held.push('held');
      await work();
      held.push('let go');
      expect(logBytes()).toBe(0);
    });
    const noted = db.prepare("select value from progress where name = 'purge'");
    expect(noted.value()).toBe(1);
    await vi.waitFor(() => expect(noted.value()).toBe(0), { timeout: 5_000, interval: 50 });
    expect(held).toEqual(['held', 'let go']);
    upkeep.stop();
  });
});

describe('a side thread that does not answer', () => {
  it('is ended, so that the writer goes on', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const stuck = new SideThread(file);
    let fail = (_: Error) => {};
    const call = (operation: string) =>
      operation === 'checkpoint'
        ? Promise.resolve({ pages: 1, moved: 1 })
        : new Promise((_, reject) => {
            fail = reject;
          });
    vi.spyOn(stuck, 'call').mockImplementation(call as never);
    vi.spyOn(stuck, 'kill').mockImplementation(async (reason) => fail(new Error(reason)));
    let letGo = 0;
    const upkeep = new Upkeep({
      ...{ db, side: stuck, sweepNotes: () => false },
      lexicon: new Lexicon(db, { most: 1, follows: true }),
      hold: (work) => work().finally(() => letGo++),
    });
    try {
      db.transaction(() => upkeep.purgeSoon());
      await vi.advanceTimersByTimeAsync(1_000);
      expect(letGo).toBe(0);
      await vi.advanceTimersByTimeAsync(30_000);
      expect(letGo).toBe(1);
    } finally {
      upkeep.stop();
      vi.useRealTimers();
    }
  });
});

describe('bodies that were found', () => {
  it('are held up to a bound, counted, as they are until something is told of them', () => {
    say(400, 'p'.repeat(1_000));
    const bodies = new Bodies(db, 100_000);
    for (let seq = 1; seq <= 400; seq++) {
      expect(bodies.of([seq]).get(seq)?.status).toBe('kept');
      expect(bodies.held).toBeLessThanOrEqual(100_000);
    }
    expect(bodies.held).toBeGreaterThan(90_000);
    const set = (change: string) => db.exec(`update memories set ${change} where seq = 400`);
    set(`status = ${statusNumber.failed}, turn = 'turn'`);
    bodies.drop(400);
    expect(bodies.of([400]).get(400)).toMatchObject({ status: 'failed', turnId: 'turn' });
    set("body = json_set(body, '$.content.text', 'changed')");
    bodies.drop(400);
    expect(bodies.of([400]).get(400)?.content.text).toBe('changed');
    set(`status = ${statusNumber.pending}`);
    bodies.clear();
    expect(bodies.held).toBe(0);
    expect(bodies.of([400]).size).toBe(0);
    db.exec('delete from memories where seq = 399');
    expect(bodies.of([399]).size).toBe(0);
  });
});

describe('bodies of more than are held', () => {
  it('are all given, though each takes the place of another one', () => {
    say(4, 'p'.repeat(1_000));
    const bodies = new Bodies(db, 4_000);
    expect(bodies.of([1, 2]).size).toBe(2);
    expect(bodies.of([3, 4, 1, 2]).size).toBe(4);
  });
});

describe('changes', () => {
  it('are told from where one left off, and no longer when that is too long ago', () => {
    const changes = new Changes();
    expect(changes.since(0)).toEqual([]);
    for (const scope of [1, 2]) changes.note(scope, 7);
    expect(changes.since(0)).toEqual([
      [1, 7],
      [2, 7],
    ]);
    expect(changes.since(1)).toEqual([[2, 7]]);
    expect(changes.since(2)).toEqual([]);
    for (let i = 0; i < 40_000; i++) changes.note(3, i);
    expect(changes.since(0)).toBeNull();
    expect(changes.since(40_001)).toEqual([[3, 39_999]]);
    const { count } = changes;
    changes.noteAll();
    changes.note(4, 1);
    expect(changes.since(count)).toBeNull();
    expect(changes.since(count + 1)).toEqual([[4, 1]]);
  });
});
