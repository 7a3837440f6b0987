/** What another process changes is seen by the next claim, history and facts: nothing that is held may be behind. */
import { describe, expect, it } from 'vitest';
import type { Memory } from '../../../src/core/memory.js';
import type { Store } from '../../../src/store/store.js';
import { commitAll, commitOf, kept, message, texts } from './samples.js';
import type { StoreSubject } from './subject.js';

/** In turn: the same kind of change by the process that reads, and, where stores can share data, by another. */
export function elsewhereContract(subject: StoreSubject): void {
  for (const by of ['this process', 'another process'] as const) {
    describe(`what ${by} changes is seen at once`, () => {
      /** Null where one process has the data to itself. */
      const writer = () => (by === 'this process' ? subject.store : subject.another());
      const recent = (limit = 10) => subject.store.memories.recent('room', limit);
      const facts = async () => texts(await subject.store.memories.facts('ada', ['s'], 10));
      const claimed = async () => texts((await subject.store.turns.claim('room', 10)).messages);

      /** A room that has had turns here, with a message that waits. */
      const warm = async (writes: Store) => {
        const [said, fact, asked] = [
          kept('said'),
          kept('noted', { kind: 'fact' }),
          message({ text: 'asked' }),
        ];
        await subject.append(said, fact, asked);
        await subject.store.turns.claim('room', 10);
        await Promise.all([recent(), facts()]);
        const { reply } = await commitAll(writes);
        expect(await claimed()).toEqual([]);
        const waits = message({ text: 'waits' });
        await subject.append(waits);
        expect(await claimed()).toEqual(['waits']);
        expect(texts(await recent())).toEqual(['said', 'asked', 'reply to asked']);
        expect(await facts()).toEqual(['noted']);
        return { said, fact, asked, reply: reply!, waits };
      };

      const check = (title: string, run: (writes: Store) => Promise<void>) =>
        it(title, async (context) => {
          const writes = await writer();
          if (!writes) return context.skip();
          await run(writes);
        });

      check('edits, also to a text of the same words or length', async (writes) => {
        const { said, fact, asked, reply, waits } = await warm(writes);
        const edits = [
          [said, 'dias'],
          [fact, 'toned'],
          [asked, 'asked asked'],
          [reply, 'asked to reply'],
          [waits, 'stays'],
        ] as const;
        for (const [{ id }, text] of edits) expect(await writes.memories.edit(id, text)).toBe(true);
        expect(texts(await recent())).toEqual(['dias', 'asked asked', 'asked to reply']);
        expect(await facts()).toEqual(['toned']);
        expect(await claimed()).toEqual(['stays']);
        await writes.memories.edit(said.id, '');
        await writes.memories.edit(waits.id, '');
        expect(texts(await recent())).toEqual(['', 'asked asked', 'asked to reply']);
        await writes.memories.edit(said.id, 'said');
        expect(texts(await recent(1))).toEqual(['asked to reply']);
        expect(texts(await recent(50))).toEqual(['said', 'asked asked', 'asked to reply']);
        await commitAll(subject.store);
        expect(texts(await recent()).slice(-2)).toEqual(['', 'reply to ']);
      });

      check('what is forgotten, of all that was shown', async (writes) => {
        const { said, fact, reply, waits, asked } = await warm(writes);
        expect(await writes.memories.forget([fact.id, reply.id, waits.id])).toBe(3);
        expect(texts(await recent())).toEqual(['said', 'asked']);
        expect(await facts()).toEqual([]);
        expect(await claimed()).toEqual([]);
        await subject.append(kept('later'));
        expect(await writes.memories.forget([said.id, asked.id])).toBe(2);
        expect(texts(await recent())).toEqual(['later']);
      });

      check('what has expired', async (writes) => {
        await warm(writes);
        const expiry = {
          agentId: 'ada',
          before: Date.now() + 1_000,
          kinds: ['message', 'fact'] as Memory['kind'][],
        };
        for (const { id } of await writes.outbox.due('room', 10)) await writes.outbox.delivered(id, {});
        await writes.memories.expire({ ...expiry, limit: 100 });
        await subject.inTime(async () => {
          expect(await recent()).toEqual([]);
          expect(await facts()).toEqual([]);
        });
        expect(await claimed()).toEqual(['waits']);
      });

      check('messages that wait again, and what became of them', async (writes) => {
        const { said, waits } = await warm(writes);
        const { messages } = await subject.store.turns.claim('room', 10);
        const failure = commitOf(messages, { status: 'failed', text: 'sorry' });
        await writes.turns.commit(failure);
        expect(await claimed()).toEqual([]);
        expect((await recent()).map(({ status }) => status)).toEqual([
          'kept',
          'handled',
          'kept',
          'failed',
          'kept',
        ]);
        await writes.turns.reopen(failure.turn.turnId);
        expect(await claimed()).toEqual(['waits']);
        expect(texts(await recent())).toEqual(['said', 'asked', 'reply to asked', 'sorry']);
        await commitAll(writes);
        await writes.turns.wake(said.id);
        expect(await claimed()).toEqual(['said']);
        const [first, , waited] = await recent();
        expect(first!.content.text).toBe('asked');
        expect(waited).toMatchObject({ id: waits.id, status: 'handled', turnId: failure.turn.turnId });
      });

      check('the turns of a room that two take in turn, and what others say in between', async (writes) => {
        for (let turn = 0; turn < 12; turn++) {
          const [one, other] = turn % 3 === 0 ? [subject.store, writes] : [writes, subject.store];
          await one.memories.append(kept(`aside ${turn}`));
          await other.memories.append(message({ text: `asked ${turn}` }));
          await commitAll(turn % 2 === 0 ? one : other);
          // As a turn begins: what a commit elsewhere has not marked yet is marked by the next claim.
          expect(await claimed()).toEqual([]);
          const { items } = await writes.memories.history('room', { limit: 100 });
          for (const store of [subject.store, writes])
            for (const limit of [6, 100]) {
              expect(await store.memories.recent('room', limit)).toEqual(items.slice(-limit));
            }
        }
      });
    });
  }
}
