import { describe, expect, it } from 'vitest';
import type { Turn } from '../../../src/core/turn.js';
import { commitOf, message } from './samples.js';
import { allPages, madeUpCursors, type StoreSubject } from './subject.js';

export function turnListContract(subject: StoreSubject): void {
  const commit = async (roomId: string, parts: Parameters<typeof commitOf>[1] = {}, agentId = 'ada') => {
    const memory = message({ roomId, agentId });
    await subject.store.memories.append(memory);
    const made = commitOf([memory], parts);
    made.turn.taint = [{ kind: 'page', what: 'example.org' }];
    made.turn.passedOver = [{ model: 'a:m', code: 'model_timeout', message: 'late' }];
    expect(await subject.store.turns.commit(made)).toBe(true);
    const { steps: _, ...turn } = made.turn;
    return turn;
  };
  type Filter = { agentId?: string; roomId?: string; status?: Turn['status'] };
  const list = async (filter: Filter = {}, limit?: number) =>
    (await allPages((page) => subject.store.turns.list({ ...page, ...filter }), limit)).items;

  describe('turns', () => {
    it('lose their steps, and name origins anew, where they are finished', async () => {
      const { turnId } = await commit('r1');
      const taint = [{ kind: 'file' as const, what: '[forgotten]' }];
      await subject.store.turns.edit(turnId, { steps: [], taint });
      await subject.store.turns.edit('turn_unknown', { steps: [] });
      expect(await subject.store.turns.get(turnId)).toMatchObject({ steps: [], taint, status: 'done' });
      expect(await list({ roomId: 'r1' })).toMatchObject([{ turnId, taint }]);
    });

    it('are listed from the newest, without their steps, by agent, room and status', async () => {
      expect(await subject.store.turns.list({ limit: 5 })).toEqual({ items: [], nextCursor: null });
      const turns = [
        await commit('r1'),
        await commit('r2', { status: 'failed' }),
        await commit('r1', { status: 'failed', silent: true }),
        await commit('r3', {}, 'bob'),
        await commit('r1', { silent: true }),
      ].toReversed();
      await subject.store.memories.append(message({ roomId: 'r1' }));
      const those = (wanted: (turn: (typeof turns)[number]) => boolean) => turns.filter(wanted);
      for (const restart of [false, true]) {
        if (restart) await subject.reopen();
        for (const limit of [1, 2, 50]) {
          expect(await list({}, limit)).toEqual(turns);
          expect(await list({ agentId: 'bob' }, limit)).toEqual(those(({ agentId }) => agentId === 'bob'));
          expect(await list({ roomId: 'r1' }, limit)).toEqual(those(({ roomId }) => roomId === 'r1'));
          expect(await list({ status: 'failed' }, limit)).toEqual(those(({ status }) => status === 'failed'));
          const failedInR1 = those(({ roomId, status }) => roomId === 'r1' && status === 'failed');
          expect(await list({ roomId: 'r1', status: 'failed' }, limit)).toEqual(failedInR1);
        }
      }
      expect(await list({ roomId: 'nowhere' })).toEqual([]);
    });

    it('refuse a cursor they never gave', async () => {
      for (const cursor of madeUpCursors)
        await expect(subject.store.turns.list({ limit: 2, cursor })).rejects.toMatchObject({
          code: 'invalid_field',
        });
    });
  });
}
