/** Acknowledged means on the disk: nobody is told before a flush has covered what was written. */
import { copyFileSync, existsSync, fdatasync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isRetryable } from '../../src/errors.js';
import type { Sync } from '../../src/store/libsql/connection.js';
import { Flush } from '../../src/store/libsql/flush.js';
import { openLibsqlStore } from '../../src/store/libsql/store.js';
import type { Store } from '../../src/store/store.js';
import { commitOf, message } from '../contract/store.js';
import { log, temporaryFolder } from './folder.js';

const flush = promisify(fdatasync);

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

const open = (sync: Sync, dataDir = folder.path) => openLibsqlStore({ dataDir, log, sync });

/** A flush that ends when it is let. */
function gate() {
  let release = () => {};
  let begun = 0;
  const sync: Sync = async (fd) => {
    begun++;
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    await flush(fd);
  };
  return { sync, release: () => release(), begun: () => begun };
}

const soon = () => new Promise((resolve) => setTimeout(resolve, 20));

describe('what is acknowledged', () => {
  it('waits for a flush that began after it was written', async () => {
    const { sync, release, begun } = gate();
    const store = await open(sync);
    const told: string[] = [];
    const first = store.memories.append(message()).then(() => told.push('first'));
    await soon();
    expect(begun()).toBe(1);
    const second = store.memories.append(message()).then(() => told.push('second'));
    await soon();
    expect(told).toEqual([]);
    release();
    await first;
    await soon();
    // The flush under way had begun before the second one was written.
    expect([told, begun()]).toEqual([['first'], 2]);
    release();
    await second;
    const closed = store.close();
    release();
    await closed;
  });

  it('may be seen by a turn before, and its commit is not told before either', async () => {
    const { sync, release } = gate();
    const store = await open(sync);
    let written = false;
    const appended = store.memories.append(message(), {
      onWritten: () => {
        written = true;
      },
    });
    await soon();
    expect(written).toBe(true);
    const { messages } = await store.turns.claim('room', 5);
    expect(messages).toHaveLength(1);
    let told = false;
    const committed = store.turns.commit(commitOf(messages)).then(() => {
      told = true;
    });
    await soon();
    expect(told).toBe(false);
    release();
    await appended;
    await soon();
    release();
    await committed;
    await store.close();
  });

  it('is there after the worst power cut, at whatever moment', async () => {
    const cuts: { path: string; acknowledged: string[] }[] = [];
    const acknowledged: string[] = [];
    let flushes = 0;
    // What a flush covers is what lies in the files when it begins: that alone survives here, of the log at least.
    const sync: Sync = async (fd) => {
      const path = join(folder.path, `cut-${flushes++}`);
      for (const end of ['', '-wal'])
        if (existsSync(join(folder.path, `carrier.db${end}`)))
          copyFileSync(join(folder.path, `carrier.db${end}`), `${path}${end}`);
      await flush(fd);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 4));
      const cut = { path, acknowledged };
      // All that is told from now on is told by this flush, or by a later one.
      setImmediate(() => cuts.push({ ...cut, acknowledged: [...acknowledged] }));
    };
    const store = await open(sync);
    const room = async (roomId: string) => {
      for (let i = 0; i < 40; i++) {
        const asked = message({ roomId, scope: roomId });
        await store.memories.append(asked);
        acknowledged.push(`append ${asked.id}`);
        const commit = commitOf([asked]);
        await store.turns.commit(commit);
        acknowledged.push(`commit ${commit.turn.turnId}`);
        if (i % 3 === 0) await store.outbox.delivered(commit.outbound!.id, {});
      }
    };
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map(room));
    await store.close();
    expect(cuts.length).toBeGreaterThan(40);
    for (const { path, acknowledged } of cuts.filter((_, i) => i % 8 === 0 || i > cuts.length - 3)) {
      const after = temporaryFolder();
      for (const end of ['', '-wal'])
        if (existsSync(`${path}${end}`)) copyFileSync(`${path}${end}`, join(after.path, `carrier.db${end}`));
      await expectAll(await open(flush, after.path), acknowledged);
      after.remove();
    }
  });
});

async function expectAll(store: Store, acknowledged: string[]): Promise<void> {
  for (const line of acknowledged) {
    const [what, id] = line.split(' ') as [string, string];
    const found = what === 'append' ? await store.memories.get(id) : await store.turns.get(id);
    expect(found, line).not.toBeNull();
  }
  await store.close();
}

describe('a disk that fails', () => {
  it('[http-and-cli.22] tells nobody yes, from then on nobody at all, and the store is not ready', async () => {
    let broken = false;
    let stuck = 0;
    const sync: Sync = async (fd) => {
      await flush(fd);
      if (broken) throw Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' });
    };
    const onStuck = () => stuck++;
    const store = await openLibsqlStore({ dataDir: folder.path, log, sync, onStuck });
    await store.memories.append(message());
    broken = true;
    const refused = await Promise.allSettled([
      store.memories.append(message()),
      store.notes.put('a', 1),
      store.ping(),
    ]);
    for (const outcome of refused) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'store_unavailable' } });
      expect(isRetryable((outcome as PromiseRejectedResult).reason)).toBe(true);
    }
    // A flush that works later says nothing of what the failed one has lost.
    broken = false;
    for (const call of [
      () => store.ping(),
      () => store.memories.append(message()),
      () => store.turns.claim('room', 1),
    ])
      await expect(call()).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(stuck).toBe(1);
    await store.close();
    const again = await open(flush);
    expect((await again.memories.history('room', { limit: 10 })).items.length).toBeGreaterThanOrEqual(1);
    await again.close();
  });
});

describe('flushes', () => {
  it('are shared by all who come while one is under way', async () => {
    const ends: (() => void)[] = [];
    const flushes = new Flush(() => new Promise((resolve) => ends.push(resolve)));
    const first = flushes.covering();
    const shared = [flushes.covering(), flushes.covering()];
    expect(shared[0]).toBe(shared[1]);
    ends[0]!();
    await first;
    await soon();
    expect(ends).toHaveLength(2);
    ends[1]!();
    await Promise.all(shared);
    const alone = flushes.covering();
    ends[2]!();
    await alone;
  });

  it('that failed fail all who come later, and no other one begins', async () => {
    let begun = 0;
    const flushes = new Flush(() => {
      begun++;
      return Promise.reject(new Error('no'));
    });
    const calls = [flushes.covering(), flushes.covering()];
    for (const call of calls) await expect(call).rejects.toThrow('no');
    await expect(flushes.covering()).rejects.toThrow('no');
    expect(begun).toBe(1);
  });
});
