/** What a claim means: bursts of one person, what was called off, and what goes on after a decision. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Memory } from '../../src/core/memory.js';
import { workOf } from '../../src/runtime/work.js';
import type { MemoryStore } from '../../src/store/memory-store.js';
import type { TurnStore } from '../../src/store/turn-store.js';
import { checkpointOf, message } from '../contract/store.js';

/** Messages alone need none of it. */
const stores = { turns: {} as TurnStore, memories: {} as MemoryStore };
const by = (author: string, tenant = 'default') => {
  const made = message({ author: { id: author } });
  return { ...made, source: { ...made.source, tenant } };
};
const authors = (messages: Memory[]) => messages.map(({ author }) => author.id);

describe('the work of a claim', () => {
  it('[security.4] is one person’s at a time, and in all what was claimed, in order', () => {
    const people = fc.array(fc.constantFrom('alice', 'bob', 'carol'), { minLength: 1, maxLength: 30 });
    return fc.assert(
      fc.asyncProperty(people, async (said) => {
        let left: Memory[] = said.map((author) => by(author));
        const turns: string[][] = [];
        while (left.length > 0) {
          const work = await workOf({ messages: left, checkpoint: null }, {}, stores);
          turns.push(authors(work!.covered));
          expect(work!.asked).toEqual(work!.covered);
          left = left.slice(work!.covered.length);
          expect(work!.more).toBe(left.length > 0);
        }
        expect(turns.flat()).toEqual(said);
        for (const turn of turns) expect(new Set(turn).size).toBe(1);
        for (const [i, turn] of turns.entries()) expect(turn[0]).not.toBe(turns[i - 1]?.[0]);
      }),
    );
  });

  it('[security.4] tells people of one id in two workspaces apart', async () => {
    const work = await workOf(
      { messages: [by('alice'), by('alice', 'other')], checkpoint: null },
      {},
      stores,
    );
    expect(work!.covered).toHaveLength(1);
  });

  it('is what a checkpoint covers, whoever said it', async () => {
    const messages = [by('alice'), by('bob')];
    const work = await workOf({ messages, checkpoint: checkpointOf(messages, ['step']) }, {}, stores);
    expect(authors(work!.covered)).toEqual(['alice', 'bob']);
    expect(work!.more).toBe(true);
  });

  it('is everybody’s where it was called off: nothing is done for anybody', async () => {
    const messages = [by('alice'), by('bob'), by('alice')];
    const stopped = messages[2]!.id;
    const work = await workOf({ messages, checkpoint: null }, { stopped }, stores);
    expect(work).toMatchObject({ over: 'stopped', more: true });
    expect(authors(work!.covered)).toEqual(['alice', 'bob']);
  });

  it('is nothing where nothing was claimed, or nothing that was tried', async () => {
    expect(await workOf({ messages: [], checkpoint: null }, {}, stores)).toBeNull();
    expect(await workOf({ messages: [by('alice')], checkpoint: null }, {}, stores, ['other'])).toBeNull();
  });
});
