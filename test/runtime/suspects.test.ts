import { describe, expect, it } from 'vitest';
import type { TurnCheckpoint } from '../../src/core/turn.js';
import { createLogger } from '../../src/logger.js';
import { Suspects } from '../../src/runtime/suspects.js';

describe('turns that may have ended their process', () => {
  const long = Date.now() - 60_000;
  const attempt = (tries?: number, storedAt = long, lost = false) => {
    const checkpoint: TurnCheckpoint = {
      ...{ turnId: `turn ${tries}`, roomId: 'room', agentId: 'ada', covers: ['m'], steps: [] },
      ...(tries && { tries }),
    };
    const hold = () => {
      if (lost) throw new Error('lost');
    };
    return {
      checkpoint,
      storedAt,
      run: { roomId: 'room', attempt: 1, signal: new AbortController().signal, hold },
    };
  };
  const subject = () => {
    const saved: (number | undefined)[] = [];
    const save = async ({ tries }: TurnCheckpoint) => void saved.push(tries);
    return { saved, suspects: new Suspects(save, createLogger('silent')) };
  };
  const fails = async () => {
    throw new Error('no');
  };

  it('are those that came before this process, or long ago; others pay nothing', async () => {
    const { saved, suspects } = subject();
    const counted: number[] = [];
    for (const storedAt of [Date.now() + 1000, long]) {
      await suspects.attempt(attempt(undefined, storedAt), async () => void counted.push(saved.length));
    }
    expect(counted).toEqual([0, 1]);
    expect(saved).toEqual([1]);
  });

  it('are counted before they are tried, and counted back when the attempt only fails', async () => {
    const { saved, suspects } = subject();
    await expect(suspects.attempt(attempt(1), fails)).rejects.toThrow('no');
    expect(saved).toEqual([2, 1]);
  });

  it('are not tried, and not counted, where the room is lost', async () => {
    const { saved, suspects } = subject();
    await expect(suspects.attempt(attempt(1, long, true), fails)).rejects.toThrow('lost');
    expect(saved).toEqual([]);
  });

  it('are given up after three', async () => {
    const { saved, suspects } = subject();
    const work = suspects.attempt(attempt(3), async () => {});
    await expect(work).rejects.toMatchObject({ code: 'turn_crashed', retryable: false });
    expect(saved).toEqual([]);
  });

  it('are tried one at a time once they were counted twice, also after one that fails', async () => {
    const { saved, suspects } = subject();
    let running = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
    };
    const attempts = [
      suspects.attempt(attempt(2), work),
      suspects.attempt(attempt(2), fails).catch(() => {}),
      suspects.attempt(attempt(2), work),
    ];
    await Promise.all(attempts);
    expect(most).toBe(1);
    // Each is counted only when it is its turn.
    expect(saved).toEqual([3, 3, 2, 3]);
  });
});
