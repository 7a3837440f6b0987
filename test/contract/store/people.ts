import { describe, expect, it } from 'vitest';
import type { Memory } from '../../../src/core/memory.js';
import { commitOf, message, source, texts } from './samples.js';
import { allPages, madeUpCursors, type StoreSubject } from './subject.js';

export function peopleContract(subject: StoreSubject): void {
  const person = { connector: 'http', tenant: 'default', userId: 'u1' };
  const append = async (...memories: Memory[]) => {
    for (const memory of memories) await subject.store.memories.append(memory);
  };
  const of = async (more: Partial<typeof person & { agentId: string }> = {}, limit?: number) =>
    (await allPages((page) => subject.store.memories.ofPerson({ ...person, ...more }, page), limit)).items;
  /** A finished turn, its reply pointing at what it answers. */
  const answer = async (memory: Memory, text: string) => {
    await append(memory);
    const commit = commitOf([memory], { text });
    commit.reply!.content.replyTo = memory.id;
    commit.reply!.author = { id: 'ada', bot: true };
    expect(await subject.store.turns.commit(commit)).toBe(true);
    return commit.reply!;
  };

  describe('what is of a person', () => {
    it('is what they said or had noted, and the replies to that, in every room', async () => {
      const other = { author: { id: 'u2' } };
      await answer(message({ text: 'mine' }), 'to me');
      await answer(message({ text: 'of another', ...other }), 'to another');
      await append(message({ text: 'noted', kind: 'fact', status: 'kept', roomId: 'r2', scope: 's2' }));
      await append(message({ text: 'noted of another', kind: 'fact', status: 'kept', ...other }));
      await append(message({ text: 'elsewhere', agentId: 'bob', roomId: 'r3', status: 'kept' }));
      await append(message({ text: 'other tenant', source: { ...source(), tenant: 't2' } }));
      await append(message({ text: 'other platform', source: { ...source(), connector: 'c2' } }));
      await append(message({ text: 'waiting' }));
      for (const restart of [false, true]) {
        if (restart) await subject.reopen();
        for (const limit of [1, 2, 50]) {
          expect(texts(await of({}, limit))).toEqual(['mine', 'to me', 'noted', 'elsewhere', 'waiting']);
          expect(texts(await of({ agentId: 'bob' }, limit))).toEqual(['elsewhere']);
        }
      }
      expect(texts(await of({ tenant: 't2' }))).toEqual(['other tenant']);
      expect(texts(await of({ userId: 'u2' }))).toEqual(['of another', 'to another', 'noted of another']);
      for (const nobody of ['ada', 'nobody', 'u', '%', '']) expect(await of({ userId: nobody })).toEqual([]);
    });

    it('is given back whole, as it is by now, whatever the names are', async () => {
      const userId = 'a"b\\ \u0000 ü🦜';
      const memory = message({ author: { id: userId, name: 'n' }, status: 'kept' });
      await append(memory, message({ author: { id: 'a"b\\ ' }, status: 'kept' }));
      await subject.store.memories.edit(memory.id, 'edited');
      expect(await of({ userId })).toEqual([{ ...memory, content: { ...memory.content, text: 'edited' } }]);
    });

    it('is found among more than a call looks at, and can be forgotten from the newest on', async () => {
      const asked = message({ text: 'asked' });
      const many = Array.from({ length: 2_100 }, () => message({ author: { id: 'u2' }, status: 'kept' }));
      await append(asked);
      await Promise.all(many.map((memory) => subject.store.memories.append(memory)));
      await append(message({ text: 'late', status: 'kept' }));
      const commit = commitOf([asked], { text: 'answered' });
      commit.reply!.content.replyTo = asked.id;
      await subject.store.turns.commit(commit);
      const mine = await of({}, 100);
      expect(texts(mine)).toEqual(['asked', 'late', 'answered']);
      for (const { id } of mine.toReversed()) expect(await subject.store.memories.forget([id])).toBe(1);
      expect(await of({}, 100)).toEqual([]);
      expect(await subject.store.memories.history('room', { limit: 1 })).toMatchObject({
        items: [{ author: { id: 'u2' } }],
      });
    });

    it('refuses a cursor it never gave', async () => {
      for (const cursor of madeUpCursors)
        await expect(subject.store.memories.ofPerson(person, { limit: 2, cursor })).rejects.toMatchObject({
          code: 'invalid_field',
        });
    });
  });
}
