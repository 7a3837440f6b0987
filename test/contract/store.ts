/**
 * The contract of `src/store`: what every engine promises, told through the ports alone. A difference between
 * engines is an option of this suite, and says why it is one.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Memory, MemoryKind } from '../../src/core/memory.js';
import { isRetryable } from '../../src/errors.js';
import type { ExpiryRequest, SearchRequest } from '../../src/store/memory-store.js';
import type { Store } from '../../src/store/store.js';
import { auditContract } from './store/audit.js';
import { deliveriesContract } from './store/deliveries.js';
import { peopleContract } from './store/people.js';
import { reopeningContract } from './store/reopening.js';
import { roomsContract } from './store/rooms.js';
import { checkpointOf, commitAll, commitOf, kept, message, source, texts } from './store/samples.js';
import type { StoreSubject } from './store/subject.js';
import { tokensContract } from './store/tokens.js';
import { turnListContract } from './store/turn-list.js';

export { checkpointOf, commitOf, message } from './store/samples.js';

export interface OpenedStore {
  store: Store;
  /** Closes the store and opens it again over the same data. */
  reopen(): Promise<Store>;
  /** Closes the store and removes its data. */
  dispose(): Promise<void>;
}

export interface StoreContractOptions {
  /** Search may run this far behind writes; 0 when what is stored is found at once. Say why it is not 0. */
  searchLag?: { ms: number; reason: string };
  /** What has expired may be there for so long; 0 when it is gone at once. Say why it is not 0. */
  expiryLag?: { ms: number; reason: string };
  /** What cannot be promised, each with its reason. */
  cannot?: Partial<Record<'stem' | 'compareVectors' | 'updateAtOnce', string>>;
}

