import { describe, expect, it } from 'vitest';
import { checkpointOf, commitAll, commitOf, message, source, texts } from './samples.js';
import type { StoreSubject } from './subject.js';

export function commitsContract(subject: StoreSubject): void {
  const { append, waitingTexts, reopen } = subject;

  describe('commit', () => {
    it('marks, stores and queues in one', async () => {
      await append(message({ text: 'a' }), message({ text: 'b' }));
      const { turn, reply, outbound } = await commitAll(subject.store);
      for (const restart of [false, true]) {
        if (restart) await reopen();
        expect(await subject.store.turns.get(turn.turnId)).toEqual(turn);
        expect(await subject.store.memories.get(reply!.id)).toEqual(reply);
        expect(await subject.store.outbox.due('room', 10)).toEqual([outbound]);
        expect(await waitingTexts()).toEqual([]);
        const recent = await subject.store.memories.recent('room', 10);
        expect(texts(recent)).toEqual(['a', 'b', 'reply to a']);
        expect(recent.map(({ status, turnId }) => [status, turnId])).toEqual([
          ['handled', turn.turnId],
          ['handled', turn.turnId],
          ['kept', turn.turnId],
        ]);
      }
    });

    it('writes nothing the second time', async () => {
      await append(message({ text: 'a' }));
      const { messages } = await subject.store.turns.claim('room', 10);
      expect(await subject.store.turns.commit(commitOf(messages))).toBe(true);
      await append(message({ text: 'late' }));
      // A worker that lost the room comes back with more messages under the same turn.
      const all = (await subject.store.memories.history('room', { limit: 10 })).items.filter(
        ({ role }) => role === 'user',
      );
      const second = commitOf(all, { text: 'second reply' });
      expect(await subject.store.turns.commit(second)).toBe(false);
      expect(await waitingTexts()).toEqual(['late']);
      expect(await subject.store.memories.get(second.reply!.id)).toBeNull();
      expect(await subject.store.outbox.due('room', 10)).toHaveLength(1);
      expect(texts(await subject.store.memories.recent('room', 10))).toEqual(['a', 'reply to a']);
    });

    it('lets one of twenty win', async () => {
      await append(message());
      const { messages } = await subject.store.turns.claim('room', 1);
      const commits = Array.from({ length: 20 }, (_, i) => commitOf(messages, { text: `reply ${i}` }));
      const results = await Promise.all(commits.map((commit) => subject.store.turns.commit(commit)));
      expect(results.filter(Boolean)).toHaveLength(1);
      const winner = commits[results.indexOf(true)]!;
      expect(await subject.store.outbox.due('room', 10)).toEqual([winner.outbound]);
      expect((await subject.store.memories.recent('room', 10)).at(-1)).toEqual(winner.reply);
    });

    it('marks the messages of a failed turn as failed, and lets it not be tried again', async () => {
      const memory = message();
      await append(memory);
      const commit = commitOf([memory], { status: 'failed', silent: true });
      expect(await subject.store.turns.commit(commit)).toBe(true);
      expect(await subject.store.memories.get(memory.id)).toMatchObject({
        status: 'failed',
        turnId: commit.turn.turnId,
      });
      expect(await waitingTexts()).toEqual([]);
      expect(await subject.store.turns.commit(commitOf([memory]))).toBe(false);
      expect(await subject.store.turns.get(commit.turn.turnId)).toEqual(commit.turn);
    });

    it('drops the checkpoint, and takes none for a finished turn', async () => {
      const memory = message({ text: 'a' });
      await append(memory);
      const checkpoint = checkpointOf([memory], ['step']);
      await subject.store.turns.checkpoint(checkpoint);
      await subject.store.turns.commit(commitOf([memory]));
      await subject.store.turns.checkpoint(checkpoint);
      await append(message({ text: 'next' }));
      expect(await subject.store.turns.claim('room', 10)).toMatchObject({ checkpoint: null });
      expect(await waitingTexts()).toEqual(['next']);
    });

    it('takes silence, and replies nobody delivers', async () => {
      const [a, b] = [message({ text: 'a' }), message({ text: 'b', source: { ...source(), pull: true } })];
      await append(a);
      await subject.store.turns.commit(commitOf([a], { silent: true }));
      await append(b);
      await subject.store.turns.commit({ ...commitOf([b]), outbound: null });
      expect(await subject.store.outbox.due('room', 10)).toEqual([]);
      expect(texts(await subject.store.memories.recent('room', 10))).toEqual(['a', 'b', 'reply to b']);
    });

    it('does not know turns it was never told of', async () => {
      expect(await subject.store.turns.get('turn_unknown')).toBeNull();
    });

    it('lists rooms that wait, longest first', async () => {
      await append(message({ roomId: 'r2', createdAt: 2000 }), message({ roomId: 'r1', createdAt: 1000 }));
      await append(message({ roomId: 'r1', createdAt: 5000 }), message({ roomId: 'r3', createdAt: 3000 }));
      await append(message({ roomId: 'r4', createdAt: 1, status: 'kept' }));
      expect(await subject.store.turns.waiting(3000, 10)).toEqual(['r1', 'r2']);
      expect(await subject.store.turns.waiting(10_000, 1)).toEqual(['r1']);
      await commitAll(subject.store, 'r1');
      expect(await subject.store.turns.waiting(10_000, 10)).toEqual(['r2', 'r3']);
    });

    it('tells whose what waits in rooms is', async () => {
      const by = (id: string) => ({ author: { id, name: `"${id}"` } });
      const rooms = Array.from({ length: 250 }, (_, i) => `many${i}`);
      await append(
        message({ roomId: 'r1', ...by('ann') }),
        message({ roomId: 'r1', ...by('bob') }),
        message({ roomId: 'r2', ...by('cleo'), status: 'kept' }),
        message({ roomId: 'r2', ...by('dan') }),
        message({ roomId: 'r3', ...by('eve') }),
        message({ roomId: 'r4', status: 'kept' }),
        ...rooms.map((roomId) => message({ roomId, ...by(`of ${roomId}`) })),
      );
      await commitAll(subject.store, 'r3');
      const ids = ['r1', 'r2', 'r3', 'r4', 'unknown', ...rooms];
      // Marks may follow a commit; what is lost of them on the way, the room's next claim makes up for.
      const found = async () => {
        await subject.store.turns.claim('r3', 1);
        return (await subject.store.turns.heads(ids)).length;
      };
      await expect.poll(found, { timeout: 15_000 }).toBe(252);
      const heads = await subject.store.turns.heads(ids);
      const people = Object.fromEntries(heads.map(({ roomId, author }) => [roomId, author.id]));
      expect(people).toEqual({
        ...{ r1: 'ann', r2: 'dan' },
        ...Object.fromEntries(rooms.map((roomId) => [roomId, `of ${roomId}`])),
      });
      const { agentId, source: from } = message({ roomId: 'r1' });
      expect(heads.find(({ roomId }) => roomId === 'r1')).toMatchObject({
        ...{ agentId, author: by('ann').author },
        source: { connector: from.connector, tenant: from.tenant, channel: from.channel },
      });
      // Some servers take their time for 256 messages.
    }, 150_000);
  });
}
