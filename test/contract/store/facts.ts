import { describe, expect, it } from 'vitest';
import type { Fact } from '../../../src/core/derived-memory.js';
import { kept, texts } from './samples.js';
import type { StoreSubject } from './subject.js';

export function factsContract(subject: StoreSubject): void {
  const { append, search, eventually, reopen, cannot } = subject;
  const memories = () => subject.store.memories;
  const block = (more: Partial<Fact> = {}): Fact => ({
    ...{ from: ['m1'], how: 'asked', confidence: 1, said: 1, version: 1 },
    ...more,
  });
  const fact = (text: string, more: Partial<Fact> = {}, scope = 's') =>
    kept(text, { kind: 'fact', scope, fact: block(more) });

  describe('facts that change', () => {
    it('gets another block, of the next version alone', async () => {
      const [tea, other] = [fact('likes tea'), fact('likes rain')];
      await append(tea, other);
      await memories().facts('ada', ['s'], 5);
      const next = block({ said: 2, version: 2, from: ['m1', 'm2'], disputes: [other.id] });
      for (const version of [1, 3, 7])
        expect(await memories().reviseFact(tea.id, { ...next, version })).toBe(false);
      expect(await memories().reviseFact(tea.id, next)).toBe(true);
      expect(await memories().reviseFact(tea.id, { ...next, said: 9 })).toBe(false);
      for (const restart of [false, true]) {
        if (restart) await reopen();
        expect(await memories().get(tea.id)).toEqual({ ...tea, fact: next });
        expect(await memories().facts('ada', ['s'], 5)).toEqual([other, { ...tea, fact: next }]);
      }
      await eventually(async () => expect(await search({ text: 'tea' })).toEqual(['likes tea']));
    });

    it('gets one where an older hub gave none', async () => {
      const old = kept('likes tea', { kind: 'fact' });
      const said = kept('likes tea');
      await append(old, said);
      expect(await memories().reviseFact(old.id, block({ version: 2 }))).toBe(false);
      expect(await memories().reviseFact(old.id, block())).toBe(true);
      expect((await memories().get(old.id))?.fact).toEqual(block());
      expect(await memories().reviseFact(said.id, block())).toBe(false);
      expect((await memories().get(said.id))?.fact).toBeUndefined();
      expect(await memories().reviseFact('nobody', block())).toBe(false);
      await memories().forget([old.id]);
      expect(await memories().reviseFact(old.id, block({ version: 2 }))).toBe(false);
    });

    it.skipIf(cannot.updateAtOnce)('of several that revise it at once, one does', async () => {
      const tea = fact('likes tea');
      await append(tea);
      const tries = [2, 3, 4, 5].map((said) => memories().reviseFact(tea.id, block({ said, version: 2 })));
      expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(1);
    });

    it('what has ended is no fact that holds, and is there for whoever asks for every fact', async () => {
      const now = Date.now();
      const [rome, kiel, week, oslo] = [
        fact('lives in Rome'),
        fact('lived in Kiel', { until: now - 1000 }),
        fact('stays for a week', { until: now + 3_600_000 }),
        fact('lives in Oslo', {}, 'other'),
      ];
      await append(rome, kiel, week, oslo);
      const held = (limit = 5) => memories().facts('ada', ['s'], limit);
      expect(texts(await held())).toEqual(['stays for a week', 'lives in Rome']);
      const ended = block({ until: now - 1, endedBy: 'x', version: 2 });
      expect(await memories().reviseFact(rome.id, ended)).toBe(true);
      for (const restart of [false, true]) {
        if (restart) await reopen();
        expect(texts(await held())).toEqual(['stays for a week']);
        expect(texts(await held(1))).toEqual(['stays for a week']);
        const every = await memories().everyFact('ada', ['s'], 5);
        expect(texts(every)).toEqual(['stays for a week', 'lived in Kiel', 'lives in Rome']);
        expect(every[2]!.fact).toEqual(ended);
        expect(texts(await memories().everyFact('ada', ['s', 'other'], 2))).toEqual([
          'lives in Oslo',
          'stays for a week',
        ]);
        expect(await memories().everyFact('bob', ['s'], 5)).toEqual([]);
      }
    });

    it('those that hold are found behind many that have ended', async () => {
      const ended = Array.from({ length: 60 }, (_, at) => fact(`ended ${at}`, { until: 1000 }));
      await append(fact('holds'), ...ended);
      for (const restart of [false, true]) {
        if (restart) await reopen();
        expect(texts(await memories().facts('ada', ['s'], 5))).toEqual(['holds']);
      }
    });
  });
}
