/** Turns with states: triggers in the room's line, and turns that wait. */
import { describe, expect, it } from 'vitest';
import { type Memory, triggerMemory } from '../../../src/core/memory.js';
import type { ActionRecord, Turn } from '../../../src/core/turn.js';
import { checkpointOf, commitOf, message, texts } from './samples.js';
import type { StoreSubject } from './subject.js';

export function turnsContract(subject: StoreSubject): void {
  const { append, reopen, search, inTime } = subject;
  const claim = (limit = 10) => subject.store.turns.claim('room', limit);
  const claimed = async (limit?: number) => (await claim(limit)).messages.map(({ id }) => id);
  const reminder = (text = 'water the plants') =>
    triggerMemory(message(), { trigger: { kind: 'schedule', scheduleId: 's1' }, key: `due:${text}`, text });
  const decision = (asked: Memory, turnId: string, approve = true) =>
    triggerMemory(asked, {
      trigger: { kind: 'decision', turnId, decision: { approve, by: 'token admin' } },
      key: `decision:${turnId}`,
    });
  /** A turn that waits until 5000. */
  const wait = async (memory = message({ text: 'wire it' }), until = 5000) => {
    await append(memory);
    const commit = commitOf([memory], { status: 'waiting', text: 'I wait' });
    commit.turn.waitsUntil = until;
    expect(await subject.store.turns.commit(commit)).toBe(true);
    return { memory, turn: commit.turn, reply: commit.reply! };
  };
  const continuationOf = (trigger: Memory, parts: Parameters<typeof commitOf>[1] = {}) => {
    const commit = commitOf([trigger], parts);
    commit.turn.trigger = trigger.trigger!;
    return commit;
  };

  describe('a trigger', () => {
    it('has its place in the line, and is a turn of its own', async () => {
      const [a, b, trigger] = [message({ text: 'a' }), message({ text: 'b' }), reminder()];
      const c = message({ text: 'c' });
      await append(a, b, trigger, c);
      for (const restart of [false, true]) {
        if (restart) await reopen();
        expect(await claim()).toEqual({ messages: [a, b], checkpoint: null, cut: true });
        expect(await claimed(1)).toEqual([a.id]);
        expect(await subject.store.memories.get(trigger.id)).toEqual(trigger);
        expect(await subject.store.memories.find({ ...trigger.source, agentId: 'ada' })).toEqual(trigger);
      }
      await subject.store.turns.commit(commitOf([a, b]));
      expect(await claim()).toEqual({ messages: [trigger], checkpoint: null, cut: true });
      expect(await subject.store.turns.waiting(Date.now() + 1000, 5)).toEqual(['room']);
      const turn = continuationOf(trigger);
      expect(await subject.store.turns.commit(turn)).toBe(true);
      expect(await subject.store.turns.commit(continuationOf(trigger))).toBe(false);
      expect(await claim()).toEqual({ messages: [c], checkpoint: null });
      expect(await subject.store.memories.get(trigger.id)).toMatchObject({
        status: 'handled',
        turnId: turn.turn.turnId,
      });
      expect(await subject.store.turns.get(turn.turn.turnId)).toEqual(turn.turn);
    });

    it('is one of twenty that arrive at once under its key', async () => {
      const results = await Promise.all(
        Array.from({ length: 20 }, () => subject.store.memories.append(reminder())),
      );
      expect(results.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
      expect(new Set(results.map(({ memory }) => memory.id)).size).toBe(1);
      expect(results[0]!.memory).toMatchObject({ kind: 'trigger', trigger: { kind: 'schedule' } });
      expect(await claimed()).toHaveLength(1);
    });

    it('is recalled nowhere, before and after its turn', async () => {
      const trigger = reminder('water the parrot');
      await append(message({ text: 'the parrot', status: 'kept' }), trigger);
      for (const handled of [false, true]) {
        if (handled) await subject.store.turns.commit({ ...continuationOf(trigger, { silent: true }) });
        const { memories } = subject.store;
        expect(texts(await memories.recent('room', 5))).toEqual(['the parrot']);
        expect(texts((await memories.history('room', { limit: 5 })).items)).toEqual(['the parrot']);
        expect(await search({ text: 'water parrot' })).toEqual(['the parrot']);
        expect(await search({ text: 'water', kinds: ['message', 'fact'] })).toEqual([]);
        expect((await memories.unembedded('e', 5)).map(({ text }) => text)).toEqual(['the parrot']);
        expect(await memories.facts('ada', ['s'], 5)).toEqual([]);
        expect((await memories.rooms({ limit: 5 })).items).toMatchObject([{ messages: 1 }]);
      }
    });

    it('goes on from its checkpoint, whatever has come before it meanwhile', async () => {
      const [trigger, later] = [reminder(), message({ text: 'later' })];
      await append(trigger);
      const checkpoint = { ...checkpointOf([trigger], ['step']), trigger: trigger.trigger! };
      await subject.store.turns.checkpoint(checkpoint);
      await append(later);
      const { trigger: _, ...stored } = checkpoint;
      for (const restart of [false, true]) {
        if (restart) await reopen();
        expect(await claim()).toMatchObject({ messages: [trigger], checkpoint: stored });
      }
      await subject.store.turns.commit(continuationOf(trigger));
      expect(await claim()).toEqual({ messages: [later], checkpoint: null });
    });

    it('does not overtake a turn that has begun, nor that one what the trigger leaves behind it', async () => {
      const [asked, trigger, later] = [message({ text: 'a' }), reminder(), message({ text: 'b' })];
      await append(asked, trigger, later);
      await subject.store.turns.checkpoint(checkpointOf([asked], ['step']));
      expect(await claimed()).toEqual([asked.id]);
      await subject.store.turns.commit(commitOf([asked]));
      expect(await claimed()).toEqual([trigger.id]);
      await subject.store.memories.forget([trigger.id]);
      expect(await claimed()).toEqual([later.id]);
      expect(await subject.store.memories.get(trigger.id)).toBeNull();
    });

    it('can be tried again when its turn has failed', async () => {
      const trigger = reminder();
      await append(trigger);
      const failure = continuationOf(trigger, { status: 'failed' });
      await subject.store.turns.commit(failure);
      expect(await claimed()).toEqual([]);
      expect(await subject.store.turns.reopen(failure.turn.turnId)).toBe(true);
      expect(await claimed()).toEqual([trigger.id]);
      expect(await subject.store.turns.commit(continuationOf(trigger))).toBe(true);
      expect(await claimed()).toEqual([]);
    });

    it('is spared by retention while it waits, and goes afterwards', async () => {
      const trigger = { ...reminder(), createdAt: 1000 };
      await append(trigger);
      const expire = () =>
        subject.store.memories.expire({ agentId: 'ada', before: 2000, kinds: ['message'], limit: 10 });
      await expire();
      expect(await claimed()).toEqual([trigger.id]);
      await subject.store.turns.commit(continuationOf(trigger, { silent: true }));
      await claim();
      await expire();
      await inTime(async () => expect(await subject.store.memories.get(trigger.id)).toBeNull());
    });
  });

  describe('tries', () => {
    it('are durable, and end with the turn', async () => {
      const memory = message();
      await append(memory);
      const checkpoint = checkpointOf([memory], []);
      for (const tries of [1, 2, 1]) {
        await subject.store.turns.checkpoint({ ...checkpoint, tries });
        expect((await claim()).checkpoint).toEqual({ ...checkpoint, tries });
        await reopen();
        expect((await claim()).checkpoint?.tries).toBe(tries);
      }
      const failure = commitOf([memory], { status: 'failed' });
      await subject.store.turns.commit(failure);
      await subject.store.turns.reopen(failure.turn.turnId);
      expect((await claim()).checkpoint?.tries).toBeUndefined();
    });
  });

  describe('a turn that waits', () => {
    it('is over for its room, and listed as what it is', async () => {
      const { memory, turn } = await wait();
      await append(message({ text: 'next' }));
      for (const restart of [false, true]) {
        if (restart) await reopen();
        expect(texts((await claim()).messages)).toEqual(['next']);
        expect(await subject.store.turns.get(turn.turnId)).toEqual(turn);
        expect(await subject.store.memories.get(memory.id)).toMatchObject({ status: 'handled' });
        const { items } = await subject.store.turns.list({ limit: 5, status: 'waiting' });
        expect(items).toMatchObject([{ turnId: turn.turnId, status: 'waiting', waitsUntil: 5000 }]);
        expect((await subject.store.turns.list({ limit: 5, status: 'done' })).items).toEqual([]);
        expect(await subject.store.turns.undecided('room', 5)).toEqual([turn.turnId]);
      }
      expect(await subject.store.turns.undecided('other', 5)).toEqual([]);
    });

    it('expires when its time is over, the longest first, until it is decided', async () => {
      const [b, a] = [await wait(message(), 3000), await wait(message(), 2000)];
      await subject.store.turns.commit(commitOf([message()], { status: 'done' }));
      expect(await subject.store.turns.expired(2000, 5)).toEqual([]);
      expect(await subject.store.turns.expired(4000, 5)).toEqual([a.turn.turnId, b.turn.turnId]);
      expect(await subject.store.turns.expired(4000, 1)).toEqual([a.turn.turnId]);
      await subject.store.turns.decide(a.turn.turnId, decision(a.memory, a.turn.turnId));
      await reopen();
      expect(await subject.store.turns.expired(4000, 5)).toEqual([b.turn.turnId]);
    });

    it('is decided once by twenty who decide at once', async () => {
      const { memory, turn } = await wait();
      const decided = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          subject.store.turns.decide(turn.turnId, decision(memory, turn.turnId, i % 2 === 0)),
        ),
      );
      expect(decided.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
      const winner = decided.find(({ duplicate }) => !duplicate)!.memory;
      for (const { memory: known } of decided) expect(known).toEqual(winner);
      expect((await claim()).messages).toEqual([winner]);
      expect(await subject.store.turns.get(turn.turnId)).toMatchObject({ status: 'waiting' });
    });

    it.each(['done', 'failed', 'waiting'] as const)(
      'is done once another one goes on from it: %s',
      async (status) => {
        const { memory, turn } = await wait();
        const trigger = decision(memory, turn.turnId);
        await subject.store.turns.decide(turn.turnId, trigger);
        const next = continuationOf(trigger, { status });
        if (status === 'waiting') next.turn.waitsUntil = 9000;
        expect(await subject.store.turns.commit(next)).toBe(true);
        for (const restart of [false, true]) {
          if (restart) await reopen();
          expect((await claim()).messages).toEqual([]);
          const { turnId: continuedBy } = next.turn;
          expect(await subject.store.turns.get(turn.turnId)).toEqual({
            ...turn,
            status: 'done',
            continuedBy,
          });
          expect(await subject.store.turns.get(continuedBy)).toEqual(next.turn);
          expect(await subject.store.turns.undecided('room', 5)).toEqual(
            status === 'waiting' ? [continuedBy] : [],
          );
        }
        expect(await subject.store.turns.stopWaiting(turn.turnId)).toBe(false);
      },
    );

    it('can be stopped, and then nothing makes it go on', async () => {
      const { memory, turn } = await wait();
      expect(await subject.store.turns.stopWaiting(turn.turnId)).toBe(true);
      const trigger = decision(memory, turn.turnId);
      await subject.store.turns.decide(turn.turnId, trigger);
      await subject.store.turns.commit(continuationOf(trigger, { status: 'stopped', silent: true }));
      await claim();
      for (const restart of [false, true]) {
        if (restart) await reopen();
        expect(await subject.store.turns.get(turn.turnId)).toEqual({ ...turn, status: 'stopped' });
        expect(await subject.store.turns.expired(9e15, 5)).toEqual([]);
      }
      expect(await subject.store.turns.stopWaiting(turn.turnId)).toBe(false);
      expect(await subject.store.turns.stopWaiting('turn_unknown')).toBe(false);
    });

    it('is over when what was said in it is forgotten', async () => {
      const { memory, turn, reply } = await wait();
      await subject.store.memories.forget([reply.id, memory.id]);
      expect((await subject.store.turns.get(turn.turnId))?.status).not.toBe('waiting');
      expect(await subject.store.turns.expired(9e15, 5)).toEqual([]);
      expect(await subject.store.turns.undecided('room', 5)).toEqual([]);
    });

    it('has its decision among what is forgotten of its person, and it is found there', async () => {
      const { memory, turn } = await wait();
      const trigger = decision(memory, turn.turnId);
      await subject.store.turns.decide(turn.turnId, trigger);
      const person = { connector: 'http', tenant: 'default', userId: 'u1' };
      const { items } = await subject.store.memories.ofPerson(person, { limit: 9 });
      expect(items.map(({ id }) => id)).toContain(trigger.id);
    });
  });

  describe('what was stored before there were states', () => {
    it('is read with the states it had', async () => {
      const memory = message();
      await append(memory);
      const old = (result: string | null, ok: boolean, startedAt: number) =>
        ({ callId: 'c', name: 'n', arguments: '{}', result, ok, startedAt, durationMs: 1 }) as ActionRecord;
      const commit = commitOf([memory]);
      const actions = [old(null, false, 0), old(null, false, 7), old('yes', true, 7), old('no', false, 7)];
      commit.turn.steps = [{ text: '', actions, usage: { inputTokens: 0, outputTokens: 0 } }];
      await subject.store.turns.commit(commit);
      const read = (await subject.store.turns.get(commit.turn.turnId)) as Turn;
      expect(read.steps[0]!.actions.map(({ state }) => state)).toEqual([
        'planned',
        'running',
        'done',
        'failed',
      ]);
      expect(read.steps[0]!.actions[2]).toEqual({ ...actions[2], state: 'done' });
    });
  });
}
