import { describe, expect, it } from 'vitest';
import type { InboundMessage } from '../../../src/core/inbound.js';
import { roomIdOf, scopeOf } from '../../../src/core/memory.js';
import { commitAll, message, source, texts } from './samples.js';
import { allPages, madeUpCursors, type StoreSubject } from './subject.js';

export function roomsContract(subject: StoreSubject): void {
  const append = async (...memories: ReturnType<typeof message>[]) => {
    for (const memory of memories) await subject.store.memories.append(memory);
  };
  const rooms = async (agentId?: string, limit?: number) =>
    (await allPages((page) => subject.store.memories.rooms({ ...page, agentId }), limit)).items;
  const names = async (agentId?: string, limit?: number) =>
    (await rooms(agentId, limit)).map(({ roomId }) => roomId);

  describe('rooms', () => {
    it('come the most recently active first, each once, of one agent or of all', async () => {
      expect(await subject.store.memories.rooms({ limit: 5 })).toEqual({ items: [], nextCursor: null });
      for (const roomId of ['r1', 'r2', 'r3', 'r1', 'r4', 'r2']) await append(message({ roomId }));
      await append(message({ roomId: 'bobs', agentId: 'bob' }));
      await append(
        message({ roomId: 'r3', kind: 'fact', status: 'kept' }),
        message({ roomId: 'no', kind: 'fact' }),
      );
      for (const restart of [false, true]) {
        if (restart) await subject.reopen();
        for (const limit of [1, 2, 3, 50]) {
          expect(await names(undefined, limit)).toEqual(['bobs', 'r2', 'r4', 'r1', 'r3']);
          expect(await names('ada', limit)).toEqual(['r2', 'r4', 'r1', 'r3']);
        }
      }
      expect(await names('nobody')).toEqual([]);
      expect((await subject.store.memories.rooms({ limit: 5 })).nextCursor).toBeNull();
      await commitAll(subject.store, 'r3');
      expect((await names())[0]).toBe('r3');
    });

    it('say where they are, whose, how lively, and whether others can read them', async () => {
      const where = { connector: 'c', tenant: 't', channel: 'general', thread: '7' };
      const arrival = (direct: boolean) =>
        ({
          agentId: 'ada',
          source: { ...where, messageId: 'm' },
          direct,
          author: { id: 'u1' },
        }) as InboundMessage;
      const roomId = roomIdOf('ada', where);
      const in_ = (direct: boolean, more: Parameters<typeof message>[0]) =>
        message({ ...more, scope: scopeOf(arrival(direct) as Parameters<typeof scopeOf>[0]) });
      await append(
        in_(false, {
          roomId,
          createdAt: 1000,
          source: { ...source(), ...where, pull: true, metadata: { a: 1 } },
        }),
        in_(false, { roomId, createdAt: 2000, source: { ...source(), ...where } }),
        in_(true, { roomId: 'direct', createdAt: 3000 }),
        message({ roomId: 'unknown', createdAt: 4000 }),
      );
      const { messageId: _, ...plain } = source();
      expect(await rooms()).toEqual([
        { roomId: 'unknown', agentId: 'ada', source: plain, lastAt: 4000, messages: 1 },
        { roomId: 'direct', agentId: 'ada', source: plain, direct: true, lastAt: 3000, messages: 1 },
        { roomId, agentId: 'ada', source: where, direct: false, lastAt: 2000, messages: 2 },
      ]);
    });

    it('are found behind more messages than a call looks at', async () => {
      await append(message({ roomId: 'quiet' }));
      await Promise.all(
        Array.from({ length: 2_100 }, () => subject.store.memories.append(message({ roomId: 'busy' }))),
      );
      const { items, pages } = await allPages((page) => subject.store.memories.rooms(page), 5);
      expect(items.map(({ roomId, messages }) => [roomId, messages])).toEqual([
        ['busy', 1_000],
        ['quiet', 1],
      ]);
      expect(pages).toBeGreaterThan(1);
    });

    it('are gone with the last of their messages', async () => {
      const memory = message({ roomId: 'r1', status: 'kept' });
      await append(memory, message({ roomId: 'r2' }));
      await subject.store.memories.forget([memory.id]);
      expect(await names()).toEqual(['r2']);
    });

    it('refuse a cursor they never gave', async () => {
      for (const cursor of madeUpCursors)
        await expect(subject.store.memories.rooms({ limit: 2, cursor })).rejects.toMatchObject({
          code: 'invalid_field',
        });
    });
  });

  describe('history from the newest', () => {
    const back = (page: { limit: number; cursor?: string }) =>
      subject.store.memories.history('room', { ...page, order: 'newest' });

    it('pages to the oldest, pending ones included', async () => {
      await append(...['a', 'b', 'c', 'd', 'e'].map((text) => message({ text })));
      await append(message({ kind: 'fact', text: 'no message' }), message({ roomId: 'other' }));
      const first = await back({ limit: 2 });
      expect(texts(first.items)).toEqual(['e', 'd']);
      await append(message({ text: 'f' }));
      const second = await back({ limit: 2, cursor: first.nextCursor! });
      expect(texts(second.items)).toEqual(['c', 'b']);
      const third = await back({ limit: 2, cursor: second.nextCursor! });
      expect(texts(third.items)).toEqual(['a']);
      expect(third.nextCursor).toBeNull();
      const forwards = await subject.store.memories.history('room', { limit: 10, order: 'oldest' });
      expect(texts(forwards.items)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
      expect((await back({ limit: 6 })).nextCursor).toBeNull();
    });

    it('refuses cursors of the other order, as that does its own, and made-up ones', async () => {
      await append(message(), message(), message());
      const { nextCursor: backwards } = await back({ limit: 1 });
      const { nextCursor: forwards } = await subject.store.memories.history('room', { limit: 1 });
      for (const cursor of [forwards!, ...madeUpCursors])
        await expect(back({ limit: 1, cursor })).rejects.toMatchObject({ code: 'invalid_field' });
      const wrong = subject.store.memories.history('room', { limit: 1, cursor: backwards! });
      await expect(wrong).rejects.toMatchObject({ code: 'invalid_field', field: 'cursor' });
    });
  });
}
