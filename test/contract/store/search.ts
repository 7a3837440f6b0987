import { describe, expect, it } from 'vitest';
import { commitAll, kept, message, texts } from './samples.js';
import type { StoreSubject } from './subject.js';

export function searchContract(subject: StoreSubject): void {
  const { append, search, eventually, reopen, cannot } = subject;

  describe('search', () => {
    it('finds words, in any case and with any accents', async () => {
      await append(kept('Crème brûlée for dessert'), kept('nothing of the kind'));
      await eventually(async () =>
        expect(await search({ text: 'creme BRULEE?' })).toEqual(['Crème brûlée for dessert']),
      );
      expect(await search({ text: 'pudding' })).toEqual([]);
      expect(await search({ text: '' })).toEqual([]);
      expect(await search({ text: '?!' })).toEqual([]);
    });

    it.skipIf(cannot.stem)('finds other forms of a word', async () => {
      await append(kept('my dog is running'));
      await eventually(async () => expect(await search({ text: 'dogs' })).toHaveLength(1));
      expect(await search({ text: 'who runs?' })).toHaveLength(1);
    });

    it('does not find what is pending, and finds it once it is handled', async () => {
      await append(kept('an old parrot'), message({ text: 'a new parrot' }));
      await eventually(async () => expect(await search({ text: 'parrot' })).toEqual(['an old parrot']));
      await commitAll(subject.store);
      await eventually(async () => {
        expect((await search({ text: 'parrot' })).sort()).toEqual(
          ['a new parrot', 'an old parrot', 'reply to a new parrot'].sort(),
        );
      });
    });

    it('keeps to kinds, leaves out what is known, and stops at the limit', async () => {
      const known = kept('parrot one');
      await append(known, kept('parrot two'), kept('parrot three', { kind: 'fact' }));
      await eventually(async () => expect(await search({ text: 'parrot' })).toHaveLength(3));
      expect(await search({ text: 'parrot', kinds: ['fact'] })).toEqual(['parrot three']);
      expect(await search({ text: 'parrot', kinds: [] })).toEqual([]);
      expect(await search({ text: 'parrot', kinds: ['message'], exclude: new Set([known.id]) })).toEqual([
        'parrot two',
      ]);
      expect(await search({ text: 'parrot', limit: 2 })).toHaveLength(2);
      expect(await search({ text: 'parrot', limit: 0 })).toEqual([]);
    });

    it('ranks what has more of the words, and the rarer ones, first', async () => {
      await append(...Array.from({ length: 6 }, (_, i) => kept(`weather report ${i}`)));
      await append(kept('the garden in summer'), kept('garden tools'));
      await append(kept('a parrot in the garden'), kept('a parrot elsewhere'));
      await eventually(async () => {
        expect(await search({ text: 'parrot garden', limit: 2 })).toEqual([
          'a parrot in the garden',
          'a parrot elsewhere',
        ]);
      });
    });

    it('takes any text for what it is', async () => {
      await append(kept('a harmless parrot'));
      await eventually(async () => expect(await search({ text: 'parrot' })).toHaveLength(1));
      for (const text of [
        '"',
        'parrot"',
        'NOT parrot',
        'par*',
        '(parrot',
        'words:parrot',
        '{parrot} : ^',
        "';--",
        '\u0000',
        '\ud800',
      ]) {
        expect(await search({ text })).toEqual(text.match(/parrot/) ? ['a harmless parrot'] : []);
      }
    });
  });

  describe.skipIf(cannot.compareVectors)('vectors', () => {
    const embed = async (embedder: string, vectors: Record<string, number[]>) => {
      const all = (await subject.store.memories.history('room', { limit: 100 })).items;
      const saved = Object.entries(vectors).map(([text, values]) => ({
        id: all.find(({ content }) => content.text === text)!.id,
        values: new Float32Array(values),
      }));
      await subject.store.memories.saveEmbeddings(embedder, saved);
    };
    const near = (values: number[], embedder = 'e') => ({
      vector: { embedder, values: new Float32Array(values) },
    });

    it('find what is near in meaning, nearest first', async () => {
      await append(kept('north'), kept('north-east'), kept('south'));
      await embed('e', { north: [0, 1, 0], 'north-east': [0.7, 0.7, 0], south: [0, -1, 0] });
      await eventually(async () =>
        expect(await search(near([0.1, 0.9, 0]))).toEqual(['north', 'north-east']),
      );
      expect(await search({ ...near([0.1, 0.9, 0]), limit: 1 })).toEqual(['north']);
      await reopen();
      await eventually(async () =>
        expect(await search(near([0.1, 0.9, 0]))).toEqual(['north', 'north-east']),
      );
    });

    it('and words together: what both find comes first', async () => {
      await append(kept('alpha'), kept('beta'), kept('gamma'));
      await embed('e', { alpha: [1, 0, 0], beta: [0.9, 0.1, 0], gamma: [0, 0, 1] });
      await eventually(async () => {
        expect(await search({ ...near([1, 0.02, 0]), text: 'beta or gamma' })).toEqual(
          expect.arrayContaining(['alpha', 'beta', 'gamma']),
        );
      });
      const found = await subject.store.memories.search({
        ...near([1, 0.02, 0]),
        ...{ agentId: 'ada', scopes: ['s'], text: 'beta', limit: 10 },
      });
      expect(texts(found.map(({ memory }) => memory))).toEqual(['beta', 'alpha']);
      expect(found[0]!.score).toBeGreaterThan(found[1]!.score);
    });

    it('of another embedder are never compared', async () => {
      await append(kept('one'), kept('two'));
      await embed('e1', { one: [1, 0], two: [0.9, 0.1] });
      await embed('e2', { two: [1, 0, 0, 0] });
      await eventually(async () => expect(await search(near([1, 0], 'e1'))).toEqual(['one', 'two']));
      await eventually(async () => expect(await search(near([1, 0, 0, 0], 'e2'))).toEqual(['two']));
      expect(await search(near([1, 0], 'e3'))).toEqual([]);
    });

    it('of the wrong length are refused with the way out', async () => {
      await append(kept('one'), kept('two'));
      await embed('e', { one: [1, 0, 0] });
      await expect(embed('e', { two: [1, 0] })).rejects.toMatchObject({ code: 'config_invalid' });
      await expect(search(near([1, 0]))).rejects.toMatchObject({ code: 'config_invalid' });
    });

    it('keep to kinds and leave out what is known', async () => {
      const known = kept('known');
      await append(known, kept('new'), kept('a fact', { kind: 'fact' }));
      const all = (await subject.store.memories.unembedded('e', 10)).map(({ id }) => ({
        id,
        values: new Float32Array([1, 2]),
      }));
      await subject.store.memories.saveEmbeddings('e', all);
      await eventually(async () => expect(await search(near([1, 2]))).toHaveLength(3));
      expect(await search({ ...near([1, 2]), kinds: ['fact'] })).toEqual(['a fact']);
      expect(await search({ ...near([1, 2]), exclude: new Set([known.id]), kinds: ['message'] })).toEqual([
        'new',
      ]);
    });

    it('replace an earlier one of the same memory', async () => {
      await append(kept('one'));
      await embed('e', { one: [1, 0] });
      await embed('e', { one: [0, 1] });
      await eventually(async () => expect(await search(near([0, 1]))).toEqual(['one']));
      await eventually(async () => expect(await search(near([1, 0]))).toEqual([]));
    });
  });
}
