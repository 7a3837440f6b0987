import { describe, expect, it } from 'vitest';
import type { Memory } from '../../../src/core/memory.js';
import { checkpointOf, commitAll, commitOf, message, texts } from './samples.js';
import type { StoreSubject } from './subject.js';

export function reopeningContract(subject: StoreSubject): void {
  const append = async (...names: string[]) => {
    const memories = names.map((text) => message({ text }));
    for (const memory of memories) await subject.store.memories.append(memory);
    return memories;
  };
  /** A failed turn over the messages; without steps it had come to nothing. */
  const fail = async (messages: Memory[], { silent = false, steps = true } = {}) => {
    const commit = commitOf(messages, { status: 'failed', silent, text: 'sorry' });
    if (!steps) commit.turn.steps = [];
    expect(await subject.store.turns.commit(commit)).toBe(true);
    return commit;
  };
  const claim = async (limit = 10) => {
    const { messages, checkpoint } = await subject.store.turns.claim('room', limit);
    return { texts: texts(messages), checkpoint };
  };
  const history = async () => (await subject.store.memories.history('room', { limit: 50 })).items;

  describe('reopening', () => {
    it.each([false, true])('lets a failed turn run again in its place (restarted: %s)', async (restart) => {
      const messages = await append('a', 'b');
      const { turn, reply, outbound } = await fail(messages, { steps: false });
      await append('later');
      expect(await subject.store.turns.reopen(turn.turnId)).toBe(true);
      if (restart) await subject.reopen();
      expect(await claim()).toEqual({ texts: ['a', 'b', 'later'], checkpoint: null });
      expect(await subject.store.turns.get(turn.turnId)).toBeNull();
      expect(await subject.store.turns.waiting(Date.now() + 1000, 5)).toEqual(['room']);
      expect((await history()).map(({ status, turnId }) => [status, turnId])).toEqual([
        ['pending', null],
        ['pending', null],
        ['kept', turn.turnId],
        ['pending', null],
      ]);
      expect(texts(await subject.store.memories.recent('room', 5))).toEqual(['sorry']);
      expect(await subject.store.memories.count('ada', ['s'])).toBe(4);
      const again = commitOf(messages, { text: 'answered' });
      expect(again.turn.turnId).toBe(turn.turnId);
      expect(await subject.store.turns.commit(again)).toBe(true);
      expect(await subject.store.turns.commit(commitOf(messages))).toBe(false);
      expect(await subject.store.turns.get(turn.turnId)).toEqual(again.turn);
      expect(await claim()).toEqual({ texts: ['later'], checkpoint: null });
      expect(await subject.store.outbox.due('room', 5)).toEqual([outbound, again.outbound]);
      expect(texts(await history())).toEqual(['a', 'b', 'sorry', 'later', 'answered']);
      expect(await subject.store.memories.get(reply!.id)).toEqual(reply);
      expect(await subject.store.turns.reopen(turn.turnId)).toBe(false);
    });

    it('hides from searches what waits again, though they have found it before', async () => {
      const { memories, turns } = subject.store;
      const found = async (text: string) => expect(await subject.search({ text })).toEqual([text]);
      const hidden = async (text: string) => expect(await subject.search({ text })).toEqual([]);
      const { turn } = await fail(await append('parrots'), { steps: false });
      const kept = message({ text: 'lizards', status: 'kept' });
      await memories.append(kept);
      for (const text of ['parrots', 'lizards']) await subject.eventually(() => found(text));
      expect(await turns.reopen(turn.turnId)).toBe(true);
      await subject.eventually(() => hidden('parrots'));
      await found('lizards');
      expect(await turns.wake(kept.id)).toBe(true);
      await subject.eventually(() => hidden('lizards'));
    });

    it('repeats no action: the steps are its checkpoint, and it covers what it covered', async () => {
      const messages = await append('a', 'b');
      const { turn } = await fail(messages);
      await append('later');
      expect(await subject.store.turns.reopen(turn.turnId)).toBe(true);
      const checkpoint = checkpointOf(messages, ['thinking']);
      for (const restart of [false, true]) {
        if (restart) await subject.reopen();
        expect(await claim(1)).toEqual({ texts: ['a', 'b'], checkpoint });
      }
      const further = checkpointOf(messages, ['thinking', 'acting']);
      await subject.store.turns.checkpoint(further);
      expect((await claim()).checkpoint).toEqual(further);
      expect(await subject.store.turns.commit(commitOf(messages))).toBe(true);
      expect(await claim()).toEqual({ texts: ['later'], checkpoint: null });
    });

    it('can be done again when it fails again', async () => {
      const messages = await append('a', 'b');
      for (let time = 0; time < 3; time++) {
        const { turn } = await fail(messages, { silent: time === 1 });
        expect((await claim()).texts).toEqual([]);
        expect(await subject.store.turns.get(turn.turnId)).toEqual(turn);
        expect(await subject.store.turns.reopen(turn.turnId)).toBe(true);
        expect((await claim()).texts).toEqual(['a', 'b']);
      }
      expect(await subject.store.turns.list({ limit: 5 })).toMatchObject({ items: [] });
      expect(texts(await history())).toEqual(['a', 'b', 'sorry', 'sorry']);
      await commitAll(subject.store);
      expect((await history()).slice(0, 2).map(({ status }) => status)).toEqual(['handled', 'handled']);
    });

    it('neither loses nor repeats what the failure had to say', async () => {
      const [a, b, c] = [await append('a'), await append('b'), await append('c')];
      const [delivered, dead, due] = [await fail(a), await fail(b), await fail(c)];
      await subject.store.outbox.delivered(delivered.outbound!.id, { messageIds: ['1'] });
      await subject.store.outbox.failed(dead.outbound!.id, { code: 'delivery_failed', message: 'no' }, null);
      for (const { turn } of [delivered, dead, due])
        expect(await subject.store.turns.reopen(turn.turnId)).toBe(true);
      for (const restart of [false, true]) {
        if (restart) await subject.reopen();
        expect(await subject.store.outbox.due('room', 5)).toEqual([due.outbound]);
        const given = await subject.store.outbox.list({ state: 'dead', limit: 5 });
        expect(given.items.map(({ id }) => id)).toEqual([dead.outbound!.id]);
      }
      await subject.store.outbox.delivered(due.outbound!.id, {});
      expect(await subject.store.outbox.due('room', 5)).toEqual([]);
      // What it said can be forgotten as anything else, and the turn is still free.
      expect(await subject.store.memories.forget([due.reply!.id])).toBe(1);
      expect((await claim()).texts).toEqual(['a']);
      for (const messages of [a, b, c])
        expect(await subject.store.turns.commit(commitOf(messages))).toBe(true);
    });

    it('passes over what was forgotten, and is false where nothing is left', async () => {
      const messages = await append('a', 'b', 'c');
      const { turn } = await fail(messages);
      await subject.store.memories.forget([messages[0]!.id]);
      expect(await subject.store.turns.reopen(turn.turnId)).toBe(true);
      expect(await claim()).toEqual({ texts: ['b', 'c'], checkpoint: checkpointOf(messages, ['thinking']) });
      const left = messages.slice(1);
      const second = await fail(left);
      await subject.store.memories.forget(left.map(({ id }) => id));
      expect(await subject.store.turns.reopen(second.turn.turnId)).toBe(false);
    });

    it('is false for unknown turns, for those that are done, and for what is no turn', async () => {
      const [memory] = await append('a');
      const { turn } = await commitAll(subject.store);
      for (const id of [turn.turnId, 'turn_unknown', memory!.id, ''])
        expect(await subject.store.turns.reopen(id)).toBe(false);
      expect(await subject.store.turns.get(turn.turnId)).toEqual(turn);
      expect((await claim()).texts).toEqual([]);
    });

    it.skipIf(subject.cannot.updateAtOnce)(
      'happens once for ten who ask at once, and lets one of twenty commits win',
      async () => {
        const messages = await append('a', 'b');
        const { turn } = await fail(messages, { steps: false });
        const results = await Promise.all(
          Array.from({ length: 10 }, () => subject.store.turns.reopen(turn.turnId)),
        );
        expect(results).toContain(true);
        expect((await claim()).texts).toEqual(['a', 'b']);
        const commits = Array.from({ length: 20 }, () => subject.store.turns.commit(commitOf(messages)));
        expect((await Promise.all(commits)).filter(Boolean)).toHaveLength(1);
        expect((await claim()).texts).toEqual([]);
      },
    );

    it('is not found by a search until it is answered', async () => {
      const messages = await append('a parrot');
      const { turn } = await fail(messages, { silent: true });
      await subject.store.turns.reopen(turn.turnId);
      const request = { agentId: 'ada', scopes: ['s'], text: 'parrot', limit: 5 };
      expect(await subject.store.memories.search(request)).toEqual([]);
    });
  });

  describe('waking', () => {
    it.each([false, true])('lets a kept message wait in its place, once (restarted: %s)', async (restart) => {
      const kept = message({ text: 'kept', status: 'kept' });
      await subject.store.memories.append(kept);
      await append('later');
      expect(await claim()).toEqual({ texts: ['later'], checkpoint: null });
      expect(await subject.store.turns.wake(kept.id)).toBe(true);
      expect(await subject.store.turns.wake(kept.id)).toBe(true);
      if (restart) await subject.reopen();
      expect(await claim()).toEqual({ texts: ['kept', 'later'], checkpoint: null });
      expect(texts(await subject.store.memories.recent('room', 5))).toEqual([]);
      expect(await subject.store.turns.waiting(Date.now() + 1000, 5)).toEqual(['room']);
      expect(await subject.store.turns.commit(commitOf([kept], { text: 'answered' }))).toBe(true);
      expect(await subject.store.turns.wake(kept.id)).toBe(false);
      expect(await claim()).toEqual({ texts: ['later'], checkpoint: null });
    });

    it('wakes nothing that had its turn, is no message of a person, or is gone', async () => {
      const messages = await append('a');
      const { reply } = await fail(messages);
      expect(await subject.store.turns.wake(messages[0]!.id)).toBe(false);
      expect(await subject.store.turns.wake(reply!.id)).toBe(false);
      expect(await subject.store.turns.wake('nothing')).toBe(false);
      const kept = message({ text: 'kept', status: 'kept' });
      await subject.store.memories.append(kept);
      await subject.store.memories.forget([kept.id]);
      expect(await subject.store.turns.wake(kept.id)).toBe(false);
    });
  });
}
