import { describe, expect, it } from 'vitest';
import { commitOf, failing, message } from './samples.js';
import { allPages, madeUpCursors, type StoreSubject } from './subject.js';

export function deliveriesContract(subject: StoreSubject): void {
  const error = { code: 'delivery_failed', message: 'no' };
  const reply = async (roomId = 'room', agentId = 'ada') => {
    const memory = message({ roomId, agentId });
    memory.source = { ...memory.source, thread: 't', metadata: { secret: 1 } };
    await subject.store.memories.append(memory);
    const { turn, reply, outbound } = commitOf([memory]);
    expect(await subject.store.turns.commit({ turn, reply, outbound })).toBe(true);
    return outbound!;
  };
  const giveUp = (id: string) => subject.store.outbox.failed(id, error, null);
  const list = async (state: 'waiting' | 'dead', agentId?: string, limit?: number) =>
    (await allPages((page) => subject.store.outbox.list({ ...page, state, agentId }), limit)).items;
  const ids = async (state: 'waiting' | 'dead', agentId?: string, limit?: number) =>
    (await list(state, agentId, limit)).map(({ id }) => id);
  const due = async (roomId = 'room') => (await subject.store.outbox.due(roomId, 10)).map(({ id }) => id);

  describe('undelivered replies', () => {
    it('are listed from the oldest, what waits and what was given up apart', async () => {
      for (const state of ['waiting', 'dead'] as const)
        expect(await subject.store.outbox.list({ state, limit: 5 })).toEqual({ items: [], nextCursor: null });
      const all = [await reply(), await reply('r2'), await reply(), await reply('r3', 'bob'), await reply()];
      const [a, b, c, d, e] = all.map(({ id }) => id) as [string, string, string, string, string];
      await subject.store.outbox.delivered(e, {});
      for (const id of [b, d]) await giveUp(id);
      for (const restart of [false, true]) {
        if (restart) await subject.reopen();
        for (const limit of [1, 2, 50]) {
          expect(await ids('waiting', undefined, limit)).toEqual([a, c]);
          expect(await ids('dead', undefined, limit)).toEqual([b, d]);
          expect(await ids('dead', 'bob', limit)).toEqual([d]);
          expect(await ids('waiting', 'bob', limit)).toEqual([]);
        }
      }
    });

    it('say where they go, how often that failed, and why', async () => {
      const { id, roomId, agentId, turnId, memory, createdAt } = await reply();
      const to = { connector: 'http', tenant: 'default', channel: 'c', thread: 't' };
      const entry = { id, roomId, agentId, turnId, memoryId: memory.id, to, createdAt };
      expect(await list('waiting')).toEqual([{ ...entry, attempts: 0, error: null, failing: null }]);
      await subject.store.outbox.failed(id, error, failing);
      expect(await list('waiting')).toEqual([{ ...entry, attempts: 1, error, failing }]);
      const worse = { code: 'internal', message: 'worse: \u0000 "$set"' };
      await subject.store.outbox.failed(id, worse, null);
      await subject.reopen();
      expect(await list('dead')).toEqual([{ ...entry, attempts: 2, error: worse, failing }]);
    });

    it('list what stands in no history too', async () => {
      const memory = message();
      await subject.store.memories.append(memory);
      const notice = commitOf([memory], { text: 'something went wrong' });
      await subject.store.turns.commit({ ...notice, reply: null });
      const entry = { id: notice.outbound!.id, memoryId: notice.reply!.id, turnId: notice.turn.turnId };
      expect(await list('waiting')).toMatchObject([entry]);
      await giveUp(notice.outbound!.id);
      expect(await list('dead')).toMatchObject([entry]);
      expect(await subject.store.outbox.retry(notice.outbound!.id)).toBe(true);
      expect(await subject.store.outbox.due('room', 5)).toEqual([{ ...notice.outbound, attempts: 1 }]);
    });

    it('are due again in their place when they are retried', async () => {
      const [a, b, c] = [await reply(), await reply(), await reply()];
      for (const { id } of [a, b]) await giveUp(id);
      expect(await due()).toEqual([c.id]);
      expect(await subject.store.outbox.retry(b.id)).toBe(true);
      for (const restart of [false, true]) {
        if (restart) await subject.reopen();
        expect(await due()).toEqual([b.id, c.id]);
        expect((await subject.store.outbox.due('room', 1))[0]).toEqual({ ...b, attempts: 1 });
        expect(await subject.store.outbox.waiting(Date.now() + 1000, 5)).toEqual(['room']);
      }
      expect(await subject.store.outbox.retry(a.id)).toBe(true);
      expect(await due()).toEqual([a.id, b.id, c.id]);
      for (const id of [a.id, 'unknown', '']) expect(await subject.store.outbox.retry(id)).toBe(false);
      // Given up again, or delivered at last.
      await giveUp(a.id);
      expect(await ids('dead')).toEqual([a.id]);
      expect(await subject.store.outbox.retry(a.id)).toBe(true);
      await subject.store.outbox.delivered(a.id, {});
      expect(await subject.store.outbox.retry(a.id)).toBe(false);
      expect(await due()).toEqual([b.id, c.id]);
      expect(await ids('dead')).toEqual([]);
    });

    it('begin anew when they are retried, by themselves or by their turn', async () => {
      const { outbox } = subject.store;
      const [a, b] = [await reply(), await reply()];
      for (const { id } of [a, b]) await outbox.failed(id, error, failing);
      await giveUp(a.id);
      expect(await outbox.retry(a.id)).toBe(true);
      expect(await outbox.due('room', 1)).toEqual([{ ...a, attempts: 2 }]);
      await giveUp(a.id);
      for (const { turnId } of [a, b]) expect(await outbox.retryTurn({ turnId, roomId: 'room' })).toBe(true);
      for (const restart of [false, true]) {
        if (restart) await subject.reopen();
        expect(await subject.store.outbox.due('room', 5)).toEqual([
          { ...a, attempts: 3 },
          { ...b, attempts: 1 },
        ]);
        expect(await ids('dead')).toEqual([]);
      }
      await subject.store.outbox.delivered(a.id, {});
      for (const turn of [
        a,
        { turnId: b.turnId, roomId: 'elsewhere' },
        { turnId: 'unknown', roomId: 'room' },
      ])
        expect(await subject.store.outbox.retryTurn(turn)).toBe(false);
    });

    it('are never sent once they are dropped, and stay in history', async () => {
      const [a, b, c] = [await reply(), await reply(), await reply()];
      await giveUp(a.id);
      expect(await due()).toEqual([b.id, c.id]);
      for (const { id } of [a, b]) expect(await subject.store.outbox.drop(id)).toBe(true);
      for (const restart of [false, true]) {
        if (restart) await subject.reopen();
        expect(await due()).toEqual([c.id]);
        expect(await ids('waiting')).toEqual([c.id]);
        expect(await ids('dead')).toEqual([]);
        for (const { id } of [a, b]) {
          expect(await subject.store.outbox.drop(id)).toBe(false);
          expect(await subject.store.outbox.retry(id)).toBe(false);
        }
        for (const { memory } of [a, b]) expect(await subject.store.memories.get(memory.id)).toEqual(memory);
      }
      await subject.store.outbox.delivered(c.id, {});
      expect(await subject.store.outbox.drop(c.id)).toBe(false);
      expect(await subject.store.outbox.drop('unknown')).toBe(false);
    });

    it('are gone with the reply', async () => {
      const { id, memory } = await reply();
      await giveUp(id);
      await subject.store.memories.forget([memory.id]);
      expect(await ids('dead')).toEqual([]);
      expect(await subject.store.outbox.retry(id)).toBe(false);
      expect(await due()).toEqual([]);
    });

    it('refuse a cursor they never gave', async () => {
      for (const state of ['waiting', 'dead'] as const)
        for (const cursor of madeUpCursors)
          await expect(subject.store.outbox.list({ state, limit: 2, cursor })).rejects.toMatchObject({
            code: 'invalid_field',
          });
    });
  });
}
