import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FatalError, RetryableError } from '../../src/errors.js';
import type { RoomQueue, Run } from '../../src/queue/queue.js';
import { until } from '../support/until.js';
import { queueSharesContract } from './queue-shares.js';

export interface QueueUnderTest {
  /** A queue with `concurrency` 8, three attempts and a first retry after about 20 ms. */
  queue: RoomQueue;
  /** A second one on the same rooms, as another process would have; absent where rooms belong to one process. */
  second?: RoomQueue;
  dispose(): Promise<void>;
}

/** The points of `src/queue/queue.ts`, for every implementation. */
export function queueContract(name: string, open: () => Promise<QueueUnderTest>): void {
  queueSharesContract(name, open);
  describe(`${name} keeps the RoomQueue contract`, () => {
    let under: QueueUnderTest;
    let queues: RoomQueue[];
    const parked: { run: Run; error: unknown }[] = [];

    beforeEach(async () => {
      under = await open();
      queues = [under.queue, ...(under.second ? [under.second] : [])];
      parked.length = 0;
    });
    afterEach(() => under.dispose());

    const work = (handler: (run: Run) => Promise<void>) => {
      for (const queue of queues)
        queue.process(handler, async (run, error) => void parked.push({ run, error }));
    };

    it('never runs a room twice at once', async () => {
      const running = new Set<string>();
      let overlaps = 0;
      let runs = 0;
      work(async ({ roomId }) => {
        if (running.has(roomId)) overlaps++;
        running.add(roomId);
        await pause(2);
        running.delete(roomId);
        runs++;
      });
      for (let i = 0; i < 200; i++) {
        await queues[i % queues.length]!.schedule(`room${i % 5}`);
        if (i % 10 === 0) await pause(1);
      }
      await idle(under.queue);
      expect(runs).toBeGreaterThanOrEqual(5);
      expect(overlaps).toBe(0);
    });

    it('runs again for a schedule made after a run began', async () => {
      const work1: string[] = ['first'];
      const seen: string[] = [];
      work(async () => {
        const taken = work1.splice(0);
        await pause(20);
        seen.push(...taken);
      });
      await under.queue.schedule('room');
      await until(() => work1.length === 0);
      work1.push('second');
      await under.queue.schedule('room');
      await until(() => seen.length === 2);
      expect(seen).toEqual(['first', 'second']);
    });

    it('loses no wake-up under load', async () => {
      const pending = new Map<string, number>();
      let handled = 0;
      work(async ({ roomId }) => {
        const count = pending.get(roomId) ?? 0;
        pending.set(roomId, 0);
        await pause(1);
        handled += count;
      });
      for (let i = 0; i < 1000; i++) {
        const room = `room${i % 7}`;
        pending.set(room, (pending.get(room) ?? 0) + 1);
        await under.queue.schedule(room);
      }
      await until(() => handled === 1000);
    });

    it('lets schedules of a waiting room coalesce', async () => {
      let runs = 0;
      await Promise.all(Array.from({ length: 50 }, () => under.queue.schedule('room')));
      work(async () => void runs++);
      await until(() => runs > 0);
      await idle(under.queue);
      expect(runs).toBe(1);
    });

    it('tries a failing run again, later and later, then parks and reports it', async () => {
      const tries: number[] = [];
      work(async () => {
        tries.push(Date.now());
        throw new RetryableError('model_unavailable', 'try again');
      });
      await under.queue.schedule('room');
      await until(() => parked.length === 1);
      expect(tries).toHaveLength(3);
      expect(parked[0]!.run).toMatchObject({ roomId: 'room', attempt: 3 });
      expect(parked[0]!.error).toMatchObject({ message: 'try again' });
      expect(tries[2]! - tries[1]!).toBeGreaterThanOrEqual(20 - 1);
    });

    it('[mongodb.13] tries for ever what fails because a store is away, without counting it', async () => {
      let away = 5;
      const attempts: number[] = [];
      work(async ({ attempt }) => {
        if (away-- > 0) throw new RetryableError('store_unavailable', 'away');
        attempts.push(attempt);
        throw new RetryableError('model_unavailable', 'try again');
      });
      await under.queue.schedule('room');
      await until(() => parked.length === 1);
      expect(attempts).toEqual([1, 2, 3]);
      expect(parked[0]!.error).toMatchObject({ code: 'model_unavailable' });
    });

    it('parks a fatal error at once', async () => {
      let tries = 0;
      work(async () => {
        tries++;
        throw new FatalError('model_refused', 'never');
      });
      await under.queue.schedule('room');
      await until(() => parked.length === 1);
      expect(tries).toBe(1);
    });

    it('holds the room while a parked run is reported, and serves it again afterwards', async () => {
      const story: string[] = [];
      let fail = true;
      for (const queue of queues) {
        queue.process(
          async () => {
            story.push('run');
            if (fail) throw new FatalError('model_refused', 'never');
          },
          async () => {
            story.push('parking');
            await under.queue.schedule('room');
            await pause(30);
            fail = false;
            story.push('parked');
          },
        );
      }
      await under.queue.schedule('room');
      await until(() => story.length === 4);
      expect(story).toEqual(['run', 'parking', 'parked', 'run']);
    });

    it('goes on with other rooms while one is slow and one waits for its retry', async () => {
      const done: string[] = [];
      let release = () => {};
      const slow = new Promise<void>((resolve) => {
        release = resolve;
      });
      work(async ({ roomId, attempt }) => {
        if (roomId === 'slow') await slow;
        if (roomId === 'failing' && attempt < 3) throw new Error('again');
        done.push(roomId);
      });
      await under.queue.schedule('slow');
      await under.queue.schedule('failing');
      for (let i = 0; i < 20; i++) await under.queue.schedule(`room${i}`);
      await until(() => done.length >= 20);
      expect(done).not.toContain('slow');
      release();
      await until(() => done.includes('slow') && done.includes('failing'));
    });

    it('waits as long as it is told', async () => {
      const started = Date.now();
      let ran = 0;
      work(async () => {
        ran = Date.now();
      });
      await under.queue.schedule('room', { delayMs: 60 });
      await until(() => ran > 0);
      expect(ran - started).toBeGreaterThanOrEqual(59);
    });

    it('keeps a delay that a run itself asks for, holds no slot meanwhile, and runs sooner for who asks sooner', async () => {
      const runs: number[] = [];
      work(async ({ roomId }) => {
        if (roomId !== 'room') return;
        runs.push(Date.now());
        if (runs.length === 1) await under.queue.schedule('room', { delayMs: 80 });
        if (runs.length === 2) await under.queue.schedule('room', { delayMs: 60_000 });
      });
      await under.queue.schedule('room');
      await until(() => runs.length === 2);
      expect(runs[1]! - runs[0]!).toBeGreaterThanOrEqual(79);
      await until(async () => (await under.queue.counts()).running === 0);
      expect(await under.queue.counts()).toMatchObject({ delayed: 1 });
      await under.queue.schedule('room');
      await until(() => runs.length === 3);
    });

    it('lets runs finish when it closes, and takes no more', async () => {
      let finished = false;
      let started = false;
      work(async () => {
        started = true;
        await pause(50);
        finished = true;
      });
      await under.queue.schedule('room');
      await until(() => started);
      await Promise.all(queues.map((queue) => queue.close(5000)));
      expect(finished).toBe(true);
      await expect(under.queue.schedule('other')).rejects.toMatchObject({ code: 'shutting_down' });
    });

    it('aborts runs that outlast the deadline, without parking them', async () => {
      let reason: unknown;
      let started = false;
      work(async ({ signal }) => {
        started = true;
        await new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            reason = signal.reason;
            reject(signal.reason);
          });
        });
      });
      await under.queue.schedule('room');
      await until(() => started);
      await Promise.all(queues.map((queue) => queue.close(20)));
      expect(reason).toMatchObject({ code: 'shutting_down' });
      expect(parked).toEqual([]);
    });

    it('counts its rooms', async () => {
      let release = () => {};
      const gate = new Promise<void>((resolve) => {
        release = resolve;
      });
      work(async () => gate);
      for (let i = 0; i < 3; i++) await under.queue.schedule(`room${i}`);
      await under.queue.schedule('later', { delayMs: 60_000 });
      await until(async () => (await under.queue.counts()).running === 3);
      expect(await under.queue.counts()).toMatchObject({ waiting: 0, delayed: 1 });
      release();
    });
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function idle(queue: RoomQueue): Promise<void> {
  await until(async () => {
    const { waiting, running, delayed } = await queue.counts();
    return waiting + running + delayed === 0;
  });
}
