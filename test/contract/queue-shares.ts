import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Share } from '../../src/core/share.js';
import { RetryableError } from '../../src/errors.js';
import type { RoomQueue, Run } from '../../src/queue/queue.js';
import { until } from '../support/until.js';
import type { QueueUnderTest } from './queue.js';

/** Of 8 slots of a queue, how many one person, agent or tenant may have. */
const most = { person: 6, agent: 7, tenant: 7 };

const of = (tenant: string, agent: string, person: string): Share => ({ tenant, agent, person });

/** 64 rooms of one person, or of one agent's or one tenant's many people, and somebody else. */
const greedy: [kind: keyof typeof most, share: (i: number) => Share, other: Share][] = [
  ['person', () => of('t', 'a', 'greedy'), of('t', 'a', 'other')],
  ['agent', (i) => of('t', 'greedy', `p${i}`), of('t', 'other', 'p')],
  ['tenant', (i) => of('greedy', 'a', `p${i}`), of('other', 'a', 'p')],
];

/** Point 6 of `src/queue/queue.ts`. */
export function queueSharesContract(name: string, open: () => Promise<QueueUnderTest>): void {
  describe(`${name} shares its slots`, () => {
    let under: QueueUnderTest;
    let queues: RoomQueue[];
    let gate: { opened: Promise<void>; open(): void };
    let begun: string[];
    let ended: string[];

    beforeEach(async () => {
      under = await open();
      queues = [under.queue, ...(under.second ? [under.second] : [])];
      [begun, ended] = [[], []];
      let opened = () => {};
      const promise = new Promise<void>((resolve) => {
        opened = resolve;
      });
      gate = { opened: promise, open: opened };
    });
    afterEach(async () => {
      gate.open();
      await under.dispose();
    });

    /** Rooms whose names begin so hang until the gate opens. */
    const work = (slow: string, also: (run: Run) => Promise<void> = async () => {}) => {
      const handler = async (run: Run) => {
        begun.push(run.roomId);
        if (run.roomId.startsWith(slow)) await gate.opened;
        await also(run);
        ended.push(run.roomId);
      };
      for (const queue of queues) queue.process(handler, async () => {});
    };
    const fill = async (room: string, count: number, share: (i: number) => Share) => {
      for (let i = 0; i < count; i++) await under.queue.schedule(`${room}${i}`, { share: share(i) });
    };
    const all = (rooms: string[], room: string) => rooms.filter((one) => one.startsWith(room));

    it.each(greedy)(
      '[security.13] with others, while all slow rooms of one %s hang',
      async (kind, share, other) => {
        work('slow');
        await fill('slow', 64, share);
        await until(() => begun.length >= most[kind] * queues.length);
        for (let i = 0; i < 5; i++) {
          await under.queue.schedule(`hi${i}`, { share: other });
          await until(() => ended.length > i);
        }
        expect(all(ended, 'slow')).toEqual([]);
        expect(begun.length).toBe(most[kind] * queues.length + 5);
        gate.open();
        await until(() => new Set(all(ended, 'slow')).size === 64);
      },
    );

    it('[security.13] with others, while the slow rooms of two people hang', async () => {
      work('slow');
      await fill('slow-one', 64, () => of('t', 'a', 'one'));
      await until(() => begun.length >= most.person * queues.length);
      await fill('slow-two', 64, () => of('t', 'a', 'two'));
      await under.queue.schedule('hi', { share: of('u', 'b', 'three') });
      await until(() => ended.includes('hi'));
      expect(all(ended, 'slow')).toEqual([]);
      gate.open();
      await until(() => new Set(all(ended, 'slow')).size === 128);
    });

    it('[security.13] also when all of them waited before it began to work', async () => {
      await fill('slow', 64, () => of('t', 'a', 'greedy'));
      await under.queue.schedule('hi', { share: of('t', 'a', 'other') });
      work('slow');
      await until(() => ended.includes('hi'));
      expect(all(ended, 'slow')).toEqual([]);
    });

    it.each(greedy)('[security.13] also amid many that wait, of one %s', async (_, share, other) => {
      await fill('slow-before', 100, share);
      await under.queue.schedule('hi', { share: other });
      await fill('slow-after', 100, (i) => share(100 + i));
      work('slow');
      await until(() => ended.includes('hi'));
      expect(all(ended, 'slow')).toEqual([]);
    });

    it('with whoever has less of those who speak in a room that waits', async () => {
      work('slow');
      await fill('slow', 64, () => of('t', 'a', 'greedy'));
      await until(() => begun.length >= most.person * queues.length);
      await under.queue.schedule('slow63', { share: of('t', 'a', 'other') });
      await until(() => begun.includes('slow63'));
      expect(ended).toEqual([]);
    });

    it('knowing whose a room is when a run of its own schedules it again', async () => {
      const again = new Set<string>();
      work('none', async ({ roomId }) => {
        if (again.has(roomId)) return gate.opened;
        again.add(roomId);
        await under.queue.schedule(roomId);
      });
      await fill('room', 32, () => of('t', 'a', 'greedy'));
      await until(() => again.size >= most.person * queues.length && begun.length > again.size);
      await until(async () => (await under.queue.counts()).running >= most.person * queues.length);
      await under.queue.schedule('hi', { share: of('t', 'a', 'other') });
      await until(() => begun.includes('hi'));
      gate.open();
      await until(() => again.size === 33 && begun.length >= 66);
    });

    it('in turns among those who wait', async () => {
      await fill('many', 60, () => of('t', 'a', 'greedy'));
      await fill('few', 6, () => of('t', 'a', 'modest'));
      work('none', () => new Promise((resolve) => setTimeout(resolve, 20)));
      await until(() => all(ended, 'few').length === 6);
      const before = begun.slice(
        0,
        begun.findLastIndex((room) => room.startsWith('few')),
      );
      // As many as had slots before anybody else came, and one for each of the others' since.
      expect(all(before, 'many').length).toBeLessThanOrEqual(8 * queues.length + 6);
      await until(() => ended.length === 66);
    });

    it('with everybody in the end, however many come anew', async () => {
      let more = 0;
      work('none', async ({ roomId }) => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        if (all(ended, 'many').length === 12 || roomId.startsWith('many')) return;
        const share = of('t', 'a', `new${++more}`);
        await under.queue.schedule(`new${more}`, { share });
      });
      await fill('new-', 40, (i) => of('t', 'a', `new-${i}`));
      await fill('many', 12, () => of('t', 'a', 'greedy'));
      await until(() => new Set(all(ended, 'many')).size === 12);
    });

    it('and loses no wake-up of what waits for its share, nor runs it twice at once', async () => {
      const pending = new Map<string, number>();
      const running = new Set<string>();
      let [handled, overlaps, sent] = [0, 0, 0];
      work('none', async ({ roomId }) => {
        if (running.has(roomId)) overlaps++;
        running.add(roomId);
        const count = pending.get(roomId) ?? 0;
        pending.set(roomId, 0);
        await new Promise((resolve) => setTimeout(resolve, 30));
        handled += count;
        running.delete(roomId);
      });
      const send = async (room: string, person: string) => {
        pending.set(room, (pending.get(room) ?? 0) + 1);
        sent++;
        await queues[sent % queues.length]!.schedule(room, { share: of('t', 'a', person) });
      };
      for (let i = 0; i < 600; i++) {
        await send(`many${i % 30}`, 'greedy');
        if (i % 10 === 0) await send(`few${i % 3}`, `modest${i % 3}`);
        if (i % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 10));
      }
      await until(() => handled === sent);
      expect(overlaps).toBe(0);
    });

    it('and tries a room again as often as any, whatever it waited for', async () => {
      const attempts = new Map<string, number[]>();
      work('slow', async ({ roomId, attempt }) => {
        if (!roomId.startsWith('slow')) return;
        attempts.set(roomId, [...(attempts.get(roomId) ?? []), attempt]);
        if (attempt < 3) throw new RetryableError('model_unavailable', 'try again');
      });
      await fill('slow', 24, () => of('t', 'a', 'greedy'));
      await until(() => begun.length >= most.person * queues.length);
      // Each one that comes may send one of those back.
      for (let i = 0; i < 10; i++) {
        await under.queue.schedule(`hi${i}`, { share: of('t', 'a', `other${i}`) });
        await until(() => ended.length > i);
      }
      gate.open();
      await until(() => new Set(all(ended, 'slow')).size === 24);
      expect([...attempts.values()]).toEqual(Array.from({ length: 24 }, () => [1, 2, 3]));
    });
  });
}
