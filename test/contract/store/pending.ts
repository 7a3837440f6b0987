import { describe, expect, it } from 'vitest';
import { checkpointOf, commitAll, commitOf, message, source, texts } from './samples.js';
import type { StoreSubject } from './subject.js';

export function pendingContract(subject: StoreSubject): void {
  const { append, waitingTexts, reopen, cannot } = subject;

  describe('append', () => {
    it('gives back what it stored', async () => {
      const memory = message({
        author: { id: 'u1', name: 'Grüße', bot: false },
        content: {
          text: 'null \u0000 byte, 🦜, "quotes" and \\ slashes',
          attachments: [{ name: 'a.png', mediaType: 'image/png', size: 3, file: 'f' }],
          replyTo: 'other',
        },
        source: { ...source('x'), thread: 't', pull: true, metadata: { deep: { list: [1, null, 'a'] } } },
      });
      expect(await subject.store.memories.append(memory)).toEqual({ memory, duplicate: false });
      expect(await subject.store.memories.get(memory.id)).toEqual(memory);
      expect((await subject.store.turns.claim('room', 1)).messages).toEqual([memory]);
      await reopen();
      expect(await subject.store.memories.get(memory.id)).toEqual(memory);
      expect((await subject.store.turns.claim('room', 1)).messages).toEqual([memory]);
    });

    it('stores one of twenty that arrive at once under the same key', async () => {
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          subject.store.memories.append(message({ text: `try ${i}`, messageId: 'same' })),
        ),
      );
      expect(results.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
      expect(new Set(results.map(({ memory }) => memory.id)).size).toBe(1);
      expect(await waitingTexts()).toHaveLength(1);
      await reopen();
      expect((await subject.store.memories.append(message({ messageId: 'same' }))).duplicate).toBe(true);
    });

    it('gives the first memory, as it is by now, for a duplicate', async () => {
      const first = message({ messageId: 'same' });
      await append(first);
      const { turn } = await commitAll(subject.store);
      const again = await subject.store.memories.append(message({ messageId: 'same' }));
      expect(again).toEqual({
        duplicate: true,
        memory: { ...first, status: 'handled', turnId: turn.turnId },
      });
    });

    it('tells keys apart by agent, connector, tenant and message', async () => {
      const base = source('1');
      const memories = [
        message({ source: base }),
        message({ source: base, agentId: 'bob' }),
        message({ source: { ...base, connector: 'c"2' } }),
        message({ source: { ...base, tenant: 't2' } }),
        message({ source: { ...base, messageId: '2' } }),
      ];
      for (const memory of memories)
        expect((await subject.store.memories.append(memory)).duplicate).toBe(false);
      const elsewhere = message({ source: { ...base, channel: 'other' }, roomId: 'other' });
      expect((await subject.store.memories.append(elsewhere)).duplicate).toBe(!cannot.keyOverRooms);
    });

    it('keeps its own copy', async () => {
      const memory = message({ text: 'original' });
      const appending = subject.store.memories.append(memory);
      memory.content.text = 'changed by the caller';
      await appending;
      expect(await waitingTexts()).toEqual(['original']);
      const [given] = (await subject.store.turns.claim('room', 1)).messages;
      try {
        given!.content.text = 'changed by a reader';
      } catch {
        // A frozen answer is one way to keep it.
      }
      expect(await waitingTexts()).toEqual(['original']);
    });
  });

  describe('claim', () => {
    it('gives pending messages in the order they were appended, at most the limit', async () => {
      await append(...['a', 'b', 'c'].map((text, i) => message({ text, createdAt: 1000 - i })));
      await append(message({ roomId: 'other' }), message({ text: 'overheard', status: 'kept' }));
      expect(await subject.store.turns.claim('room', 2)).toMatchObject({ checkpoint: null });
      expect(await waitingTexts(2)).toEqual(['a', 'b']);
      expect(await waitingTexts()).toEqual(['a', 'b', 'c']);
      await reopen();
      expect(await waitingTexts()).toEqual(['a', 'b', 'c']);
    });

    it('gives nothing for a room without work', async () => {
      expect(await subject.store.turns.claim('nowhere', 5)).toEqual({ messages: [], checkpoint: null });
    });

    it('keeps the order of appends made at once', async () => {
      const names = Array.from({ length: 200 }, (_, i) => `m${i}`);
      await Promise.all(names.map((text) => subject.store.memories.append(message({ text }))));
      expect(await waitingTexts(1000)).toEqual(names);
    });

    it('goes on from a checkpoint with exactly the messages it covers', async () => {
      await append(message({ text: 'a' }), message({ text: 'b' }));
      const checkpoint = checkpointOf((await subject.store.turns.claim('room', 10)).messages, ['step 1']);
      await subject.store.turns.checkpoint(checkpoint);
      await append(message({ text: 'later' }));
      expect(await subject.store.turns.claim('room', 10)).toMatchObject({ checkpoint });
      expect(await waitingTexts()).toEqual(['a', 'b']);
      // The limit may have been lowered since the turn began; the turn stays the same.
      expect(await waitingTexts(1)).toEqual(['a', 'b']);
      await reopen();
      expect((await subject.store.turns.claim('room', 10)).checkpoint).toEqual(checkpoint);
      expect(await waitingTexts()).toEqual(['a', 'b']);
    });

    it('takes the steps of a later checkpoint, but the covers of the first', async () => {
      await append(message({ text: 'a' }), message({ text: 'b' }));
      const { messages } = await subject.store.turns.claim('room', 1);
      await subject.store.turns.checkpoint(checkpointOf(messages, ['one']));
      const wider = (await subject.store.memories.history('room', { limit: 5 })).items;
      await subject.store.turns.checkpoint(checkpointOf(wider, ['one', 'two']));
      const claim = await subject.store.turns.claim('room', 10);
      expect(claim.checkpoint).toEqual(checkpointOf(messages, ['one', 'two']));
      expect(texts(claim.messages)).toEqual(['a']);
    });

    it('is not held up by a checkpoint whose messages were forgotten', async () => {
      const gone = message({ text: 'gone' });
      await append(gone, message({ text: 'still here' }));
      await subject.store.turns.checkpoint(checkpointOf([gone], ['step']));
      await subject.store.memories.forget([gone.id]);
      expect(await subject.store.turns.claim('room', 10)).toMatchObject({ checkpoint: null });
      expect(await waitingTexts()).toEqual(['still here']);
    });

    it('reads a long backlog piece by piece', async () => {
      const names = Array.from({ length: 1_200 }, (_, i) => `m${i}`);
      await Promise.all(names.map((text) => subject.store.memories.append(message({ text }))));
      expect(await waitingTexts(3)).toEqual(['m0', 'm1', 'm2']);
      const { messages } = await subject.store.turns.claim('room', 100);
      await subject.store.turns.commit(commitOf(messages));
      expect(await waitingTexts(2)).toEqual(['m100', 'm101']);
      expect(texts(await subject.store.memories.recent('room', 3))).toEqual(['m98', 'm99', 'reply to m0']);
      await reopen();
      expect(await waitingTexts(2_000)).toEqual(names.slice(100));
    });
  });
}
