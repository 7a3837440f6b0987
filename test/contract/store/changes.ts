import { describe, expect, it } from 'vitest';
import { commitAll, kept, message, texts } from './samples.js';
import type { StoreSubject } from './subject.js';

export function changesContract(subject: StoreSubject): void {
  const { append, search, eventually, waitingTexts, reopen, cannot } = subject;

  describe('find', () => {
    it('gives what is stored under a key, as it is by now', async () => {
      const memory = message({ messageId: 'c/1' });
      const key = { agentId: 'ada', connector: 'http', tenant: 'default', messageId: 'c/1' };
      expect(await subject.store.memories.find(key)).toBeNull();
      await append(memory, message({ messageId: 'c/2' }));
      expect(await subject.store.memories.find(key)).toEqual(memory);
      for (const other of [{ agentId: 'bob' }, { connector: 'x' }, { tenant: 't' }, { messageId: 'c' }])
        expect(await subject.store.memories.find({ ...key, ...other })).toBeNull();
      const { turn } = await commitAll(subject.store);
      const handled = { ...memory, status: 'handled', turnId: turn.turnId };
      expect(await subject.store.memories.find(key)).toEqual(handled);
      await reopen();
      expect(await subject.store.memories.find(key)).toEqual(handled);
      await subject.store.memories.forget([memory.id]);
      expect(await subject.store.memories.find(key)).toBeNull();
    });
  });

  describe('edit', () => {
    it('changes what waits, before it is claimed', async () => {
      const memory = message({ text: 'teh parrot' });
      await append(memory, message({ text: 'behind it' }));
      expect(await waitingTexts()).toEqual(['teh parrot', 'behind it']);
      expect(await subject.store.memories.edit(memory.id, 'the \u0000 "parrot" \ud800')).toBe(true);
      for (const restart of [false, true]) {
        if (restart) await reopen();
        const [claimed] = (await subject.store.turns.claim('room', 1)).messages;
        expect(claimed).toEqual({
          ...memory,
          content: { ...memory.content, text: claimed!.content.text },
        });
        expect(claimed!.content.text).toMatch(/^the \0 "parrot" /);
        expect(await waitingTexts()).toHaveLength(2);
      }
    });

    it('changes history, words and facts', async () => {
      const [said, fact] = [kept('a green parrot'), kept('likes tea', { kind: 'fact' })];
      await append(said, fact, kept('another parrot'));
      await eventually(async () => expect(await search({ text: 'green' })).toEqual(['a green parrot']));
      await subject.store.memories.recent('room', 10);
      await subject.store.memories.facts('ada', ['s'], 5);
      expect(await subject.store.memories.edit(said.id, 'a red macaw')).toBe(true);
      expect(await subject.store.memories.edit(fact.id, 'likes coffee')).toBe(true);
      for (const restart of [false, true]) {
        if (restart) await reopen();
        expect(texts(await subject.store.memories.recent('room', 10))).toEqual([
          'a red macaw',
          'another parrot',
        ]);
        expect(texts(await subject.store.memories.facts('ada', ['s'], 5))).toEqual(['likes coffee']);
        await eventually(async () => expect(await search({ text: 'green tea' })).toEqual([]));
        await eventually(async () => expect(await search({ text: 'macaw' })).toEqual(['a red macaw']));
        await eventually(async () => expect(await search({ text: 'parrot' })).toEqual(['another parrot']));
      }
      expect(await subject.store.memories.count('ada', ['s'])).toBe(3);
    });

    it('takes the vectors away, so that new ones are made', async () => {
      const [a, b] = [kept('a'), kept('b')];
      await append(a, b);
      const lacking = async () =>
        (await subject.store.memories.unembedded('e', 10)).map(({ id, text }) => ({ id, text }));
      const embed = async (x: number) =>
        subject.store.memories.saveEmbeddings(
          'e',
          (await lacking()).map(({ id }) => ({ id, values: new Float32Array([x, 1 - x]) })),
        );
      await embed(1);
      expect(await lacking()).toEqual([]);
      await subject.store.memories.edit(a.id, 'c');
      expect(await lacking()).toEqual([{ id: a.id, text: 'c' }]);
      const near = { embedder: 'e', values: new Float32Array([1, 0]) };
      if (!cannot.compareVectors)
        await eventually(async () => expect(await search({ vector: near })).toEqual(['b']));
      await embed(0);
      expect(await lacking()).toEqual([]);
      await subject.store.memories.edit(b.id, '');
      expect(await lacking()).toEqual([]);
      if (cannot.compareVectors) return;
      const far = { embedder: 'e', values: new Float32Array([0, 1]) };
      await eventually(async () => expect(await search({ vector: far })).toEqual(['c']));
    });

    it('takes away what it quotes, and names origins anew', async () => {
      const quote = { author: 'ann', text: 'my pin' };
      const taint = [{ kind: 'file' as const, what: 'pin.txt' }];
      const said = kept('see above', { taint });
      await append({ ...said, content: { ...said.content, quote } });
      await subject.store.memories.recent('room', 10);
      const masked = [{ kind: 'file' as const, what: '[forgotten]' }];
      expect(await subject.store.memories.edit(said.id, 'see', { quote: null, taint: masked })).toBe(true);
      for (const restart of [false, true]) {
        if (restart) await reopen();
        const wanted = { ...said, content: { ...said.content, text: 'see' }, taint: masked };
        expect(await subject.store.memories.get(said.id)).toEqual(wanted);
        expect(await subject.store.memories.recent('room', 10)).toEqual([wanted]);
      }
    });

    it('changes what it carries, and takes its files with those that no other names', async () => {
      const { files, memories } = subject.store;
      const said = kept('see above');
      const owner = { ...said, connector: 'c', tenant: 't', place: 'p', person: 'ann' };
      const { agentId, roomId, scope, connector, tenant, place, person } = owner;
      const of = { agentId, roomId, scope, connector, tenant, place, person };
      const file = await files.put(Buffer.from('pin'), { name: 'a.txt', mediaType: 'text/plain', owner: of });
      const attachments = [{ name: 'a.txt', mediaType: 'text/plain', size: 3, file }];
      const parts = [{ kind: 'forwarded' as const, author: 'ann', text: 'my pin' }];
      await append({ ...said, content: { ...said.content, parts, attachments } });
      const masked = [{ kind: 'forwarded' as const, text: '[forgotten]' }];
      expect(await memories.edit(said.id, 'see', { parts: masked, files: null })).toBe(true);
      const content = { ...said.content, text: 'see', parts: masked, attachments: [] };
      expect(await memories.get(said.id)).toEqual({ ...said, content });
      expect(await files.get(file)).toBeNull();
    });

    it('is false for what is not there, and brings nothing back', async () => {
      expect(await subject.store.memories.edit('unknown', 'x')).toBe(false);
      await append(message());
      const { reply } = await commitAll(subject.store);
      await subject.store.memories.forget([reply!.id]);
      expect(await subject.store.memories.edit(reply!.id, 'x')).toBe(false);
      expect(await subject.store.memories.get(reply!.id)).toBeNull();
    });
  });

  describe('forget', () => {
    it('removes memories from everywhere, and says how many', async () => {
      const [a, b, fact] = [
        kept('parrot a'),
        message({ text: 'parrot b' }),
        kept('parrot fact', { kind: 'fact' }),
      ];
      await append(a, b, fact, kept('parrot d'));
      const all = (await subject.store.memories.unembedded('e', 10)).map(({ id }) => ({
        id,
        values: new Float32Array([1, 2]),
      }));
      await subject.store.memories.saveEmbeddings('e', all);
      await subject.store.memories.recent('room', 10);
      await waitingTexts();
      await subject.store.memories.facts('ada', ['s'], 5);
      expect(await subject.store.memories.forget([a.id, b.id, fact.id, a.id, 'unknown'])).toBe(3);
      for (const restart of [false, true]) {
        if (restart) await reopen();
        expect(await subject.store.memories.get(a.id)).toBeNull();
        expect(texts(await subject.store.memories.recent('room', 10))).toEqual(['parrot d']);
        expect(texts((await subject.store.memories.history('room', { limit: 10 })).items)).toEqual([
          'parrot d',
        ]);
        expect(await waitingTexts()).toEqual([]);
        expect(await subject.store.memories.facts('ada', ['s'], 5)).toEqual([]);
        expect(await subject.store.memories.count('ada', ['s'])).toBe(1);
        await eventually(async () => expect(await search({ text: 'parrot' })).toEqual(['parrot d']));
        if (cannot.compareVectors) continue;
        const vector = { embedder: 'e', values: new Float32Array([1, 2]) };
        await eventually(async () => expect(await search({ vector })).toEqual(['parrot d']));
      }
      expect(await subject.store.memories.forget([a.id])).toBe(0);
      expect(await subject.store.memories.forget([])).toBe(0);
    });

    it('lets a forgotten message be delivered to us once more', async () => {
      const memory = message({ messageId: 'again' });
      await append(memory);
      await subject.store.memories.forget([memory.id]);
      expect((await subject.store.memories.append(message({ messageId: 'again' }))).duplicate).toBe(false);
    });

    it('takes an undelivered reply out of the outbox', async () => {
      await append(message());
      const { reply } = await commitAll(subject.store);
      expect(await subject.store.outbox.due('room', 10)).toHaveLength(1);
      await subject.store.memories.forget([reply!.id]);
      expect(await subject.store.outbox.due('room', 10)).toEqual([]);
    });
  });
}
