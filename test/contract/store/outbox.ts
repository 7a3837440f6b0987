import { describe, expect, it } from 'vitest';
import { commitAll, commitOf, failing, message } from './samples.js';
import type { StoreSubject } from './subject.js';

export function outboxContract(subject: StoreSubject): void {
  const { append, reopen } = subject;

  describe('outbox', () => {
    const turnsWithReplies = async (...names: string[]) => {
      const ids: string[] = [];
      for (const text of names) {
        await append(message({ text }));
        ids.push((await commitAll(subject.store)).outbound!.id);
      }
      return ids;
    };
    const due = async (limit = 10) => (await subject.store.outbox.due('room', limit)).map(({ id }) => id);

    it('gives replies in the order of their commits, until they are delivered', async () => {
      const ids = await turnsWithReplies('a', 'b', 'c');
      expect(await due()).toEqual(ids);
      expect(await due(2)).toEqual(ids.slice(0, 2));
      await subject.store.outbox.delivered(ids[0]!, { messageId: 'platform 1' });
      await subject.store.outbox.delivered(ids[0]!, {});
      await subject.store.outbox.delivered('unknown', {});
      expect(await due()).toEqual(ids.slice(1));
      await reopen();
      expect(await due()).toEqual(ids.slice(1));
      expect(await subject.store.outbox.due('nowhere', 5)).toEqual([]);
    });

    it('counts failed tries and gives up when told', async () => {
      const [first, second] = await turnsWithReplies('a', 'b');
      const error = { code: 'delivery_failed', message: 'no' };
      await subject.store.outbox.failed(first!, error, failing);
      await subject.store.outbox.failed(first!, error, failing);
      expect((await subject.store.outbox.due('room', 1))[0]).toMatchObject({ id: first, attempts: 2 });
      await reopen();
      expect((await subject.store.outbox.due('room', 1))[0]).toMatchObject({ id: first, attempts: 2 });
      await subject.store.outbox.failed(first!, error, null);
      await subject.store.outbox.failed('unknown', error, null);
      expect(await due()).toEqual([second]);
      await reopen();
      expect(await due()).toEqual([second]);
    });

    it('says since when a reply fails, and when it is tried next', async () => {
      const [first, second] = await turnsWithReplies('a', 'b');
      const error = { code: 'delivery_failed', message: 'no' };
      const plain = await subject.store.outbox.due('room', 2);
      await subject.store.outbox.failed(first!, error, failing);
      expect(await subject.store.outbox.due('room', 2)).toEqual([
        { ...plain[0], attempts: 1, failing },
        plain[1],
      ]);
      const asked = { ...failing, lastAt: 3_000, nextAt: 9_000, asked: true as const, overtakenAt: 2_500 };
      await subject.store.outbox.failed(first!, error, asked);
      for (const restart of [false, true]) {
        if (restart) await reopen();
        expect(await subject.store.outbox.due('room', 2)).toEqual([
          { ...plain[0], attempts: 2, failing: asked },
          plain[1],
        ]);
      }
      // What is behind it is not counted by its time.
      await subject.store.outbox.failed(second!, error, { ...failing, nextAt: 1 });
      expect(await subject.store.outbox.waiting(Date.now() + 1000, 5, 8_999)).toEqual([]);
      expect(await subject.store.outbox.waiting(Date.now() + 1000, 5, 9_000)).toEqual(['room']);
      expect(await subject.store.outbox.waiting(Date.now() + 1000, 5)).toEqual(['room']);
      await subject.store.outbox.delivered(first!, {});
      expect(await subject.store.outbox.waiting(Date.now() + 1000, 5, 1)).toEqual(['room']);
    });

    it('leaves rooms alone whose oldest reply is not due, and finds the others', async () => {
      const error = { code: 'delivery_failed', message: 'no' };
      const outbounds = [];
      for (const roomId of ['r1', 'r2', 'r3']) {
        await append(message({ roomId }));
        outbounds.push((await commitAll(subject.store, roomId)).outbound!);
        // Behind it.
        await append(message({ roomId }));
        await commitAll(subject.store, roomId);
      }
      await subject.store.outbox.failed(outbounds[0]!.id, error, failing);
      await subject.store.outbox.failed(outbounds[2]!.id, error, { ...failing, nextAt: 1_500 });
      const found = async (dueBy: number, limit = 9) =>
        (await subject.store.outbox.waiting(Date.now() + 1000, limit, dueBy)).sort();
      expect(await found(1_499)).toEqual(['r2']);
      expect(await found(1_500)).toEqual(['r2', 'r3']);
      expect(await found(1_500, 1)).toEqual(['r2']);
      expect(await found(2_000)).toEqual(['r1', 'r2', 'r3']);
    });

    it('counts what waits and what was given up', async () => {
      const { outbox } = subject.store;
      expect(await outbox.count()).toEqual({ waiting: 0, dead: 0, oldest: null });
      const [first, second, third] = await turnsWithReplies('a', 'b', 'c');
      const [oldest, next] = (await outbox.due('room', 2)).map(({ createdAt }) => createdAt);
      expect(await outbox.count()).toEqual({ waiting: 3, dead: 0, oldest });
      await outbox.failed(first!, { code: 'delivery_failed', message: 'no' }, null);
      expect(await outbox.count()).toEqual({ waiting: 2, dead: 1, oldest: next });
      await outbox.delivered(second!, {});
      await outbox.drop(first!);
      await outbox.failed(third!, { code: 'delivery_failed', message: 'no' }, null);
      await reopen();
      expect(await subject.store.outbox.count()).toEqual({ waiting: 0, dead: 1, oldest: null });
    });

    it('sends what is stored nowhere else', async () => {
      const memory = message();
      await append(memory);
      const notice = commitOf([memory], { text: 'something went wrong' });
      await subject.store.turns.commit({ ...notice, reply: null });
      expect(await subject.store.outbox.due('room', 1)).toEqual([notice.outbound]);
      await reopen();
      expect(await subject.store.outbox.due('room', 1)).toEqual([notice.outbound]);
    });

    it('lists rooms that wait, longest first', async () => {
      for (const [roomId, createdAt] of [
        ['r2', 2000],
        ['r1', 1000],
        ['r3', 3000],
      ] as const) {
        const memory = message({ roomId });
        await append(memory);
        const commit = commitOf([memory]);
        commit.outbound!.createdAt = createdAt;
        await subject.store.turns.commit(commit);
      }
      expect(await subject.store.outbox.waiting(3000, 10)).toEqual(['r1', 'r2']);
      expect(await subject.store.outbox.waiting(9000, 1)).toEqual(['r1']);
      const [first] = await subject.store.outbox.due('r1', 1);
      await subject.store.outbox.delivered(first!.id, {});
      const [second] = await subject.store.outbox.due('r2', 1);
      await subject.store.outbox.failed(second!.id, { code: 'delivery_failed', message: 'no' }, null);
      expect(await subject.store.outbox.waiting(9000, 10)).toEqual(['r3']);
    });
  });
}
