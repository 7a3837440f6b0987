import { describe, expect, it } from 'vitest';
import type { CandidatesRequest, Stretch } from '../../../src/store/search.js';
import { commitAll, kept, message } from './samples.js';
import type { StoreSubject } from './subject.js';

export function candidatesContract(subject: StoreSubject): void {
  const { append, eventually, cannot } = subject;
  const ask = (request: Partial<CandidatesRequest>) =>
    subject.store.memories.candidates({
      ...{ agentId: 'ada', scopes: ['s'], questions: [{ text: 'parrot' }], around: 2 },
      ...request,
    });
  /** Texts of each stretch, in no order. */
  const stretches = async (request: Partial<CandidatesRequest> = {}) => {
    const found = await ask(request);
    const all = await found.memories(
      found.stretches.flatMap(({ candidates }) => candidates.map(({ key }) => key)),
    );
    const texts = ({ candidates }: Stretch) =>
      candidates.map(({ key }) => all.get(key)?.content.text ?? 'nothing');
    return found.stretches.map(texts).sort();
  };

  describe('candidates', () => {
    it('come with what stands beside them in their room, in order, and say which were found', async () => {
      await append(...['a', 'b', 'c', 'a parrot', 'd', 'e', 'f'].map((text) => kept(text)));
      await append(kept('elsewhere', { roomId: 'other' }), kept('a parrot too', { roomId: 'other' }));
      await eventually(async () =>
        expect(await stretches()).toEqual([
          ['b', 'c', 'a parrot', 'd', 'e'],
          ['elsewhere', 'a parrot too'],
        ]),
      );
      expect(await stretches({ around: 0 })).toEqual([['a parrot'], ['a parrot too']]);
      const { stretches: found, scales } = await ask({});
      const scored = found.flatMap(({ candidates }) => candidates);
      expect(scored.filter((one) => one.found).length).toBe(2);
      expect(scored.every((one) => one.found === one.words[0]! > 0)).toBe(true);
      expect(scales).toEqual([{ words: Math.max(...scored.map(({ words }) => words[0]!)), meaning: null }]);
    });

    it('of several questions have a score for each', async () => {
      await append(...['a parrot', 'nothing', 'nothing', 'nothing', 'a bicycle'].map((text) => kept(text)));
      const questions = [{ text: 'parrot' }, { text: 'bicycle' }, { text: 'submarine' }];
      await eventually(async () =>
        expect(await stretches({ questions, around: 1 })).toEqual([
          ['a parrot', 'nothing'],
          ['nothing', 'a bicycle'],
        ]),
      );
      const { stretches: found, scales } = await ask({ questions, around: 0 });
      const asked = found.map(({ candidates }) => candidates[0]!.words.map((score) => score > 0)).sort();
      expect(asked).toEqual([
        [false, true, false],
        [true, false, false],
      ]);
      expect(scales.map(({ words }) => words > 0)).toEqual([true, true, false]);
    });

    it('are found by who said it, by what they quote and by the names of their files', async () => {
      const quote = { author: 'Bea', text: 'the cello is sold' };
      const attachments = [{ name: 'invoice.pdf', mediaType: 'application/pdf', size: 1, file: 'f' }];
      await append(
        kept('off to Lisbon', { author: { id: '1', name: 'Marcus' } }),
        kept('hear, hear', { content: { text: 'hear, hear', attachments: [], replyTo: null, quote } }),
        kept('', { content: { text: '', attachments, replyTo: null } }),
        kept('Ada has no name here', { author: { id: 'U0123' } }),
      );
      const found = (text: string) => stretches({ questions: [{ text }], around: 0 });
      await eventually(async () => expect(await found('what is Marcus up to?')).toEqual([['off to Lisbon']]));
      expect(await found('the cello of Bea')).toEqual([['hear, hear']]);
      expect(await found('the invoice')).toEqual([['']]);
      expect(await found('U0123')).toEqual([]);
    });

    it('leave out what is known and pending, say who said it, and keep to scopes and kinds', async () => {
      const known = kept('a known parrot');
      await append(kept('a parrot'), known, kept('a fact about a parrot', { kind: 'fact' }));
      await append(kept('a parrot of others', { scope: 'others' }), message({ text: 'a new parrot' }));
      const exclude = new Set([known.id]);
      await eventually(async () =>
        expect((await stretches({ exclude, kinds: ['message'] })).flat()).toContain('a parrot'),
      );
      const texts = (await stretches({ exclude, kinds: ['message'] })).flat();
      expect(texts.filter((text) => text !== 'nothing')).toEqual(['a parrot']);
      await commitAll(subject.store);
      await eventually(async () => {
        const { stretches: found } = await ask({ exclude, around: 0 });
        expect(found.flatMap(({ candidates }) => candidates).filter((one) => one.byAgent)).toHaveLength(1);
      });
      expect((await ask({ kinds: [] })).stretches).toEqual([]);
      expect((await ask({ scopes: [] })).stretches).toEqual([]);
      expect((await ask({ questions: [] })).stretches).toEqual([]);
    });

    it.skipIf(cannot.compareVectors)('have their cosines, also where only the words found them', async () => {
      const all = [kept('a parrot'), kept('north'), kept('south'), kept('no vector')];
      await append(...all);
      await subject.store.memories.saveEmbeddings(
        'e',
        [
          [1, 0],
          [0.6, 0.8],
          [-1, 0],
        ].map((values, i) => ({ id: all[i]!.id, values: new Float32Array(values) })),
      );
      const vector = { embedder: 'e', values: new Float32Array([1, 0]) };
      await eventually(async () => {
        const { stretches: found, scales } = await ask({ questions: [{ text: 'south', vector }] });
        const cosines = found.flatMap(({ candidates }) => candidates.map(({ meaning }) => meaning[0]!));
        expect(cosines.map((one) => (one === null ? null : Math.round(10 * one) / 10))).toEqual([
          1,
          0.6,
          -1,
          null,
        ]);
        expect(scales[0]!.meaning!.least).toBeCloseTo(-1);
        expect(scales[0]!.meaning!.most).toBeCloseTo(1);
      });
    });
  });
}