export function storeContract(
  name: string,
  open: () => Promise<OpenedStore>,
  { searchLag, expiryLag, cannot = {} }: StoreContractOptions = {},
): void {
  describe(`${name}: the store contract`, () => {
    let opened: OpenedStore;
    let store: Store;

    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.dispose());

    const reopen = async () => {
      store = await opened.reopen();
    };
    const append = async (...memories: Memory[]) => {
      for (const memory of memories) await store.memories.append(memory);
    };
    const search = async (request: Partial<SearchRequest>) => {
      const found = await store.memories.search({
        agentId: 'ada',
        scopes: ['s'],
        text: '',
        limit: 10,
        ...request,
      });
      return found.map(({ memory }) => memory.content.text);
    };
    /** Retries an expectation for as long as this engine's search may lag. */
    const eventually = (expectation: () => Promise<void>) =>
      searchLag ? vi.waitFor(expectation, { timeout: searchLag.ms, interval: 100 }) : expectation();
    /** The same for what has expired. */
    const inTime = (expectation: () => Promise<void>) =>
      expiryLag ? vi.waitFor(expectation, { timeout: expiryLag.ms, interval: 100 }) : eventually(expectation);
    const waitingTexts = async (limit = 10) => texts((await store.turns.claim('room', limit)).messages);

    it('says what it is and that it is there', async () => {
      expect(store.description.engine).not.toBe('');
      await store.ping();
    });

    it('refuses everything after it is closed, with a retryable store_unavailable', async () => {
      await store.close();
      const error = await store.memories.append(message()).catch((e: unknown) => e);
      expect(error).toMatchObject({ code: 'store_unavailable' });
      expect(isRetryable(error)).toBe(true);
      await expect(store.ping()).rejects.toMatchObject({ code: 'store_unavailable' });
      await store.close();
    });

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
        expect(await store.memories.append(memory)).toEqual({ memory, duplicate: false });
        expect(await store.memories.get(memory.id)).toEqual(memory);
        expect((await store.turns.claim('room', 1)).messages).toEqual([memory]);
        await reopen();
        expect(await store.memories.get(memory.id)).toEqual(memory);
        expect((await store.turns.claim('room', 1)).messages).toEqual([memory]);
      });

      it('stores one of twenty that arrive at once under the same key', async () => {
        const results = await Promise.all(
          Array.from({ length: 20 }, (_, i) =>
            store.memories.append(message({ text: `try ${i}`, messageId: 'same' })),
          ),
        );
        expect(results.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
        expect(new Set(results.map(({ memory }) => memory.id)).size).toBe(1);
        expect(await waitingTexts()).toHaveLength(1);
        await reopen();
        expect((await store.memories.append(message({ messageId: 'same' }))).duplicate).toBe(true);
      });

      it('gives the first memory, as it is by now, for a duplicate', async () => {
        const first = message({ messageId: 'same' });
        await append(first);
        const { turn } = await commitAll(store);
        const again = await store.memories.append(message({ messageId: 'same' }));
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
        for (const memory of memories) expect((await store.memories.append(memory)).duplicate).toBe(false);
        const elsewhere = message({ source: { ...base, channel: 'other' }, roomId: 'other' });
        expect((await store.memories.append(elsewhere)).duplicate).toBe(true);
      });

      it('keeps its own copy', async () => {
        const memory = message({ text: 'original' });
        const appending = store.memories.append(memory);
        memory.content.text = 'changed by the caller';
        await appending;
        expect(await waitingTexts()).toEqual(['original']);
        const [given] = (await store.turns.claim('room', 1)).messages;
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
        expect(await store.turns.claim('room', 2)).toMatchObject({ checkpoint: null });
        expect(await waitingTexts(2)).toEqual(['a', 'b']);
        expect(await waitingTexts()).toEqual(['a', 'b', 'c']);
        await reopen();
        expect(await waitingTexts()).toEqual(['a', 'b', 'c']);
      });

      it('gives nothing for a room without work', async () => {
        expect(await store.turns.claim('nowhere', 5)).toEqual({ messages: [], checkpoint: null });
      });

      it('keeps the order of appends made at once', async () => {
        const names = Array.from({ length: 200 }, (_, i) => `m${i}`);
        await Promise.all(names.map((text) => store.memories.append(message({ text }))));
        expect(await waitingTexts(1000)).toEqual(names);
      });

      it('goes on from a checkpoint with exactly the messages it covers', async () => {
        await append(message({ text: 'a' }), message({ text: 'b' }));
        const checkpoint = checkpointOf((await store.turns.claim('room', 10)).messages, ['step 1']);
        await store.turns.checkpoint(checkpoint);
        await append(message({ text: 'later' }));
        expect(await store.turns.claim('room', 10)).toMatchObject({ checkpoint });
        expect(await waitingTexts()).toEqual(['a', 'b']);
        // The limit may have been lowered since the turn began; the turn stays the same.
        expect(await waitingTexts(1)).toEqual(['a', 'b']);
        await reopen();
        expect((await store.turns.claim('room', 10)).checkpoint).toEqual(checkpoint);
        expect(await waitingTexts()).toEqual(['a', 'b']);
      });

      it('takes the steps of a later checkpoint, but the covers of the first', async () => {
        await append(message({ text: 'a' }), message({ text: 'b' }));
        const { messages } = await store.turns.claim('room', 1);
        await store.turns.checkpoint(checkpointOf(messages, ['one']));
        const wider = (await store.memories.history('room', { limit: 5 })).items;
        await store.turns.checkpoint(checkpointOf(wider, ['one', 'two']));
        const claim = await store.turns.claim('room', 10);
        expect(claim.checkpoint).toEqual(checkpointOf(messages, ['one', 'two']));
        expect(texts(claim.messages)).toEqual(['a']);
      });

      it('is not held up by a checkpoint whose messages were forgotten', async () => {
        const gone = message({ text: 'gone' });
        await append(gone, message({ text: 'still here' }));
        await store.turns.checkpoint(checkpointOf([gone], ['step']));
        await store.memories.forget([gone.id]);
        expect(await store.turns.claim('room', 10)).toMatchObject({ checkpoint: null });
        expect(await waitingTexts()).toEqual(['still here']);
      });

      it('reads a long backlog piece by piece', async () => {
        const names = Array.from({ length: 1_200 }, (_, i) => `m${i}`);
        await Promise.all(names.map((text) => store.memories.append(message({ text }))));
        expect(await waitingTexts(3)).toEqual(['m0', 'm1', 'm2']);
        const { messages } = await store.turns.claim('room', 100);
        await store.turns.commit(commitOf(messages));
        expect(await waitingTexts(2)).toEqual(['m100', 'm101']);
        expect(texts(await store.memories.recent('room', 3))).toEqual(['m98', 'm99', 'reply to m0']);
        await reopen();
        expect(await waitingTexts(2_000)).toEqual(names.slice(100));
      });
    });

    describe('commit', () => {
      it('marks, stores and queues in one', async () => {
        await append(message({ text: 'a' }), message({ text: 'b' }));
        const { turn, reply, outbound } = await commitAll(store);
        for (const restart of [false, true]) {
          if (restart) await reopen();
          expect(await store.turns.get(turn.turnId)).toEqual(turn);
          expect(await store.memories.get(reply!.id)).toEqual(reply);
          expect(await store.outbox.due('room', 10)).toEqual([outbound]);
          expect(await waitingTexts()).toEqual([]);
          const recent = await store.memories.recent('room', 10);
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
        const { messages } = await store.turns.claim('room', 10);
        expect(await store.turns.commit(commitOf(messages))).toBe(true);
        await append(message({ text: 'late' }));
        // A worker that lost the room comes back with more messages under the same turn.
        const all = (await store.memories.history('room', { limit: 10 })).items.filter(
          ({ role }) => role === 'user',
        );
        const second = commitOf(all, { text: 'second reply' });
        expect(await store.turns.commit(second)).toBe(false);
        expect(await waitingTexts()).toEqual(['late']);
        expect(await store.memories.get(second.reply!.id)).toBeNull();
        expect(await store.outbox.due('room', 10)).toHaveLength(1);
        expect(texts(await store.memories.recent('room', 10))).toEqual(['a', 'reply to a']);
      });

      it('lets one of twenty win', async () => {
        await append(message());
        const { messages } = await store.turns.claim('room', 1);
        const commits = Array.from({ length: 20 }, (_, i) => commitOf(messages, { text: `reply ${i}` }));
        const results = await Promise.all(commits.map((commit) => store.turns.commit(commit)));
        expect(results.filter(Boolean)).toHaveLength(1);
        const winner = commits[results.indexOf(true)]!;
        expect(await store.outbox.due('room', 10)).toEqual([winner.outbound]);
        expect((await store.memories.recent('room', 10)).at(-1)).toEqual(winner.reply);
      });

      it('marks the messages of a failed turn as failed, and lets it not be tried again', async () => {
        const memory = message();
        await append(memory);
        const commit = commitOf([memory], { status: 'failed', silent: true });
        expect(await store.turns.commit(commit)).toBe(true);
        expect(await store.memories.get(memory.id)).toMatchObject({
          status: 'failed',
          turnId: commit.turn.turnId,
        });
        expect(await waitingTexts()).toEqual([]);
        expect(await store.turns.commit(commitOf([memory]))).toBe(false);
        expect(await store.turns.get(commit.turn.turnId)).toEqual(commit.turn);
      });

      it('drops the checkpoint, and takes none for a finished turn', async () => {
        const memory = message({ text: 'a' });
        await append(memory);
        const checkpoint = checkpointOf([memory], ['step']);
        await store.turns.checkpoint(checkpoint);
        await store.turns.commit(commitOf([memory]));
        await store.turns.checkpoint(checkpoint);
        await append(message({ text: 'next' }));
        expect(await store.turns.claim('room', 10)).toMatchObject({ checkpoint: null });
        expect(await waitingTexts()).toEqual(['next']);
      });

      it('takes silence, and replies nobody delivers', async () => {
        const [a, b] = [message({ text: 'a' }), message({ text: 'b', source: { ...source(), pull: true } })];
        await append(a);
        await store.turns.commit(commitOf([a], { silent: true }));
        await append(b);
        await store.turns.commit({ ...commitOf([b]), outbound: null });
        expect(await store.outbox.due('room', 10)).toEqual([]);
        expect(texts(await store.memories.recent('room', 10))).toEqual(['a', 'b', 'reply to b']);
      });

      it('does not know turns it was never told of', async () => {
        expect(await store.turns.get('turn_unknown')).toBeNull();
      });

      it('lists rooms that wait, longest first', async () => {
        await append(message({ roomId: 'r2', createdAt: 2000 }), message({ roomId: 'r1', createdAt: 1000 }));
        await append(message({ roomId: 'r1', createdAt: 5000 }), message({ roomId: 'r3', createdAt: 3000 }));
        await append(message({ roomId: 'r4', createdAt: 1, status: 'kept' }));
        expect(await store.turns.waiting(3000, 10)).toEqual(['r1', 'r2']);
        expect(await store.turns.waiting(10_000, 1)).toEqual(['r1']);
        await commitAll(store, 'r1');
        expect(await store.turns.waiting(10_000, 10)).toEqual(['r2', 'r3']);
      });
    });

    describe('history', () => {
      it('gives the newest that are not pending, in the order of appends', async () => {
        await append(message({ text: 'waits' }), message({ text: 'overheard', status: 'kept' }));
        await append(message({ text: 'a fact', kind: 'fact', status: 'kept' }), message({ roomId: 'other' }));
        expect(texts(await store.memories.recent('room', 10))).toEqual(['overheard']);
        await commitAll(store);
        expect(texts(await store.memories.recent('room', 10))).toEqual([
          'waits',
          'overheard',
          'reply to waits',
        ]);
        expect(texts(await store.memories.recent('room', 2))).toEqual(['overheard', 'reply to waits']);
        expect(await store.memories.recent('room', 0)).toEqual([]);
        expect(await store.memories.recent('nowhere', 5)).toEqual([]);
      });

      it('keeps up over many turns, whatever limit is asked for', async () => {
        for (let i = 0; i < 60; i++) await append(message({ text: `m${i}`, status: 'kept' }));
        const all = Array.from({ length: 60 }, (_, i) => `m${i}`);
        for (const limit of [3, 40, 55, 500]) {
          expect(texts(await store.memories.recent('room', limit))).toEqual(all.slice(-limit));
        }
      });

      it('pages from the oldest, pending ones included', async () => {
        await append(...['a', 'b', 'c', 'd', 'e'].map((text) => message({ text })));
        await append(message({ kind: 'fact', text: 'no message' }), message({ roomId: 'other' }));
        const first = await store.memories.history('room', { limit: 2 });
        expect(texts(first.items)).toEqual(['a', 'b']);
        const second = await store.memories.history('room', { limit: 2, cursor: first.nextCursor! });
        expect(texts(second.items)).toEqual(['c', 'd']);
        const third = await store.memories.history('room', { limit: 2, cursor: second.nextCursor! });
        expect(texts(third.items)).toEqual(['e']);
        expect(third.nextCursor).toBeNull();
        const exact = await store.memories.history('room', { limit: 5 });
        expect(exact.nextCursor).toBeNull();
        expect(await store.memories.history('nowhere', { limit: 5 })).toEqual({
          items: [],
          nextCursor: null,
        });
      });

      it('refuses a cursor it never gave', async () => {
        for (const cursor of ['no such cursor', '', '-1', '1; drop table memories']) {
          await expect(store.memories.history('room', { limit: 2, cursor })).rejects.toMatchObject({
            code: 'invalid_field',
          });
        }
      });

      it('does not know memories it was never given', async () => {
        expect(await store.memories.get('unknown')).toBeNull();
      });
    });

    describe('scopes', () => {
      it('count all memories, each in its own agent and scope', async () => {
        expect(await store.memories.count('ada', ['s'])).toBe(0);
        await append(message(), message({ kind: 'fact', status: 'kept' }), message({ scope: 's2' }));
        await append(message({ agentId: 'bob' }));
        for (const restart of [false, true]) {
          if (restart) await reopen();
          expect(await store.memories.count('ada', ['s'])).toBe(2);
          expect(await store.memories.count('ada', ['s', 's2', 's'])).toBe(3);
          expect(await store.memories.count('bob', ['s', 's2'])).toBe(1);
          expect(await store.memories.count('ada', [])).toBe(0);
        }
        await commitAll(store);
        expect(await store.memories.count('ada', ['s'])).toBe(3);
      });

      it('give their newest facts, newest first', async () => {
        const fact = (text: string, more: Partial<Memory> = {}) =>
          message({ text, kind: 'fact', status: 'kept', ...more });
        await append(fact('one'), fact('two', { scope: 's2' }), fact('three'), message({ text: 'no fact' }));
        await append(fact('hidden', { scope: 's3' }), fact('of another agent', { agentId: 'bob' }));
        const facts = async (scopes: string[], limit = 10) =>
          texts(await store.memories.facts('ada', scopes, limit));
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
        const all = (await store.memories.unembedded('e', 10)).map(({ id }) => ({ id, values }));
        await store.memories.saveEmbeddings('e', all);
        const vector = cannot.compareVectors ? undefined : { embedder: 'e', values };
        await eventually(async () =>
          expect(await search({ text: 'parrot', vector })).toEqual(['my own parrot']),
        );
        expect(await search({ text: 'parrot', vector, scopes: [] })).toEqual([]);
        expect(await search({ text: 'parrot', vector, scopes: ['s3', 's" OR "s2', '*'] })).toEqual([]);
      });
    });

    describe('search', () => {
      it('finds words, in any case and with any accents', async () => {
        await append(kept('Crème brûlée for dessert'), kept('nothing of the kind'));
        await eventually(async () =>
          expect(await search({ text: 'creme BRULEE?' })).toEqual(['Crème brûlée for dessert']),
        );
        expect(await search({ text: 'pudding' })).toEqual([]);
        expect(await search({ text: '' })).toEqual([]);
        expect(await search({ text: '?!' })).toEqual([]);
      });

      it.skipIf(cannot.stem)('finds other forms of a word', async () => {
        await append(kept('my dog is running'));
        await eventually(async () => expect(await search({ text: 'dogs' })).toHaveLength(1));
        expect(await search({ text: 'who runs?' })).toHaveLength(1);
      });

      it('does not find what is pending, and finds it once it is handled', async () => {
        await append(kept('an old parrot'), message({ text: 'a new parrot' }));
        await eventually(async () => expect(await search({ text: 'parrot' })).toEqual(['an old parrot']));
        await commitAll(store);
        await eventually(async () => {
          expect((await search({ text: 'parrot' })).sort()).toEqual(
            ['a new parrot', 'an old parrot', 'reply to a new parrot'].sort(),
          );
        });
      });

      it('keeps to kinds, leaves out what is known, and stops at the limit', async () => {
        const known = kept('parrot one');
        await append(known, kept('parrot two'), kept('parrot three', { kind: 'fact' }));
        await eventually(async () => expect(await search({ text: 'parrot' })).toHaveLength(3));
        expect(await search({ text: 'parrot', kinds: ['fact'] })).toEqual(['parrot three']);
        expect(await search({ text: 'parrot', kinds: [] })).toEqual([]);
        expect(await search({ text: 'parrot', kinds: ['message'], exclude: new Set([known.id]) })).toEqual([
          'parrot two',
        ]);
        expect(await search({ text: 'parrot', limit: 2 })).toHaveLength(2);
        expect(await search({ text: 'parrot', limit: 0 })).toEqual([]);
      });

      it('ranks what has more of the words, and the rarer ones, first', async () => {
        await append(...Array.from({ length: 6 }, (_, i) => kept(`weather report ${i}`)));
        await append(kept('the garden in summer'), kept('garden tools'));
        await append(kept('a parrot in the garden'), kept('a parrot elsewhere'));
        await eventually(async () => {
          expect(await search({ text: 'parrot garden', limit: 2 })).toEqual([
            'a parrot in the garden',
            'a parrot elsewhere',
          ]);
        });
      });

      it('takes any text for what it is', async () => {
        await append(kept('a harmless parrot'));
        await eventually(async () => expect(await search({ text: 'parrot' })).toHaveLength(1));
        for (const text of [
          '"',
          'parrot"',
          'NOT parrot',
          'par*',
          '(parrot',
          'words:parrot',
          '{parrot} : ^',
          "';--",
          '\u0000',
          '\ud800',
        ]) {
          expect(await search({ text })).toEqual(text.match(/parrot/) ? ['a harmless parrot'] : []);
        }
      });
    });

    describe.skipIf(cannot.compareVectors)('vectors', () => {
      const embed = async (embedder: string, vectors: Record<string, number[]>) => {
        const all = (await store.memories.history('room', { limit: 100 })).items;
        const saved = Object.entries(vectors).map(([text, values]) => ({
          id: all.find(({ content }) => content.text === text)!.id,
          values: new Float32Array(values),
        }));
        await store.memories.saveEmbeddings(embedder, saved);
      };
      const near = (values: number[], embedder = 'e') => ({
        vector: { embedder, values: new Float32Array(values) },
      });

      it('find what is near in meaning, nearest first', async () => {
        await append(kept('north'), kept('north-east'), kept('south'));
        await embed('e', { north: [0, 1, 0], 'north-east': [0.7, 0.7, 0], south: [0, -1, 0] });
        await eventually(async () =>
          expect(await search(near([0.1, 0.9, 0]))).toEqual(['north', 'north-east']),
        );
        expect(await search({ ...near([0.1, 0.9, 0]), limit: 1 })).toEqual(['north']);
        await reopen();
        await eventually(async () =>
          expect(await search(near([0.1, 0.9, 0]))).toEqual(['north', 'north-east']),
        );
      });

      it('and words together: what both find comes first', async () => {
        await append(kept('alpha'), kept('beta'), kept('gamma'));
        await embed('e', { alpha: [1, 0, 0], beta: [0.9, 0.1, 0], gamma: [0, 0, 1] });
        await eventually(async () => {
          expect(await search({ ...near([1, 0.02, 0]), text: 'beta or gamma' })).toEqual(
            expect.arrayContaining(['alpha', 'beta', 'gamma']),
          );
        });
        const found = await store.memories.search({
          ...near([1, 0.02, 0]),
          ...{ agentId: 'ada', scopes: ['s'], text: 'beta', limit: 10 },
        });
        expect(texts(found.map(({ memory }) => memory))).toEqual(['beta', 'alpha']);
        expect(found[0]!.score).toBeGreaterThan(found[1]!.score);
      });

      it('of another embedder are never compared', async () => {
        await append(kept('one'), kept('two'));
        await embed('e1', { one: [1, 0], two: [0.9, 0.1] });
        await embed('e2', { two: [1, 0, 0, 0] });
        await eventually(async () => expect(await search(near([1, 0], 'e1'))).toEqual(['one', 'two']));
        await eventually(async () => expect(await search(near([1, 0, 0, 0], 'e2'))).toEqual(['two']));
        expect(await search(near([1, 0], 'e3'))).toEqual([]);
      });

      it('of the wrong length are refused with the way out', async () => {
        await append(kept('one'), kept('two'));
        await embed('e', { one: [1, 0, 0] });
        await expect(embed('e', { two: [1, 0] })).rejects.toMatchObject({ code: 'config_invalid' });
        await expect(search(near([1, 0]))).rejects.toMatchObject({ code: 'config_invalid' });
      });

      it('keep to kinds and leave out what is known', async () => {
        const known = kept('known');
        await append(known, kept('new'), kept('a fact', { kind: 'fact' }));
        const all = (await store.memories.unembedded('e', 10)).map(({ id }) => ({
          id,
          values: new Float32Array([1, 2]),
        }));
        await store.memories.saveEmbeddings('e', all);
        await eventually(async () => expect(await search(near([1, 2]))).toHaveLength(3));
        expect(await search({ ...near([1, 2]), kinds: ['fact'] })).toEqual(['a fact']);
        expect(await search({ ...near([1, 2]), exclude: new Set([known.id]), kinds: ['message'] })).toEqual([
          'new',
        ]);
      });

      it('replace an earlier one of the same memory', async () => {
        await append(kept('one'));
        await embed('e', { one: [1, 0] });
        await embed('e', { one: [0, 1] });
        await eventually(async () => expect(await search(near([0, 1]))).toEqual(['one']));
        await eventually(async () => expect(await search(near([1, 0]))).toEqual([]));
      });
    });

    describe('unembedded', () => {
      const lacking = async (embedder = 'e', limit = 10) =>
        (await store.memories.unembedded(embedder, limit)).map(({ text }) => text);
      const embed = async (limit: number, embedder = 'e') => {
        const some = await store.memories.unembedded(embedder, limit);
        await store.memories.saveEmbeddings(
          embedder,
          some.map(({ id }) => ({ id, values: new Float32Array([1, 2]) })),
        );
      };

      it('lists what has text and no vector of this embedder, oldest first', async () => {
        await append(
          kept('a'),
          kept(''),
          message({ text: 'pending' }),
          kept('b\u0000"'),
          kept('c', { kind: 'fact' }),
        );
        expect(await lacking()).toEqual(['a', 'b\u0000"', 'c']);
        expect(await lacking('e', 2)).toEqual(['a', 'b\u0000"']);
        await embed(2);
        expect(await lacking()).toEqual(['c']);
        expect(await lacking('other')).toEqual(['a', 'b\u0000"', 'c']);
        await embed(2);
        expect(await lacking()).toEqual([]);
        await commitAll(store);
        expect(await lacking()).toEqual(['pending', 'reply to pending']);
        await reopen();
        await append(kept('d'));
        expect(await lacking()).toEqual(['pending', 'reply to pending', 'd']);
      });

      it('knows nothing of what is forgotten', async () => {
        const gone = kept('gone');
        await append(gone, kept('stays'));
        const all = await store.memories.unembedded('e', 10);
        await store.memories.forget([gone.id]);
        await store.memories.saveEmbeddings(
          'e',
          all.map(({ id }) => ({ id, values: new Float32Array([1, 2]) })),
        );
        expect(await lacking()).toEqual([]);
        // Forgetting the newest must not hide the next one.
        const next = kept('next');
        await append(next);
        await store.memories.forget([next.id]);
        await reopen();
        await append(kept('after'));
        expect(await lacking()).toEqual(['after']);
      });
    });

    describe('find', () => {
      it('gives what is stored under a key, as it is by now', async () => {
        const memory = message({ messageId: 'c/1' });
        const key = { agentId: 'ada', connector: 'http', tenant: 'default', messageId: 'c/1' };
        expect(await store.memories.find(key)).toBeNull();
        await append(memory, message({ messageId: 'c/2' }));
        expect(await store.memories.find(key)).toEqual(memory);
        for (const other of [{ agentId: 'bob' }, { connector: 'x' }, { tenant: 't' }, { messageId: 'c' }])
          expect(await store.memories.find({ ...key, ...other })).toBeNull();
        const { turn } = await commitAll(store);
        const handled = { ...memory, status: 'handled', turnId: turn.turnId };
        expect(await store.memories.find(key)).toEqual(handled);
        await reopen();
        expect(await store.memories.find(key)).toEqual(handled);
        await store.memories.forget([memory.id]);
        expect(await store.memories.find(key)).toBeNull();
      });
    });

    describe('edit', () => {
      it('changes what waits, before it is claimed', async () => {
        const memory = message({ text: 'teh parrot' });
        await append(memory, message({ text: 'behind it' }));
        expect(await waitingTexts()).toEqual(['teh parrot', 'behind it']);
        expect(await store.memories.edit(memory.id, 'the \u0000 "parrot" \ud800')).toBe(true);
        for (const restart of [false, true]) {
          if (restart) await reopen();
          const [claimed] = (await store.turns.claim('room', 1)).messages;
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
        await store.memories.recent('room', 10);
        await store.memories.facts('ada', ['s'], 5);
        expect(await store.memories.edit(said.id, 'a red macaw')).toBe(true);
        expect(await store.memories.edit(fact.id, 'likes coffee')).toBe(true);
        for (const restart of [false, true]) {
          if (restart) await reopen();
          expect(texts(await store.memories.recent('room', 10))).toEqual(['a red macaw', 'another parrot']);
          expect(texts(await store.memories.facts('ada', ['s'], 5))).toEqual(['likes coffee']);
          await eventually(async () => expect(await search({ text: 'green tea' })).toEqual([]));
          await eventually(async () => expect(await search({ text: 'macaw' })).toEqual(['a red macaw']));
          await eventually(async () => expect(await search({ text: 'parrot' })).toEqual(['another parrot']));
        }
        expect(await store.memories.count('ada', ['s'])).toBe(3);
      });

      it('takes the vectors away, so that new ones are made', async () => {
        const [a, b] = [kept('a'), kept('b')];
        await append(a, b);
        const lacking = async () =>
          (await store.memories.unembedded('e', 10)).map(({ id, text }) => ({ id, text }));
        const embed = async (x: number) =>
          store.memories.saveEmbeddings(
            'e',
            (await lacking()).map(({ id }) => ({ id, values: new Float32Array([x, 1 - x]) })),
          );
        await embed(1);
        expect(await lacking()).toEqual([]);
        await store.memories.edit(a.id, 'c');
        expect(await lacking()).toEqual([{ id: a.id, text: 'c' }]);
        const near = { embedder: 'e', values: new Float32Array([1, 0]) };
        if (!cannot.compareVectors)
          await eventually(async () => expect(await search({ vector: near })).toEqual(['b']));
        await embed(0);
        expect(await lacking()).toEqual([]);
        await store.memories.edit(b.id, '');
        expect(await lacking()).toEqual([]);
        if (cannot.compareVectors) return;
        const far = { embedder: 'e', values: new Float32Array([0, 1]) };
        await eventually(async () => expect(await search({ vector: far })).toEqual(['c']));
      });

      it('is false for what is not there, and brings nothing back', async () => {
        expect(await store.memories.edit('unknown', 'x')).toBe(false);
        await append(message());
        const { reply } = await commitAll(store);
        await store.memories.forget([reply!.id]);
        expect(await store.memories.edit(reply!.id, 'x')).toBe(false);
        expect(await store.memories.get(reply!.id)).toBeNull();
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
          const page = await store.memories.inScope('ada', 's', { limit: 2, cursor });
          expect(page.items.length).toBeLessThanOrEqual(2);
          seen.push(...texts(page.items));
          cursor = page.nextCursor ?? undefined;
        } while (cursor);
        expect(seen).toEqual(['1', '2', '3', '4', '5']);
        expect(await store.memories.inScope('ada', 'unknown', { limit: 5 })).toEqual({
          items: [],
          nextCursor: null,
        });
        await expect(store.memories.inScope('ada', 's', { limit: 1, cursor: 'x' })).rejects.toMatchObject({
          code: 'invalid_field',
        });
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
        const all = (await store.memories.unembedded('e', 10)).map(({ id }) => ({
          id,
          values: new Float32Array([1, 2]),
        }));
        await store.memories.saveEmbeddings('e', all);
        await store.memories.recent('room', 10);
        await waitingTexts();
        await store.memories.facts('ada', ['s'], 5);
        expect(await store.memories.forget([a.id, b.id, fact.id, a.id, 'unknown'])).toBe(3);
        for (const restart of [false, true]) {
          if (restart) await reopen();
          expect(await store.memories.get(a.id)).toBeNull();
          expect(texts(await store.memories.recent('room', 10))).toEqual(['parrot d']);
          expect(texts((await store.memories.history('room', { limit: 10 })).items)).toEqual(['parrot d']);
          expect(await waitingTexts()).toEqual([]);
          expect(await store.memories.facts('ada', ['s'], 5)).toEqual([]);
          expect(await store.memories.count('ada', ['s'])).toBe(1);
          await eventually(async () => expect(await search({ text: 'parrot' })).toEqual(['parrot d']));
          if (cannot.compareVectors) continue;
          const vector = { embedder: 'e', values: new Float32Array([1, 2]) };
          await eventually(async () => expect(await search({ vector })).toEqual(['parrot d']));
        }
        expect(await store.memories.forget([a.id])).toBe(0);
        expect(await store.memories.forget([])).toBe(0);
      });

      it('lets a forgotten message be delivered to us once more', async () => {
        const memory = message({ messageId: 'again' });
        await append(memory);
        await store.memories.forget([memory.id]);
        expect((await store.memories.append(message({ messageId: 'again' }))).duplicate).toBe(false);
      });

      it('takes an undelivered reply out of the outbox', async () => {
        await append(message());
        const { reply } = await commitAll(store);
        expect(await store.outbox.due('room', 10)).toHaveLength(1);
        await store.memories.forget([reply!.id]);
        expect(await store.outbox.due('room', 10)).toEqual([]);
      });
    });

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
          const { count, nextCursor } = await store.memories.expire({ ...request, ...more, cursor });
          counts.push(count);
          cursor = nextCursor;
        }
        return counts;
      };
      const total = (counts: number[]) => counts.reduce((sum, count) => sum + count, 0);
      const history = async (roomId = 'room') =>
        texts((await store.memories.history(roomId, { limit: 100 })).items);
      const all = async () => (await store.memories.unembedded('look', 100)).map(({ text }) => text).sort();

      it('removes what is older, of this agent and these kinds alone', async () => {
        // Not in the order of their times: what counts is the time.
        await append(kept('parrot young', young), kept('parrot old', old));
        await append(kept('parrot summary', { ...old, kind: 'summary' }));
        await append(kept('parrot fact', { ...old, kind: 'fact' }));
        await append(kept('parrot book', { ...old, kind: 'document' }));
        await append(kept('parrot of bob', { ...old, agentId: 'bob', roomId: 'bobs' }));
        await append(kept('parrot elsewhere', { ...old, roomId: 'elsewhere', scope: 's2' }));
        await history();
        await store.memories.recent('room', 10);
        await store.memories.count('ada', ['s']);
        expect(total(await expire())).toBe(3);
        const left = ['parrot book', 'parrot fact', 'parrot of bob', 'parrot young'];
        await inTime(async () => expect(await all()).toEqual(left));
        for (const restart of [false, true]) {
          if (restart) await reopen();
          expect(await history()).toEqual(['parrot young']);
          expect(await history('elsewhere')).toEqual([]);
          expect(await history('bobs')).toEqual(['parrot of bob']);
          expect(texts(await store.memories.recent('room', 10))).toEqual(['parrot young']);
          expect(texts(await store.memories.facts('ada', ['s'], 5))).toEqual(['parrot fact']);
          expect(await store.memories.count('ada', ['s', 's2'])).toBe(3);
          await eventually(async () =>
            expect((await search({ text: 'parrot', scopes: ['s', 's2'] })).sort()).toEqual(
              left.filter((text) => !text.includes('bob')),
            ),
          );
        }
        expect(total(await expire())).toBe(0);
        expect(total(await expire({ kinds: ['fact'] }))).toBe(1);
        await inTime(async () => expect(await store.memories.facts('ada', ['s'], 5)).toEqual([]));
      });

      it.skipIf(cannot.compareVectors)('takes the vectors along', async () => {
        const values = new Float32Array([1, 2]);
        await append(kept('old', old), kept('young', young));
        const ids = (await store.memories.unembedded('e', 10)).map(({ id }) => id);
        await store.memories.saveEmbeddings(
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
        const checkpoint = checkpointOf((await store.turns.claim('room', 1)).messages, ['step']);
        await store.turns.checkpoint(checkpoint);
        expect(total(await expire())).toBe(0);
        expect(await store.turns.claim('room', 10)).toMatchObject({ checkpoint });
        expect(await waitingTexts()).toEqual(['waits']);
        const { messages } = await store.turns.claim('room', 10);
        await store.turns.commit(commitOf(messages));
        expect(total(await expire())).toBe(1);
        await inTime(async () => expect(await history()).toEqual(['too', 'reply to waits']));
        expect(await waitingTexts()).toEqual(['too']);
      });

      it('takes a turn with the last of its messages', async () => {
        await append(message({ text: 'a', ...old }));
        const { turn } = await commitAll(store);
        const [due] = await store.outbox.due('room', 1);
        await store.outbox.delivered(due!.id, {});
        expect(total(await expire())).toBe(1);
        await inTime(async () => expect(await history()).toEqual(['reply to a']));
        expect(await store.turns.get(turn.turnId)).toEqual(turn);
        expect(total(await expire({ before: now + dayMs }))).toBe(1);
        await inTime(async () => expect(await store.turns.get(turn.turnId)).toBeNull());
        expect(await history()).toEqual([]);
        expect(await store.turns.claim('room', 10)).toEqual({ messages: [], checkpoint: null });
      });

      it('takes a silent turn too', async () => {
        const memory = message({ text: 'a', ...old });
        await append(memory);
        const { turn } = commitOf([memory], { silent: true });
        await store.turns.commit({
          turn: { ...turn, finishedAt: old.createdAt },
          reply: null,
          outbound: null,
        });
        expect(await waitingTexts()).toEqual([]);
        await expire();
        await inTime(async () => expect(await store.turns.get(turn.turnId)).toBeNull());
        expect(await history()).toEqual([]);
      });

      it('keeps a reply until it is delivered or given up', async () => {
        for (const text of ['delivered', 'given up', 'waiting']) {
          const memory = message({ text, ...old });
          await append(memory);
          const commit = commitOf([memory]);
          for (const aged of [commit.reply!, commit.outbound!]) aged.createdAt = old.createdAt;
          await store.turns.commit(commit);
        }
        expect(await waitingTexts()).toEqual([]);
        const [delivered, givenUp, waiting] = await store.outbox.due('room', 10);
        await store.outbox.delivered(delivered!.id, {});
        await store.outbox.failed(givenUp!.id, { code: 'delivery_failed', message: 'no' }, true);
        expect(total(await expire())).toBe(5);
        await inTime(async () => expect(await history()).toEqual(['reply to waiting']));
        expect(await store.outbox.due('room', 10)).toEqual([waiting]);
        await store.outbox.delivered(waiting!.id, {});
        expect(total(await expire())).toBe(1);
        await inTime(async () => expect(await history()).toEqual([]));
        expect(await store.outbox.due('room', 10)).toEqual([]);
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
        expect(await store.memories.facts('ada', ['s'], 100)).toHaveLength(25);
      });

      it('takes a redelivery after that for a new message', async () => {
        await append(kept('a', { ...old, messageId: 'again' }));
        await expire();
        await inTime(async () => expect(await history()).toEqual([]));
        expect((await store.memories.append(message({ messageId: 'again' }))).duplicate).toBe(false);
      });

      it('knows whose memories there are', async () => {
        expect(await store.memories.agents()).toEqual([]);
        await append(message(), message({ scope: 's2' }), kept('a', { agentId: 'bob', kind: 'fact' }));
        expect((await store.memories.agents()).sort()).toEqual(['ada', 'bob']);
      });
    });

    describe('a change of embedder', () => {
      const embed = async (embedder: string, values: number[], limit = 100) => {
        const some = await store.memories.unembedded(embedder, limit);
        await store.memories.saveEmbeddings(
          embedder,
          some.map(({ id }) => ({ id, values: new Float32Array(values) })),
        );
        return some.length;
      };
      const drop = async (unusedSince: number, limit = 100) => {
        let total = 0;
        for (;;) {
          const dropped = await store.memories.dropEmbeddings({ keep: 'new', unusedSince, limit });
          expect(dropped).toBeLessThanOrEqual(limit);
          if (dropped === 0) return total;
          total += dropped;
        }
      };
      const near = async (embedder: string, values: number[]) =>
        (await search({ vector: { embedder, values: new Float32Array(values) }, limit: 20 })).length;

      it('drops the vectors of embedders that are used no more, and no others', async () => {
        await append(...Array.from({ length: 12 }, (_, i) => kept(`m${i}`)));
        const began = Date.now();
        await embed('old', [1, 0]);
        await embed('new', [1, 0, 0]);
        expect(await drop(began)).toBe(0);
        if (!cannot.compareVectors) {
          await eventually(async () => expect(await near('old', [1, 0])).toBe(12));
          await eventually(async () => expect(await near('new', [1, 0, 0])).toBe(12));
        }
        expect(await drop(Date.now() + 1, 5)).toBe(12);
        expect(await drop(Date.now() + 1)).toBe(0);
        for (const restart of [false, true]) {
          if (restart) await reopen();
          if (cannot.compareVectors) continue;
          expect(await near('old', [1, 0])).toBe(0);
          await eventually(async () => expect(await near('new', [1, 0, 0])).toBe(12));
        }
        expect(await store.memories.unembedded('new', 5)).toEqual([]);
      });

      it('can be taken back, also to vectors of another length', async () => {
        await append(kept('a'), kept('b'));
        await embed('old', [1, 0]);
        await embed('new', [1, 0, 0]);
        await drop(Date.now() + 1);
        expect(await embed('old', [0, 1, 0, 0])).toBe(2);
        if (cannot.compareVectors) return;
        await eventually(async () => expect(await near('old', [0, 1, 0, 0])).toBe(2));
      });

      it('goes on where the dropping was cut off, or lets it be', async () => {
        await append(kept('a'), kept('b'), kept('c'));
        await embed('old', [1, 0]);
        await embed('new', [0, 1]);
        const request = { keep: 'new', unusedSince: Date.now() + 1, limit: 1 };
        expect(await store.memories.dropEmbeddings(request)).toBe(1);
        await reopen();
        expect(await embed('old', [1, 0])).toBe(1);
        expect(await drop(Date.now() + 1)).toBe(3);
      });
    });

    describe('outbox', () => {
      const turnsWithReplies = async (...names: string[]) => {
        const ids: string[] = [];
        for (const text of names) {
          await append(message({ text }));
          ids.push((await commitAll(store)).outbound!.id);
        }
        return ids;
      };
      const due = async (limit = 10) => (await store.outbox.due('room', limit)).map(({ id }) => id);

      it('gives replies in the order of their commits, until they are delivered', async () => {
        const ids = await turnsWithReplies('a', 'b', 'c');
        expect(await due()).toEqual(ids);
        expect(await due(2)).toEqual(ids.slice(0, 2));
        await store.outbox.delivered(ids[0]!, { messageId: 'platform 1' });
        await store.outbox.delivered(ids[0]!, {});
        await store.outbox.delivered('unknown', {});
        expect(await due()).toEqual(ids.slice(1));
        await reopen();
        expect(await due()).toEqual(ids.slice(1));
        expect(await store.outbox.due('nowhere', 5)).toEqual([]);
      });

      it('counts failed tries and gives up when told', async () => {
        const [first, second] = await turnsWithReplies('a', 'b');
        const error = { code: 'delivery_failed', message: 'no' };
        await store.outbox.failed(first!, error, false);
        await store.outbox.failed(first!, error, false);
        expect((await store.outbox.due('room', 1))[0]).toMatchObject({ id: first, attempts: 2 });
        await reopen();
        expect((await store.outbox.due('room', 1))[0]).toMatchObject({ id: first, attempts: 2 });
        await store.outbox.failed(first!, error, true);
        await store.outbox.failed('unknown', error, true);
        expect(await due()).toEqual([second]);
        await reopen();
        expect(await due()).toEqual([second]);
      });

      it('sends what is stored nowhere else', async () => {
        const memory = message();
        await append(memory);
        const notice = commitOf([memory], { text: 'something went wrong' });
        await store.turns.commit({ ...notice, reply: null });
        expect(await store.outbox.due('room', 1)).toEqual([notice.outbound]);
        await reopen();
        expect(await store.outbox.due('room', 1)).toEqual([notice.outbound]);
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
          await store.turns.commit(commit);
        }
        expect(await store.outbox.waiting(3000, 10)).toEqual(['r1', 'r2']);
        expect(await store.outbox.waiting(9000, 1)).toEqual(['r1']);
        const [first] = await store.outbox.due('r1', 1);
        await store.outbox.delivered(first!.id, {});
        const [second] = await store.outbox.due('r2', 1);
        await store.outbox.failed(second!.id, { code: 'delivery_failed', message: 'no' }, true);
        expect(await store.outbox.waiting(9000, 10)).toEqual(['r3']);
      });
    });

    const subject: StoreSubject = {
      get store() {
        return store;
      },
      reopen,
    };
    tokensContract(subject);
    roomsContract(subject);
    peopleContract(subject);
    turnListContract(subject);
    reopeningContract(subject, cannot);
    deliveriesContract(subject);
    auditContract(subject);

    describe('notes', () => {
      it('keep any JSON value under any key', async () => {
        const values: [string, unknown][] = [
          ['', 'the empty key'],
          ['a', null],
          ['a\u0000b', { deep: [1, { '$set.x': 'y' }] }],
          ['"quoted" \\ and ünï🦜', 0],
          ['\ud800 alone', false],
          ['__proto__', ['list']],
          ['long'.repeat(250), 'x'.repeat(20_000)],
        ];
        for (const [key, value] of values) await store.notes.put(key, value);
        await reopen();
        for (const [key, value] of values) expect(await store.notes.get(key)).toEqual(value);
        expect(await store.notes.get('b')).toBeNull();
        expect(await store.notes.get('A')).toBeNull();
      });

      it('are replaced whole, their time too', async () => {
        await store.notes.put('a', 1, { ttlMs: 1 });
        await store.notes.put('a', 2);
        await new Promise((resolve) => setTimeout(resolve, 5));
        expect(await store.notes.get('a')).toBe(2);
        await store.notes.put('a', 3, { ttlMs: 60_000 });
        expect(await store.notes.get('a')).toBe(3);
      });

      it('are not seen when their time is over', async () => {
        for (const key of ['a', 'b', 'c']) await store.notes.put(key, key, { ttlMs: 20 });
        await new Promise((resolve) => setTimeout(resolve, 30));
        expect(await store.notes.get('a')).toBeNull();
        expect(await store.notes.take('b')).toBeNull();
        expect(await store.notes.list('', 10)).toEqual([]);
        await reopen();
        expect(await store.notes.get('c')).toBeNull();
      });

      it('go to one of twenty who take them at once', async () => {
        await store.notes.put('code', { for: 'one' });
        const taken = await Promise.all(Array.from({ length: 20 }, () => store.notes.take('code')));
        expect(taken.filter((value) => value !== null)).toEqual([{ for: 'one' }]);
        expect(await store.notes.get('code')).toBeNull();
      });

      it('are listed by the beginning of their keys', async () => {
        for (const key of ['pair:2', 'pair:1', 'pairs', 'pair', 'pair:"3', 'other'])
          await store.notes.put(key, key);
        const keys = async (prefix: string, limit = 10) =>
          (await store.notes.list(prefix, limit)).map(({ key }) => key).sort();
        expect(await keys('pair:')).toEqual(['pair:"3', 'pair:1', 'pair:2']);
        expect(await keys('pair:"')).toEqual(['pair:"3']);
        expect(await keys('nothing')).toEqual([]);
        expect(await keys('')).toHaveLength(6);
        expect(await keys('pair', 2)).toHaveLength(2);
        expect(await keys('pair', 0)).toEqual([]);
        expect(await store.notes.list('pair:1', 10)).toEqual([{ key: 'pair:1', value: 'pair:1' }]);
      });
    });

    it('keeps files by content', async () => {
      const bytes = new Uint8Array(300_000).map((_, i) => i * 7);
      const key = await store.files.put(bytes);
      expect(await store.files.put(bytes.slice())).toBe(key);
      expect(await store.files.put(new Uint8Array([1]))).not.toBe(key);
      const empty = await store.files.put(new Uint8Array());
      await reopen();
      expect(Buffer.compare((await store.files.get(key))!, bytes)).toBe(0);
      expect(await store.files.get(empty)).toHaveLength(0);
      expect(await store.files.get('unknown')).toBeNull();
    });
  });
}
