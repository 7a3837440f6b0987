/** The hub's own thread does the store's work: whatever is asked of it, others have their turns in between. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLibsqlStore } from '../../src/store/libsql/store.js';
import type { Store } from '../../src/store/store.js';
import { message } from '../contract/store.js';
import { log, temporaryFolder } from './folder.js';

let folder: ReturnType<typeof temporaryFolder>;
let store: Store;
beforeEach(async () => {
  folder = temporaryFolder();
  store = await openLibsqlStore({ dataDir: folder.path, log });
});
afterEach(async () => {
  await store.close();
  folder.remove();
});

/** Calls it in a loop until something else on this thread had its turn; says whether that came to pass. */
async function letsOthersIn(call: () => Promise<unknown>): Promise<boolean> {
  let other = false;
  setImmediate(() => {
    other = true;
  });
  for (let i = 0; i < 200_000 && !other; i++) await call();
  return other;
}

describe('a loop of calls that wait for nothing', () => {
  it('lets others have their turns, whatever it reads', async () => {
    for (let i = 0; i < 50; i++)
      await store.memories.append(message({ text: `parrot ${i}`, status: i % 2 ? 'kept' : 'pending' }));
    for (const call of [
      () => store.memories.recent('room', 20),
      () => store.turns.claim('room', 20),
      () => store.memories.count('ada', ['s']),
      () => store.memories.get('none'),
      () => store.notes.get('none'),
      () => store.memories.history('room', { limit: 10 }),
      () => store.memories.search({ agentId: 'ada', scopes: ['s'], text: 'parrot', limit: 5 }),
      () => store.memories.search({ agentId: 'ada', scopes: ['none'], text: 'parrot', limit: 5 }),
    ])
      expect(await letsOthersIn(call), String(call)).toBe(true);
  });
});

describe('thousands of operations at once', () => {
  it('are done in their order, and the bad ones fail alone', async () => {
    const taken = message();
    await store.memories.append(taken);
    const all = Array.from({ length: 3_000 }, (_, i) =>
      message({ text: String(i), status: 'kept', roomId: 'many', ...(i % 500 === 7 && { id: taken.id }) }),
    );
    const outcomes = await Promise.allSettled(all.map((memory) => store.memories.append(memory)));
    const good = all.filter((_, i) => i % 500 !== 7);
    outcomes.forEach(({ status }, i) => {
      expect(status).toBe(i % 500 === 7 ? 'rejected' : 'fulfilled');
    });
    const said = ({ content }: { content: { text: string } }) => content.text;
    const recent = await store.memories.recent('many', 5_000);
    expect(recent.map(said)).toEqual(good.map(said));
    expect(await store.memories.count('ada', ['s'])).toBe(good.length + 1);
  });
});

describe('a caller that fails when it is told what was written', () => {
  it('fails alone', async () => {
    const onWritten = () => {
      throw new Error('no');
    };
    const outcomes = await Promise.allSettled([
      store.memories.append(message({ status: 'kept' })),
      store.memories.append(message({ status: 'kept' }), { onWritten }),
      store.memories.append(message({ status: 'kept' })),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await store.memories.count('ada', ['s'])).toBe(3);
  });
});

describe('a store that closes', () => {
  it('refuses what is still being read as it refuses later calls', async () => {
    for (let i = 0; i < 3_000; i += 500)
      await Promise.all(
        Array.from({ length: 500 }, (_, n) =>
          store.memories.append(message({ text: `parrot number ${i + n}`, status: 'kept' })),
        ),
      );
    const search = () => store.memories.search({ agentId: 'ada', scopes: ['s'], text: 'parrot', limit: 5 });
    const begun = Promise.allSettled(Array.from({ length: 20 }, search));
    await Promise.all([store.close(), store.close()]);
    for (const outcome of await begun)
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'store_unavailable' });
    await expect(search()).rejects.toMatchObject({ code: 'store_unavailable' });
    await store.close();
  });
});
