import { describe, expect, it } from 'vitest';
import { commitAll, commitOf, message } from './samples.js';
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
      await subject.store.outbox.failed(first!, error, false);
      await subject.store.outbox.failed(first!, error, false);
      expect((await subject.store.outbox.due('room', 1))[0]).toMatchObject({ id: first, attempts: 2 });
      await reopen();
      expect((await subject.store.outbox.due('room', 1))[0]).toMatchObject({ id: first, attempts: 2 });
      await subject.store.outbox.failed(first!, error, true);
      await subject.store.outbox.failed('unknown', error, true);
      expect(await due()).toEqual([second]);
      await reopen();
      expect(await due()).toEqual([second]);
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
      await subject.store.outbox.failed(second!.id, { code: 'delivery_failed', message: 'no' }, true);
      expect(await subject.store.outbox.waiting(9000, 10)).toEqual(['r3']);
    });
  });
}
