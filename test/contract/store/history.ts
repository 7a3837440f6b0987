import { describe, expect, it } from 'vitest';
import type { Memory } from '../../../src/core/memory.js';
import { commitAll, kept, message, texts } from './samples.js';
import type { StoreSubject } from './subject.js';

export function historyContract(subject: StoreSubject): void {
  const { append, search, eventually, reopen, cannot } = subject;

  describe('history', () => {
    it('gives the newest that are not pending, in the order of appends', async () => {
      await append(message({ text: 'waits' }), message({ text: 'overheard', status: 'kept' }));
      await append(message({ text: 'a fact', kind: 'fact', status: 'kept' }), message({ roomId: 'other' }));
      expect(texts(await subject.store.memories.recent('room', 10))).toEqual(['overheard']);
      await commitAll(subject.store);
      expect(texts(await subject.store.memories.recent('room', 10))).toEqual([
        'waits',
        'overheard',
        'reply to waits',
      ]);
      expect(texts(await subject.store.memories.recent('room', 2))).toEqual(['overheard', 'reply to waits']);
      expect(await subject.store.memories.recent('room', 0)).toEqual([]);
      expect(await subject.store.memories.recent('nowhere', 5)).toEqual([]);
    });

    it('keeps what a message came with, and where its words are from', async () => {
      const asker = { groups: ['staff'], token: { name: 'app', tenant: 'default', role: 'member' as const } };
      const taint = [{ kind: 'page' as const, what: 'https://example.com', at: 7 }];
      const stored = { ...message({ text: 'a', status: 'kept' }), asker, taint };
      await append(stored);
      expect(await subject.store.memories.recent('room', 1)).toMatchObject([{ asker, taint }]);
      expect(await subject.store.memories.get(stored.id)).toMatchObject({ asker, taint });
    });

    it('keeps up over many turns, whatever limit is asked for', async () => {
      for (let i = 0; i < 60; i++) await append(message({ text: `m${i}`, status: 'kept' }));
      const all = Array.from({ length: 60 }, (_, i) => `m${i}`);
      for (const limit of [3, 40, 55, 500]) {
        expect(texts(await subject.store.memories.recent('room', limit))).toEqual(all.slice(-limit));
      }
    });

    it('pages from the oldest, pending ones included', async () => {
      await append(...['a', 'b', 'c', 'd', 'e'].map((text) => message({ text })));
      await append(message({ kind: 'fact', text: 'no message' }), message({ roomId: 'other' }));
      const first = await subject.store.memories.history('room', { limit: 2 });
      expect(texts(first.items)).toEqual(['a', 'b']);
      const second = await subject.store.memories.history('room', { limit: 2, cursor: first.nextCursor! });
      expect(texts(second.items)).toEqual(['c', 'd']);
      const third = await subject.store.memories.history('room', { limit: 2, cursor: second.nextCursor! });
      expect(texts(third.items)).toEqual(['e']);
      expect(third.nextCursor).toBeNull();
      const exact = await subject.store.memories.history('room', { limit: 5 });
      expect(exact.nextCursor).toBeNull();
      expect(await subject.store.memories.history('nowhere', { limit: 5 })).toEqual({
        items: [],
        nextCursor: null,
      });
    });

    it('refuses a cursor it never gave', async () => {
      for (const cursor of ['no such cursor', '', '-1', '1; drop table memories']) {
        await expect(subject.store.memories.history('room', { limit: 2, cursor })).rejects.toMatchObject({
          code: 'invalid_field',
        });
      }
    });

    it('does not know memories it was never given', async () => {
      expect(await subject.store.memories.get('unknown')).toBeNull();
    });
  });

  describe('scopes', () => {
    it('count all memories, each in its own agent and scope', async () => {
      expect(await subject.store.memories.count('ada', ['s'])).toBe(0);
      await append(message(), message({ kind: 'fact', status: 'kept' }), message({ scope: 's2' }));
      await append(message({ agentId: 'bob' }));
      for (const restart of [false, true]) {
        if (restart) await reopen();
        expect(await subject.store.memories.count('ada', ['s'])).toBe(2);
        expect(await subject.store.memories.count('ada', ['s', 's2', 's'])).toBe(3);
        expect(await subject.store.memories.count('bob', ['s', 's2'])).toBe(1);
        expect(await subject.store.memories.count('ada', [])).toBe(0);
      }
      await commitAll(subject.store);
      expect(await subject.store.memories.count('ada', ['s'])).toBe(3);
    });

    it('give their newest facts, newest first', async () => {
      const fact = (text: string, more: Partial<Memory> = {}) =>
        message({ text, kind: 'fact', status: 'kept', ...more });
      await append(fact('one'), fact('two', { scope: 's2' }), fact('three'), message({ text: 'no fact' }));
      await append(fact('hidden', { scope: 's3' }), fact('of another agent', { agentId: 'bob' }));
      const facts = async (scopes: string[], limit = 10) =>
        texts(await subject.store.memories.facts('ada', scopes, limit));
      expect(await facts(['s', 's2'])).toEqual(['three', 'two', 'one']);
      expect(await facts(['s', 's2', 's'], 2)).toEqual(['three', 'two']);
      expect(await facts([])).toEqual([]);
      await append(fact('four'));
      expect(await facts(['s'])).toEqual(['four', 'three', 'one']);
      await reopen();
      expect(await facts(['s'], 2)).toEqual(['four', 'three']);
    });

    it('never leak in a search', async () => {
      await append(
        kept('the secret word is parrot', { scope: 's2' }),
        kept('parrot of bob', { agentId: 'bob' }),
      );
      await append(kept('my own parrot'));
      const values = new Float32Array([1, 0, 0, 0]);
      const all = (await subject.store.memories.unembedded('e', 10)).map(({ id }) => ({ id, values }));
      await subject.store.memories.saveEmbeddings('e', all);
      const vector = cannot.compareVectors ? undefined : { embedder: 'e', values };
      await eventually(async () =>
        expect(await search({ text: 'parrot', vector })).toEqual(['my own parrot']),
      );
      expect(await search({ text: 'parrot', vector, scopes: [] })).toEqual([]);
      expect(await search({ text: 'parrot', vector, scopes: ['s3', 's" OR "s2', '*'] })).toEqual([]);
    });
  });

  describe('inScope', () => {
    it('pages through everything of one scope, oldest first', async () => {
      await append(
        kept('1'),
        kept('2', { kind: 'fact' }),
        message({ text: '3', roomId: 'elsewhere' }),
        kept('not mine', { scope: 'other' }),
        kept('nor this', { agentId: 'bob' }),
        kept('4', { kind: 'document' }),
        kept('5'),
      );
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await subject.store.memories.inScope('ada', 's', { limit: 2, cursor });
        expect(page.items.length).toBeLessThanOrEqual(2);
        seen.push(...texts(page.items));
        cursor = page.nextCursor ?? undefined;
      } while (cursor);
      expect(seen).toEqual(['1', '2', '3', '4', '5']);
      expect(await subject.store.memories.inScope('ada', 'unknown', { limit: 5 })).toEqual({
        items: [],
        nextCursor: null,
      });
      await expect(
        subject.store.memories.inScope('ada', 's', { limit: 1, cursor: 'x' }),
      ).rejects.toMatchObject({
        code: 'invalid_field',
      });
    });
  });
}
