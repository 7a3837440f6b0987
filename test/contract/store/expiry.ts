import { describe, expect, it } from 'vitest';
import type { MemoryKind } from '../../../src/core/memory.js';
import type { ExpiryRequest } from '../../../src/store/expiry.js';
import { checkpointOf, commitAll, commitOf, kept, message, texts } from './samples.js';
import type { StoreSubject } from './subject.js';

export function expiryContract(subject: StoreSubject): void {
  const { append, search, eventually, inTime, waitingTexts, reopen, cannot, expiryLag } = subject;

  describe('expiry', { timeout: 30_000 + (expiryLag?.ms ?? 0) }, () => {
    const dayMs = 24 * 3600 * 1000;
    const now = Date.now();
    const before = now - 30 * dayMs;
    const old = { createdAt: before - dayMs };
    const young = { createdAt: before + dayMs };
    /** A whole pass; says how many went in each step. */
    const expire = async (more: Partial<ExpiryRequest> = {}) => {
      const counts: number[] = [];
      for (let cursor: string | null | undefined; cursor !== null && counts.length < 100; ) {
        const request = {
          agentId: 'ada',
          before,
          kinds: ['message', 'summary'] as MemoryKind[],
          limit: 50,
        };
        const { count, nextCursor } = await subject.store.memories.expire({ ...request, ...more, cursor });
        counts.push(count);
        cursor = nextCursor;
      }
      return counts;
    };
    const total = (counts: number[]) => counts.reduce((sum, count) => sum + count, 0);
    const history = async (roomId = 'room') =>
      texts((await subject.store.memories.history(roomId, { limit: 100 })).items);
    const all = async () =>
      (await subject.store.memories.unembedded('look', 100)).map(({ text }) => text).sort();

    it('removes what is older, of this agent and these kinds alone', async () => {
      // Not in the order of their times: what counts is the time.
      await append(kept('parrot young', young), kept('parrot old', old));
      await append(kept('parrot summary', { ...old, kind: 'summary' }));
      await append(kept('parrot fact', { ...old, kind: 'fact' }));
      await append(kept('parrot book', { ...old, kind: 'document' }));
      await append(kept('parrot of bob', { ...old, agentId: 'bob', roomId: 'bobs' }));
      await append(kept('parrot elsewhere', { ...old, roomId: 'elsewhere', scope: 's2' }));
      await history();
      await subject.store.memories.recent('room', 10);
      await subject.store.memories.count('ada', ['s']);
      expect(total(await expire())).toBe(3);
      const left = ['parrot book', 'parrot fact', 'parrot of bob', 'parrot young'];
      await inTime(async () => expect(await all()).toEqual(left));
      for (const restart of [false, true]) {
        if (restart) await reopen();
        expect(await history()).toEqual(['parrot young']);
        expect(await history('elsewhere')).toEqual([]);
        expect(await history('bobs')).toEqual(['parrot of bob']);
        expect(texts(await subject.store.memories.recent('room', 10))).toEqual(['parrot young']);
        expect(texts(await subject.store.memories.facts('ada', ['s'], 5))).toEqual(['parrot fact']);
        expect(await subject.store.memories.count('ada', ['s', 's2'])).toBe(3);
        await eventually(async () =>
          expect((await search({ text: 'parrot', scopes: ['s', 's2'] })).sort()).toEqual(
            left.filter((text) => !text.includes('bob')),
          ),
        );
      }
      expect(total(await expire())).toBe(0);
      expect(total(await expire({ kinds: ['fact'] }))).toBe(1);
      await inTime(async () => expect(await subject.store.memories.facts('ada', ['s'], 5)).toEqual([]));
    });

    it.skipIf(cannot.compareVectors)('takes the vectors along', async () => {
      const values = new Float32Array([1, 2]);
      await append(kept('old', old), kept('young', young));
      const ids = (await subject.store.memories.unembedded('e', 10)).map(({ id }) => id);
      await subject.store.memories.saveEmbeddings(
        'e',
        ids.map((id) => ({ id, values })),
      );
      const vector = { embedder: 'e', values };
      await eventually(async () => expect(await search({ vector })).toHaveLength(2));
      await expire();
      await inTime(async () => expect(await search({ vector })).toEqual(['young']));
    });

    it('keeps what is pending, however old, and takes it once it is handled', async () => {
      await append(message({ text: 'waits', ...old }), message({ text: 'too', ...old }));
      const checkpoint = checkpointOf((await subject.store.turns.claim('room', 1)).messages, ['step']);
      await subject.store.turns.checkpoint(checkpoint);
      expect(total(await expire())).toBe(0);
      expect(await subject.store.turns.claim('room', 10)).toMatchObject({ checkpoint });
      expect(await waitingTexts()).toEqual(['waits']);
      const { messages } = await subject.store.turns.claim('room', 10);
      await subject.store.turns.commit(commitOf(messages));
      expect(total(await expire())).toBe(1);
      await inTime(async () => expect(await history()).toEqual(['too', 'reply to waits']));
      expect(await waitingTexts()).toEqual(['too']);
    });

    it('takes a turn with the last of its messages', async () => {
      await append(message({ text: 'a', ...old }));
      const { turn } = await commitAll(subject.store);
      const [due] = await subject.store.outbox.due('room', 1);
      await subject.store.outbox.delivered(due!.id, {});
      expect(total(await expire())).toBe(1);
      await inTime(async () => expect(await history()).toEqual(['reply to a']));
      expect(await subject.store.turns.get(turn.turnId)).toEqual(turn);
      expect(total(await expire({ before: now + dayMs }))).toBe(1);
      await inTime(async () => expect(await subject.store.turns.get(turn.turnId)).toBeNull());
      expect(await history()).toEqual([]);
      expect(await subject.store.turns.claim('room', 10)).toEqual({ messages: [], checkpoint: null });
    });

    it('takes a silent turn too', async () => {
      const memory = message({ text: 'a', ...old });
      await append(memory);
      const { turn } = commitOf([memory], { silent: true });
      await subject.store.turns.commit({
        turn: { ...turn, finishedAt: old.createdAt },
        reply: null,
        outbound: null,
      });
      expect(await waitingTexts()).toEqual([]);
      await expire();
      await inTime(async () => expect(await subject.store.turns.get(turn.turnId)).toBeNull());
      expect(await history()).toEqual([]);
    });

    it('keeps a reply until it is delivered or given up', async () => {
      for (const text of ['delivered', 'given up', 'waiting']) {
        const memory = message({ text, ...old });
        await append(memory);
        const commit = commitOf([memory]);
        for (const aged of [commit.reply!, commit.outbound!]) aged.createdAt = old.createdAt;
        await subject.store.turns.commit(commit);
      }
      expect(await waitingTexts()).toEqual([]);
      const [delivered, givenUp, waiting] = await subject.store.outbox.due('room', 10);
      await subject.store.outbox.delivered(delivered!.id, {});
      await subject.store.outbox.failed(givenUp!.id, { code: 'delivery_failed', message: 'no' }, null);
      expect(total(await expire())).toBe(5);
      await inTime(async () => expect(await history()).toEqual(['reply to waiting']));
      expect(await subject.store.outbox.due('room', 10)).toEqual([waiting]);
      await subject.store.outbox.delivered(waiting!.id, {});
      expect(total(await expire())).toBe(1);
      await inTime(async () => expect(await history()).toEqual([]));
      expect(await subject.store.outbox.due('room', 10)).toEqual([]);
    });

    it('goes in steps of at most the limit, past what stays', async () => {
      const many = Array.from({ length: 25 }, (_, i) => `m${i}`);
      for (const text of many) {
        await append(kept(text, old));
        await append(kept(`fact ${text}`, { ...old, kind: 'fact' }));
      }
      const counts = await expire({ limit: 10 });
      expect(Math.max(...counts)).toBe(10);
      expect(total(counts)).toBe(25);
      await inTime(async () => expect(await history()).toEqual([]));
      expect(await subject.store.memories.facts('ada', ['s'], 100)).toHaveLength(25);
    });

    it('takes a redelivery after that for a new message', async () => {
      await append(kept('a', { ...old, messageId: 'again' }));
      await expire();
      await inTime(async () => expect(await history()).toEqual([]));
      expect((await subject.store.memories.append(message({ messageId: 'again' }))).duplicate).toBe(false);
    });

    it('knows whose memories there are', async () => {
      expect(await subject.store.memories.agents()).toEqual([]);
      await append(message(), message({ scope: 's2' }), kept('a', { agentId: 'bob', kind: 'fact' }));
      expect((await subject.store.memories.agents()).sort()).toEqual(['ada', 'bob']);
    });
  });
}
