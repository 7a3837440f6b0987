import { describe, expect, it } from 'vitest';
import { commitAll, kept, message } from './samples.js';
import type { StoreSubject } from './subject.js';

export function embeddingContract(subject: StoreSubject): void {
  const { append, search, eventually, reopen, cannot } = subject;

  describe('unembedded', () => {
    const lacking = async (embedder = 'e', limit = 10) =>
      (await subject.store.memories.unembedded(embedder, limit)).map(({ text }) => text);
    const embed = async (limit: number, embedder = 'e') => {
      const some = await subject.store.memories.unembedded(embedder, limit);
      await subject.store.memories.saveEmbeddings(
        embedder,
        some.map(({ id }) => ({ id, values: new Float32Array([1, 2]) })),
      );
    };

    it('lists what has text and no vector of this embedder, oldest first', async () => {
      await append(
        kept('a'),
        kept(''),
        message({ text: 'pending' }),
        kept('b\u0000"'),
        kept('c', { kind: 'fact' }),
      );
      expect(await lacking()).toEqual(['a', 'b\u0000"', 'c']);
      expect(await lacking('e', 2)).toEqual(['a', 'b\u0000"']);
      await embed(2);
      expect(await lacking()).toEqual(['c']);
      expect(await lacking('other')).toEqual(['a', 'b\u0000"', 'c']);
      await embed(2);
      expect(await lacking()).toEqual([]);
      await commitAll(subject.store);
      expect(await lacking()).toContain('pending');
      const [due] = await subject.store.outbox.due('room', 1);
      // A store may leave out what a delivery works on.
      await subject.store.outbox.delivered(due!.id, {});
      expect(await lacking()).toEqual(['pending', 'reply to pending']);
      await reopen();
      await append(kept('d'));
      expect(await lacking()).toEqual(['pending', 'reply to pending', 'd']);
    });

    it('counts what lacks a vector and what has one, by kind', async () => {
      const { memories } = subject.store;
      expect([await memories.backlog('e'), await memories.embedded('e')]).toEqual([{}, {}]);
      await append(kept('a'), kept(''), message({ text: 'pending' }), kept('b'), kept('c', { kind: 'fact' }));
      expect(await memories.backlog('e')).toEqual({ message: 2, fact: 1 });
      await embed(2);
      expect(await memories.backlog('e')).toEqual({ fact: 1 });
      expect(await memories.embedded('e')).toEqual({ message: 2 });
      expect(await memories.backlog('other')).toEqual({ message: 2, fact: 1 });
      await reopen();
      await embed(2);
      const again = subject.store.memories;
      expect([await again.backlog('e'), await again.embedded('other')]).toEqual([{}, {}]);
    });

    it('[memory.6] takes a vector of zeros for one that is there and is near nothing', async () => {
      const { memories } = subject.store;
      const [english, blind] = [kept('a'), kept('我有一只猫')];
      await append(english, blind);
      const values = (one: { id: string }, ...numbers: number[]) => ({
        ...{ id: one.id, values: new Float32Array(numbers) },
      });
      await memories.saveEmbeddings('e', [values(blind, 0, 0, 0)]);
      expect(await lacking()).toEqual(['a']);
      await memories.saveEmbeddings('e', [values(english, 1, 1, 1)]);
      expect(await lacking()).toEqual([]);
      expect(await memories.embedded('e')).toEqual({ message: 2 });
      if (cannot.compareVectors) return;
      const vector = { embedder: 'e', values: new Float32Array([1, 1, 1]) };
      await eventually(async () => {
        expect(await search({ vector, limit: 10 })).toEqual(['a']);
      });
    });

    it('knows nothing of what is forgotten', async () => {
      const gone = kept('gone');
      await append(gone, kept('stays'));
      const all = await subject.store.memories.unembedded('e', 10);
      await subject.store.memories.forget([gone.id]);
      await subject.store.memories.saveEmbeddings(
        'e',
        all.map(({ id }) => ({ id, values: new Float32Array([1, 2]) })),
      );
      expect(await lacking()).toEqual([]);
      // Forgetting the newest must not hide the next one.
      const next = kept('next');
      await append(next);
      await subject.store.memories.forget([next.id]);
      await reopen();
      await append(kept('after'));
      expect(await lacking()).toEqual(['after']);
    });
  });

  describe('a change of embedder', () => {
    const embed = async (embedder: string, values: number[], limit = 100) => {
      const some = await subject.store.memories.unembedded(embedder, limit);
      await subject.store.memories.saveEmbeddings(
        embedder,
        some.map(({ id }) => ({ id, values: new Float32Array(values) })),
      );
      return some.length;
    };
    const drop = async (unusedSince: number, limit = 100) => {
      let total = 0;
      for (;;) {
        const dropped = await subject.store.memories.dropEmbeddings({ keep: 'new', unusedSince, limit });
        expect(dropped).toBeLessThanOrEqual(limit);
        if (dropped === 0) return total;
        total += dropped;
      }
    };
    const near = async (embedder: string, values: number[]) =>
      (await search({ vector: { embedder, values: new Float32Array(values) }, limit: 20 })).length;

    it('drops the vectors of embedders that are used no more, and no others', async () => {
      await append(...Array.from({ length: 12 }, (_, i) => kept(`m${i}`)));
      const began = Date.now();
      await embed('old', [1, 0]);
      await embed('new', [1, 0, 0]);
      expect(await drop(began)).toBe(0);
      if (!cannot.compareVectors) {
        await eventually(async () => expect(await near('old', [1, 0])).toBe(12));
        await eventually(async () => expect(await near('new', [1, 0, 0])).toBe(12));
      }
      expect(await drop(Date.now() + 1, 5)).toBe(12);
      expect(await drop(Date.now() + 1)).toBe(0);
      for (const restart of [false, true]) {
        if (restart) await reopen();
        if (cannot.compareVectors) continue;
        expect(await near('old', [1, 0])).toBe(0);
        await eventually(async () => expect(await near('new', [1, 0, 0])).toBe(12));
      }
      expect(await subject.store.memories.unembedded('new', 5)).toEqual([]);
    });

    it('can be taken back, also to vectors of another length', async () => {
      await append(kept('a'), kept('b'));
      await embed('old', [1, 0]);
      await embed('new', [1, 0, 0]);
      await drop(Date.now() + 1);
      expect(await embed('old', [0, 1, 0, 0])).toBe(2);
      if (cannot.compareVectors) return;
      await eventually(async () => expect(await near('old', [0, 1, 0, 0])).toBe(2));
    });

    it('goes on where the dropping was cut off, or lets it be', async () => {
      await append(kept('a'), kept('b'), kept('c'));
      await embed('old', [1, 0]);
      await embed('new', [0, 1]);
      const request = { keep: 'new', unusedSince: Date.now() + 1, limit: 1 };
      expect(await subject.store.memories.dropEmbeddings(request)).toBe(1);
      await reopen();
      expect(await embed('old', [1, 0])).toBe(1);
      expect(await drop(Date.now() + 1)).toBe(3);
    });
  });
}
